package io.greenloop.kotlin

import io.greenloop.CancelledError
import io.greenloop.LoopExit
import io.greenloop.Task
import io.greenloop.internal.loop.LoopCores
import io.greenloop.internal.loop.OutsideWork
import io.greenloop.sync.Queue
import io.greenloop.testing.TestLoop
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.ChildJob
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.DisposableHandle
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.InternalForInheritanceCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.ParentJob
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.launch
import java.util.concurrent.CountDownLatch
import kotlin.time.Duration.Companion.milliseconds

@OptIn(InternalCoroutinesApi::class)
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

    test("cancelled tasks that wait for each other in their cleanup end: the cancel comes back") {
      virtually {
        lateinit var b: Task<Unit>
        val a =
          spawn("a") {
            try {
              awaitCancellation()
            } finally {
              b.await()
            }
          }
        b =
          spawn("b") {
            try {
              awaitCancellation()
            } finally {
              a.await()
            }
          }
        yieldNow()
        a.cancel()
        listOf(a, b).map { runCatching { it.await() }.exceptionOrNull() is CancellationException }
      } shouldContainExactly listOf(true, true)
    }

    test("a cancelled task that waits in its cleanup is part of the proof") {
      shouldThrow<LoopExit> {
        virtually {
          val queue = Queue<String>()
          val getter =
            green("getter") {
              try {
                queue.get()
              } catch (_: CancelledError) {
                queue.get()
              }
            }
          val task =
            spawn("cleaner") {
              try {
                awaitCancellation()
              } finally {
                getter.await()
              }
            }
          yieldNow()
          task.cancel()
          task.await()
        }
      }.message!!.lines().filter { "'cleaner' waits" in it }.size shouldBe 1
    }

    test("what became ready while the loop was asked is no dead-lock") {
      virtually { t ->
        val core = LoopCores.of(t.loop())
        val queue = Queue<String>()
        val brings =
          OutsideWork {
            t.loop().callSoon { queue.put("item") }
            false
          }
        core.outsideWork() += brings
        val item = green { queue.get() }.await()
        core.outsideWork() -= brings
        item
      } shouldBe "item"
    }

    test("a child that has ended and is still on the list is looked at again until it has left") {
      virtually { t ->
        val core = LoopCores.of(t.loop())
        green {
          val body = this as GreenTask<*>
          val handle = attach(body, EndedChild(Job().apply { complete() }))
          repeat(2) {
            body.isGoingOn() shouldBe true
            core.hasPosts() shouldBe true
            yieldNow()
            core.hasPosts() shouldBe false
          }
          handle.dispose()
          body.isGoingOn()
        }.await()
      } shouldBe false
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

/** A child between its end and the moment in which it leaves its parent. */
@OptIn(InternalCoroutinesApi::class, InternalForInheritanceCoroutinesApi::class)
@Suppress("DEPRECATION", "DEPRECATION_ERROR", "OVERRIDE_DEPRECATION")
private class EndedChild(
  job: Job,
) : Job by job,
  ChildJob {
  override fun parentCancelled(parentJob: ParentJob) = Unit
}

@OptIn(InternalCoroutinesApi::class)
@Suppress("DEPRECATION", "DEPRECATION_ERROR")
private fun attach(
  parent: Job,
  child: EndedChild,
): DisposableHandle = parent.attachChild(child)

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
