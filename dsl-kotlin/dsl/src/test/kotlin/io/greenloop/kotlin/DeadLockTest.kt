package io.greenloop.kotlin

import io.greenloop.LoopExit
import io.greenloop.Task
import io.greenloop.internal.loop.LoopCores
import io.greenloop.sync.Queue
import io.greenloop.testing.TestLoop
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.launch
import java.util.concurrent.CountDownLatch
import kotlin.time.Duration.Companion.milliseconds

class DeadLockTest :
  FunSpec({
    test("suspend and stackful tasks that wait in a circle are told so") {
      val trail = ArrayList<String>()
      val error =
        shouldThrow<LoopExit> {
          virtually {
            lateinit var a: Task<Unit>
            lateinit var b: Task<Unit>
            a =
              spawn("a") {
                try {
                  b.await()
                } finally {
                  trail += "a cleaned"
                }
              }
            b = green("b") { a.join() }
            b.await()
          }
        }
      val lines = error.message!!.lines()
      lines.first().startsWith("dead-lock: nothing can wake loop") shouldBe true
      lines.filter { "'a'" in it || "'b'" in it }.takeLast(3) shouldContainExactly
        listOf(
          "  task 'a' waits for task 'b'",
          "  task 'b' waits for task 'a'",
          "  in a circle: task 'b' -> task 'a' -> task 'b'",
        )
      trail shouldContainExactly listOf("a cleaned")
    }

    test("a body that waits for its children is part of the proof") {
      shouldThrow<LoopExit> {
        virtually {
          lateinit var a: Task<Unit>
          lateinit var b: Task<Unit>
          a = spawn("a") { b.await() }
          b = spawn("b") { a.await() }
        }
      }
    }

    test(
      "a stackful body that waits for a child elsewhere, or for what it brings, is no dead-lock",
    ) {
      virtually { t ->
        val mayEnd = CountDownLatch(1)
        val done = ArrayList<String>()
        val waiter =
          green {
            launch(Dispatchers.IO) {
              mayEnd.await()
              done += "child"
            }
          }
        openWhenAsleep(t, mayEnd)
        waiter.await()
        done
      } shouldContainExactly listOf("child")
      virtually { t ->
        val mayPut = CountDownLatch(1)
        val queue = Queue<String>()
        val getter =
          green {
            launch(Dispatchers.IO) {
              mayPut.await()
              t.loop().callSoonThreadsafe { queue.put("item") }
            }
            queue.get()
          }
        openWhenAsleep(t, mayPut)
        getter.await()
      } shouldBe "item"
    }

    test("a child elsewhere that ends without bringing anything leaves a dead-lock") {
      shouldThrow<LoopExit> {
        virtually { t ->
          val mayEnd = CountDownLatch(1)
          val getter =
            green {
              launch(Dispatchers.IO) { mayEnd.await() }
              Queue<String>().get()
            }
          openWhenAsleep(t, mayEnd)
          getter.await()
        }
      }
    }

    test("a wait inside kotlinx proves nothing, for anybody may end it") {
      virtually { t ->
        val channel = Channel<String>(1)
        val waiter = spawn { channel.receive() }
        val joiner = green { waiter.join() }
        Thread.ofVirtual().start {
          Thread.sleep(50)
          channel.trySend("from outside")
        }
        joiner.await()
      } shouldBe "from outside"
    }

    test("a kotlinx child of unknown doings proves nothing either") {
      virtually {
        val channel = Channel<Unit>(1)
        lateinit var late: Task<String>
        launch {
          channel.receive()
          late = spawn { "late" }
        }
        val waiter = spawn { loop { sleep(1.milliseconds) } }
        Thread.ofVirtual().start {
          Thread.sleep(50)
          channel.trySend(Unit)
        }
        waiter.await()
      }
    }
  })

/** Opens [latch] once the loop has nothing left to do. */
private fun openWhenAsleep(
  t: TestLoop,
  latch: CountDownLatch,
) {
  val core = LoopCores.of(t.loop())
  Thread.ofPlatform().daemon().start {
    while (!core.isAsleep) Thread.onSpinWait()
    latch.countDown()
  }
}
