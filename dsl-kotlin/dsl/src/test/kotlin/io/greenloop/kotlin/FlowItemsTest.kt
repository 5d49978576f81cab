package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.CancelledError
import io.greenloop.sync.Queue
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.consumeEach
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.consumeAsFlow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.onCompletion
import kotlinx.coroutines.flow.produceIn
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import java.time.Duration.ofMillis

/** A flow or a channel of kotlinx at one end, a stackful task at the other. */
class FlowItemsTest :
  FunSpec({
    val trail = mutableListOf<String>()

    beforeTest { trail.clear() }

    fun counted(last: Int): Flow<Int> =
      flow {
        for (n in 1..last) {
          delay(1)
          trail += "emits $n"
          emit(n)
        }
      }.onCompletion { trail += "over: ${it?.javaClass?.simpleName}" }

    test("a stackful task takes the items of a flow, which gets no further ahead than it may") {
      virtually {
        green {
          for (n in counted(4).asIterable(ahead = 1)) {
            Aio.sleep(ofMillis(10))
            trail += "took $n"
          }
        }.await()
      }
      trail shouldContainExactly
        listOf("emits 1", "emits 2", "emits 3", "took 1", "emits 4", "took 2") +
        listOf("over: null", "took 3", "took 4")
    }

    test("what the flow fails with comes behind its items, and is reported by nobody else") {
      val failure = IllegalStateException("boom")
      virtually {
        green {
          val items = flow { emit(1).also { throw failure } }.asIterable().iterator()
          items.next() shouldBe 1
          shouldThrow<IllegalStateException> { items.hasNext() } shouldBeSameInstanceAs failure
        }.await()
      }
    }

    test("close ends the collecting, and the loop over the items") {
      virtually {
        green {
          val items = counted(100).asIterable()
          items.use { it.first() shouldBe 1 }
          items.close()
          items.toList() shouldBe listOf()
        }.await()
        delay(1000)
      }
      trail shouldContainExactly listOf("emits 1", "over: CancellationException")
    }

    test("a cancel of the task that takes loses no item") {
      virtually {
        val channel = Channel<Int>()
        green {
          val items = channel.consumeAsFlow().asIterable()
          val taker = Aio.spawn { items.first() }
          Aio.yieldNow()
          taker.cancel()
          shouldThrow<CancelledError> { taker.join() }
          spawn {
            channel.send(7)
            channel.close()
          }
          items.toList() shouldContainExactly listOf(7)
        }.await()
      }
    }

    test("a channel: its close ends the loop, its cause is thrown, close of the items cancels it") {
      virtually {
        green {
          val sent = Channel<Int>(2)
          sent.trySend(1)
          sent.close(IllegalStateException("broken"))
          val items = sent.consumeAsFlow().asIterable().iterator()
          items.next() shouldBe 1
          shouldThrow<IllegalStateException> { items.hasNext() }.message shouldBe "broken"

          val left = Channel<Int>(1)
          left.consumeAsFlow().asIterable().use { Aio.yieldNow() }
          Aio.yieldNow()
          shouldThrow<CancellationException> { left.trySend(1).getOrThrow() }
        }.await()
      }
    }

    test("the other way: a queue as a flow and as a channel, which end with it") {
      virtually {
        val queue = Queue<Int>(1)
        green {
          for (n in 1..5) queue.put(n)
          queue.close()
        }
        queue.asFlow().take(2).toList() shouldContainExactly listOf(1, 2)
        val rest = mutableListOf<Int>()
        queue.asFlow().produceIn(this).consumeEach { rest += it }
        rest shouldContainExactly listOf(3, 4, 5)
      }
    }

    test("what cannot be") {
      shouldThrow<IllegalArgumentException> { flowOf(1).asIterable(0) }.message shouldBe
        "asIterable: ahead = 0 (expected >= 1)"
    }
  })
