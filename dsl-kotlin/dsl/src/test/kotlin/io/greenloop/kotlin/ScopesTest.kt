package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.AsyncTimeoutException
import io.greenloop.CancelledError
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.supervisorScope
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class ScopesTest :
  FunSpec({
    test("a body waits for what it started, at any depth") {
      virtually { t ->
        spawn {
          spawn {
            sleep(30.milliseconds)
            t.note("grandchild")
          }
          t.note("child")
        }.await()
        green {
          green {
            sleep(10.milliseconds)
            t.note("green grandchild")
          }
          launch {
            delay(20)
            t.note("launched by green")
          }
          t.note("green child")
        }.await()
        t.note("end")
        t.trail()
      } shouldContainExactly
        listOf(
          "child@0",
          "grandchild@30",
          "green child@30",
          "green grandchild@40",
          "launched by green@50",
          "end@50",
        )
    }

    test("a failing child cancels the rest, whose cleanup runs, and is thrown") {
      lateinit var trail: () -> List<String>
      val error =
        shouldThrow<IllegalStateException> {
          virtually { t ->
            trail = t::trail
            spawn {
              sleep(10.milliseconds)
              error("boom")
            }
            spawn {
              try {
                sleep(1.seconds)
              } finally {
                t.note("suspend")
              }
            }
            green {
              try {
                sleep(1.seconds)
              } finally {
                t.note("green")
              }
            }
            try {
              sleep(1.seconds)
            } finally {
              t.note("body")
            }
          }
        }
      error.message shouldBe "boom"
      trail() shouldContainExactly listOf("body@10", "suspend@10", "green@10")
    }

    test("a failing green child cancels the rest and is thrown") {
      lateinit var trail: () -> List<String>
      shouldThrow<IllegalStateException> {
        virtually { t ->
          trail = t::trail
          green {
            green {
              sleep(10.milliseconds)
              error("boom")
            }
            try {
              sleep(1.seconds)
            } catch (cancelled: CancelledError) {
              t.note("body")
              throw cancelled
            }
          }
        }
      }.message shouldBe "boom"
      trail() shouldContainExactly listOf("body@10")
    }

    test("a green body whose child failed is not left with a cancel request") {
      virtually {
        supervisorScope {
          val scope = green { green { error("boom") } }
          shouldThrow<IllegalStateException> { scope.await() }
          scope.cancelRequests()
        }
      } shouldBe 0
    }

    test("a supervisor scope keeps a failure with its task") {
      virtually {
        supervisorScope {
          val bad = spawn { error("boom") }
          val good = spawn { "fine" }
          shouldThrow<IllegalStateException> { bad.await() }
          good.await()
        }
      } shouldBe "fine"
    }

    test("a loop body inside a task runs on the same loop and waits for its children") {
      trailOf { t ->
        green {
          loop {
            spawn {
              sleep(5.milliseconds)
              t.note("inner")
            }
          }
          t.note(Aio.currentTask().get().loop() === t.loop())
        }
      } shouldContainExactly listOf("inner@5", "true@5")
    }

    test("what a loop body inside a task throws can be caught there") {
      virtually {
        green {
          val error = shouldThrow<IllegalStateException> { loop<Unit> { error("boom") } }
          sleep(1.milliseconds)
          error.message
        }.await()
      } shouldBe "boom"
    }

    test("loop inside a suspend body, and taskGroup in a free function, wait for their children") {
      trailOf { t ->
        loop {
          spawn {
            sleep(5.milliseconds)
            t.note("member")
          }
        }
        freeFunction(t::note)
        t.note("end")
      } shouldContainExactly listOf("member@5", "free@10", "end@10")
    }

    test("sleep is the one of the innermost body") {
      trailOf { t ->
        green {
          spawn {
            sleep(5.milliseconds)
            t.note("suspend in green")
          }
        }
        spawn {
          green {
            sleep(10.milliseconds)
            t.note("green in suspend")
          }
        }
        launch {
          sleep(15.milliseconds)
          t.note("in launch")
        }
      } shouldContainExactly listOf("suspend in green@5", "green in suspend@10", "in launch@15")
    }

    test("TASK-28: green code has time limits") {
      virtually {
        green {
          shouldThrow<AsyncTimeoutException> { timeout(10.milliseconds) { sleep(1.seconds) } }
          val slow = spawn { sleep(1.seconds) }
          shouldThrow<AsyncTimeoutException> { waitFor(slow, 10.milliseconds) }
          shouldThrow<AsyncTimeoutException> { waitFor({ sleep(1.seconds) }, 10.milliseconds) }
          val inTime =
            waitFor(
              {
                sleep(1.milliseconds)
                "in time"
              },
              10.milliseconds,
            )
          slow.isCancelled to inTime
        }.await()
      } shouldBe (true to "in time")
    }

    test("a scope without a loop refuses, and says what to do") {
      val scope = CoroutineScope(Dispatchers.Default)
      shouldThrow<IllegalStateException> { scope.spawn { } }.message shouldBe
        "spawn: this scope does not belong to a loop; call it inside loop { }, or give the scope " +
        "a LoopDispatcher"
      shouldThrow<IllegalStateException> { scope.green { } }.message shouldBe
        "green: this scope does not belong to a loop; call it inside loop { }, or give the scope " +
        "a LoopDispatcher"
    }

    test("loop in a callback refuses") {
      virtually { t ->
        val error = t.loop().newPromise<Throwable?>()
        t.loop().callSoon { error.complete(runCatching { loopInPlain() }.exceptionOrNull()) }
        error.await()?.message shouldBe
          "loop in a callback of ${t.loop()}: there is no task to park"
      }
    }

    test("loop off the loop gives what its body returns") {
      loop { spawn { 20 }.await() + green { 22 }.await() } shouldBe 42
    }
  })

private fun loopInPlain() = loop { }

private suspend fun freeFunction(note: (String) -> Unit) {
  taskGroup {
    spawn {
      sleep(5.milliseconds)
      note("free")
    }
  }
}
