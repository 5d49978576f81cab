package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.CancelledError
import io.greenloop.Task
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import java.util.concurrent.Callable
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class CancellationTest :
  FunSpec({
    test("TASK-3: Kotlin code sees kotlinx's exception, with ours as the cause") {
      virtually {
        lateinit var seen: CancellationException
        val task =
          spawn {
            try {
              delay(1.seconds)
            } catch (cancelled: CancellationException) {
              seen = cancelled
              throw cancelled
            }
          }
        yieldNow()
        task.cancel("enough") shouldBe true
        green { shouldThrow<CancelledError> { task.join() }.reason() }.await() shouldBe "enough"
        seen.message shouldBe "enough"
        unrecovered(seen).cause.shouldBeInstanceOf<CancelledError>().reason() shouldBe "enough"
        task.cancel() shouldBe false
      }
    }

    test("TASK-4: a task that is cancelled before its first step never runs") {
      virtually { t ->
        val suspend = spawn { t.note("suspend") }
        val green = green { t.note("green") }
        suspend.cancel()
        green.cancel()
        shouldThrow<CancellationException> { suspend.await() }
        shouldThrow<CancellationException> { green.await() }
        t.trail() shouldBe emptyList()
      }
    }

    test("TASK-3: cancelling a waiter cancels what it waits for, through all kinds of tasks") {
      trailOf { t ->
        val bottom =
          green {
            try {
              sleep(1.seconds)
            } catch (cancelled: CancelledError) {
              sleep(5.milliseconds)
              t.note("bottom " + cancelled.reason())
              throw cancelled
            }
          }
        val middle =
          spawn {
            try {
              bottom.await()
            } catch (cancelled: CancellationException) {
              t.note("middle " + cancelled.message)
              throw cancelled
            }
          }
        val top =
          Aio.spawn(
            Callable {
              try {
                middle.join()
              } catch (cancelled: CancelledError) {
                t.note("top " + cancelled.reason())
                throw cancelled
              }
            },
          )
        sleep(1.milliseconds)
        top.cancel("stop")
        shouldThrow<CancellationException> { top.await() }
        listOf(top, middle, bottom).map { it.isCancelled } shouldContainExactly
          listOf(true, true, true)
      } shouldContainExactly listOf("bottom stop@6", "middle stop@6", "top stop@6")
    }

    test("a wait begun in the cleanup of a cancelled task ends at a second cancel, too") {
      virtually {
        val slow =
          green {
            try {
              sleep(1.hours)
            } catch (_: CancelledError) {
              sleep(1.hours)
            }
          }
        val waiter =
          spawn {
            try {
              awaitCancellation()
            } finally {
              slow.await()
            }
          }
        yieldNow()
        waiter.cancel()
        yieldNow()
        waiter.cancel() shouldBe true
        repeat(3) { yieldNow() }
        val state = waiter.isCancelled to slow.isDone
        slow.cancel()
        state
      } shouldBe (true to false)
    }

    test("TASK-32: a shield keeps the cancel of a waiter away") {
      virtually {
        val inner =
          spawn {
            sleep(10.milliseconds)
            "survived"
          }
        val waiter = spawn { Aio.shield(inner).await() }
        yieldNow()
        waiter.cancel()
        shouldThrow<CancellationException> { waiter.await() }
        inner.await()
      } shouldBe "survived"
    }

    test("TASK-9: suspend code keeps kotlinx's rule: every further suspension throws again") {
      virtually {
        val throws = ArrayList<String?>()
        val task =
          spawn {
            repeat(2) {
              try {
                delay(1.seconds)
              } catch (cancelled: CancellationException) {
                throws += cancelled.message
              }
            }
            currentCoroutineContext().isActive
          }
        yieldNow()
        task.cancel("once")
        shouldThrow<CancellationException> { task.await() }
        throws
      } shouldContainExactly listOf("once", "once")
    }

    test("cleanup may wait under NonCancellable") {
      virtually { t ->
        val task =
          spawn {
            try {
              awaitCancellation()
            } finally {
              withContext(NonCancellable) {
                sleep(5.milliseconds)
                t.note("cleaned")
              }
            }
          }
        yieldNow()
        task.cancel()
        shouldThrow<CancellationException> { task.await() }
        t.trail() shouldContainExactly listOf("cleaned@5")
      }
    }

    test("TASK-5: a cancel in the wake-up window replaces the value") {
      virtually { t ->
        val promise = t.loop().newPromise<String>()
        val task = spawn { promise.await() }
        val sleeper = spawn { sleep(1.milliseconds) }
        sleep(1.milliseconds)
        promise.complete("value")
        task.cancel("window")
        sleeper.cancel("window")
        shouldThrow<CancellationException> { task.await() }.message shouldBe "window"
        shouldThrow<CancellationException> { sleeper.await() }.message shouldBe "window"
      }
    }

    test("TASK-8: a body that throws kotlinx's exception, or ours, ends cancelled") {
      virtually {
        val kotlin = spawn { throw CancellationException("by hand") }
        val java = spawn { throw CancelledError("by hand") }
        val green = green { throw CancelledError("by hand") }
        for (task in listOf(kotlin, java, green)) {
          shouldThrow<CancellationException> { task.await() }.message shouldBe "by hand"
          task.isCancelled shouldBe true
        }
      }
    }

    test("TASK-10: cancelling one waiter of a task takes it from the others too") {
      virtually {
        val shared = spawn { awaitCancellation() }
        val first = spawn { shared.await() }
        val second = green { shared.join() }
        sleep(1.milliseconds)
        first.cancel()
        shouldThrow<CancellationException> { second.await() }
        second.isCancelled
      } shouldBe true
    }

    test("a job that is cancelled from kotlinx's side cancels the task") {
      virtually { t ->
        val suspend =
          spawn {
            cancel("by its scope")
            delay(1)
          }
        shouldThrow<CancellationException> { suspend.await() }.message shouldBe "by its scope"
        val green =
          green {
            cancel("by its scope")
            sleep(1.milliseconds)
          }
        shouldThrow<CancellationException> { green.await() }.message shouldBe "by its scope"
        (suspend.isCancelled && green.isCancelled) shouldBe true
      }
    }

    test("withTimeout cancels what is awaited and waits for its end") {
      trailOf { t ->
        val slow =
          green {
            try {
              sleep(1.seconds)
            } finally {
              t.note("cleanup")
            }
          }
        shouldThrow<TimeoutCancellationException> { withTimeout(10) { slow.await() } }
        t.note(slow.isCancelled)
      } shouldContainExactly listOf("cleanup@10", "true@10")
    }

    test("a cancelled child does not harm its scope") {
      virtually {
        val child = spawn { awaitCancellation() }
        val green = green { sleep(1.seconds) }
        yieldNow()
        child.cancel()
        green.cancel()
        "unharmed"
      } shouldBe "unharmed"
    }

    test("a cancel of a task that parks in suspend code ends the wait") {
      virtually {
        val task = spawn { user.parkFor(1_000) }
        yieldNow()
        task.cancel("parked")
        shouldThrow<CancellationException> { task.await() }.message shouldBe "parked"
      }
    }

    test("a cancel that travels in a circle ends everybody") {
      virtually { t ->
        lateinit var a: Task<Unit>
        lateinit var b: Task<Unit>
        lateinit var c: Task<Unit>
        a = spawn { b.await() }
        b = green { c.join() }
        c = spawn { a.await() }
        sleep(1.milliseconds)
        a.cancel("circle")
        for (task in listOf(a, b, c)) {
          shouldThrow<CancellationException> { task.await() }.message shouldBe "circle"
        }
      }
    }

    test("a cancel of main cancels its children and leaves loop as a CancelledError") {
      val error =
        shouldThrow<CancelledError> {
          virtually { t ->
            val main = Aio.currentTask().get()
            launch { main.cancel("all") }
            spawn { awaitCancellation() }
            awaitCancellation()
          }
        }
      error.reason() shouldBe "all"
    }

    test("an exception keeps its identity when a cancel comes too late") {
      val failure = IllegalStateException("first")
      shouldThrow<IllegalStateException> {
        virtually {
          val task =
            spawn {
              try {
                awaitCancellation()
              } finally {
                throw failure
              }
            }
          yieldNow()
          task.cancel()
          task.await()
        }
      } shouldBeSameInstanceAs failure
    }
  })
