package io.greenloop.kotlin

import io.greenloop.Aio
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CopyableThreadContextElement
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.FlowPreview
import kotlinx.coroutines.asContextElement
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.debounce
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.plus
import kotlinx.coroutines.selects.onTimeout
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration.Companion.milliseconds

/** kotlinx's own tools work on the loop unchanged, in the loop's time. */
@OptIn(ExperimentalCoroutinesApi::class, FlowPreview::class)
class KotlinxTest :
  FunSpec({
    test("launch, async and awaitAll") {
      trailOf { t ->
        val squares =
          List(3) { n ->
            async {
              delay(10L * (3 - n))
              t.note(n)
              n * n
            }
          }
        t.note(squares.awaitAll())
      } shouldContainExactly listOf("2@10", "1@20", "0@30", "[0, 1, 4]@30")
    }

    test("withTimeout") {
      virtually { t ->
        withTimeoutOrNull(10) { delay(1_000) } shouldBe null
        withTimeoutOrNull(10) {
          delay(9)
          "in time"
        } shouldBe "in time"
        t.note("end")
        t.trail()
      } shouldContainExactly listOf("end@19")
    }

    test("channels, buffered and not") {
      trailOf { t ->
        val channel = Channel<Int>()
        val producer =
          spawn {
            for (n in 1..3) {
              sleep(5.milliseconds)
              channel.send(n)
            }
            channel.close()
          }
        for (n in channel) t.note(n)
        producer.await()
      } shouldContainExactly listOf("1@5", "2@10", "3@15")
    }

    test("flows, with operators that use time, and on another dispatcher") {
      virtually {
        flow {
          emit(1)
          delay(5)
          emit(2)
          delay(50)
          emit(3)
        }.debounce(20).toList() shouldContainExactly listOf(2, 3)
        (1..3)
          .asFlow()
          .map { it * 10 }
          .flowOn(Dispatchers.Default)
          .toList() shouldContainExactly
          listOf(10, 20, 30)
      }
    }

    test("select between a task, a channel and a timeout") {
      virtually {
        val slow =
          spawn {
            sleep(20.milliseconds)
            "task"
          }
        val channel = Channel<String>()

        suspend fun next(): String =
          select {
            slow.asDeferred().onAwait { it }
            channel.onReceive { it }
            onTimeout(30.milliseconds) { "timeout" }
          }
        launch {
          delay(10)
          channel.send("channel")
        }
        listOf(next(), next())
      } shouldContainExactly listOf("channel", "task")
    }

    test("elements of the user's context reach children, and set up each step") {
      val local = ThreadLocal<String>()
      virtually {
        val seen =
          withContext(CoroutineName("named") + local.asContextElement("mine")) {
            val task =
              taskGroup {
                spawn {
                  val before = local.get()
                  sleep(1.milliseconds)
                  val name = currentCoroutineContext()[CoroutineName]?.name
                  val after = local.get()
                  val other = green { "green" }.await()
                  listOf(before, name, after, local.get(), other)
                }
              }
            task.await()
          }
        seen shouldContainExactly listOf("mine", "named", "mine", "mine", "green")
        local.get() shouldBe null
      }
    }

    test("thread context elements hold in the whole of a stackful body, and not beyond it") {
      val local = ThreadLocal<String>()
      virtually {
        val scope = this + local.asContextElement("mine")
        scope
          .green {
            val before = local.get()
            sleep(1.milliseconds)
            local.set("changed")
            val inner = loop { local.get() }
            listOf(before, inner, local.get(), green { local.get() }.join())
          }.await() shouldContainExactly listOf("mine", "mine", "changed", "mine")
        green { local.get() }.await() shouldBe null
      }
    }

    test("an element that wants a copy for each child is copied for tasks, too") {
      virtually {
        val scope = this + Copied(0)
        val of = { task: CoroutineScope -> task.coroutineContext[Copied]?.generation }
        val found =
          listOf(
            scope.spawn { of(this) },
            scope.green { of(this) },
            scope.spawn { taskGroup { spawn { of(this) }.await() } },
          )
        found.map { it.await() } shouldContainExactly listOf(1, 1, 2)
      }
    }

    test("mutexes keep tasks of all kinds of code apart") {
      trailOf { t ->
        val mutex = Mutex()
        List(3) { n ->
          launch {
            mutex.withLock {
              delay(10)
              t.note(n)
            }
          }
        }.joinAll()
      } shouldContainExactly listOf("0@10", "1@20", "2@30")
    }

    test("work on another dispatcher comes back to the loop, and to its task") {
      virtually { t ->
        val task = Aio.currentTask().get()
        val thread = withContext(Dispatchers.Default) { Thread.currentThread().name }
        thread.startsWith("DefaultDispatcher") shouldBe true
        (Aio.currentTask().get() === task) shouldBe true
      }
    }

    test("a task can be awaited from another dispatcher") {
      virtually {
        val task =
          spawn {
            sleep(5.milliseconds)
            "from the loop"
          }
        withContext(Dispatchers.Default) { task.await() }
      } shouldBe "from the loop"
    }
  })

/** Counts how many builders it has come through. */
@OptIn(DelicateCoroutinesApi::class, ExperimentalCoroutinesApi::class)
private class Copied(
  val generation: Int,
) : AbstractCoroutineContextElement(Copied),
  CopyableThreadContextElement<Unit> {
  override fun updateThreadContext(context: CoroutineContext) = Unit

  override fun restoreThreadContext(
    context: CoroutineContext,
    oldState: Unit,
  ) = Unit

  override fun copyForChild() = Copied(generation + 1)

  override fun mergeForChild(overwritingElement: CoroutineContext.Element) = overwritingElement

  companion object Key : CoroutineContext.Key<Copied>
}
