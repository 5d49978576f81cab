package io.greenloop.kotlin

import io.greenloop.AsyncTimeoutException
import io.greenloop.ExitRequest
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.withTimeoutOrNull
import java.io.IOException
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class RetryTest :
  FunSpec({
    test("it tries again, waits twice as long each time, up to the longest, and gives the result") {
      trailOf { t ->
        var tries = 0
        val result =
          retry(times = 9, pause = 1.seconds, longest = 3.seconds) {
            t.note("try")
            if (++tries < 5) throw IOException("no")
            "yes"
          }
        t.note(result)
      } shouldContainExactly
        listOf("try@0", "try@1000", "try@3000", "try@6000", "try@9000", "yes@9000")
    }

    test("the last failure is thrown at once, with those before it") {
      virtually { t ->
        var tries = 0
        val last = shouldThrow<IOException> { retry { throw IOException("${++tries}") } }

        last.message shouldBe "3"
        last.suppressed.map { it.message } shouldBe listOf("1", "2")
        t.note("end")
        t.trail() shouldBe listOf("end@300")
      }
    }

    test("what is not asked for is thrown at once") {
      virtually {
        var tries = 0
        shouldThrow<IllegalStateException> {
          retry(on = { it is IOException }) {
            tries++
            error("no")
          }
        }
        shouldThrow<AssertionError> {
          retry {
            tries++
            throw AssertionError("no")
          }
        }
        tries shouldBe 2
      }
    }

    test("one failure thrown each time is not suppressed in itself") {
      virtually {
        val same = IOException("same")
        shouldThrow<IOException> { retry { throw same } }.suppressed.size shouldBe 0
      }
    }

    test("a time limit in an attempt is a failure, one around all ends the attempts") {
      trailOf { t ->
        shouldThrow<AsyncTimeoutException> {
          retry(times = 2, pause = 1.seconds) {
            t.note("try")
            withTimeout(5.seconds) { sleep(9.seconds) }
          }
        }
        withTimeoutOrNull(3.seconds) {
          retry {
            t.note("again")
            sleep(9.seconds)
          }
        } shouldBe null
      } shouldContainExactly listOf("try@0", "try@6000", "again@11000")
    }

    test("a cancel is no failure, in an attempt and in a pause") {
      for (early in listOf(500.milliseconds, 1500.milliseconds)) {
        virtually {
          var tries = 0
          val task =
            spawn {
              retry(pause = 9.seconds) {
                tries++
                sleep(1.seconds)
                throw IOException("no")
              }
            }
          sleep(early)
          task.cancel()
          shouldThrow<CancellationException> { task.await() }
          tries shouldBe 1
        }
      }
    }

    test("a cancel and the end of the program are no failure to who asks for all, either") {
      var tries = 0
      virtually {
        val task =
          green {
            retry(on = { true }) {
              tries++
              sleep(1.seconds)
            }
          }
        yieldNow()
        task.cancel()
        shouldThrow<CancellationException> { task.await() }
      }
      tries shouldBe 1
      shouldThrow<ExitRequest> {
        virtually {
          retry(on = { true }) {
            tries++
            throw ExitRequest(3)
          }
        }
      }.code() shouldBe 3
      tries shouldBe 2
    }

    test("what one attempt has started ends before the next") {
      trailOf { t ->
        retry(times = 2, on = { it is IOException }) {
          spawn {
            try {
              sleep(1.seconds)
            } finally {
              t.note("child")
            }
          }
          yieldNow()
          if (t.trail().isEmpty()) throw IOException("no")
        }
      } shouldContainExactly listOf("child@0", "child@1100")
    }

    test("blocking code tries again in the same way") {
      trailOf { t ->
        green {
          var tries = 0
          retry(times = 3, pause = 1.seconds) {
            t.note("try")
            check(++tries == 3) { "no" }
          }
        }.await()
      } shouldContainExactly listOf("try@0", "try@1000", "try@3000")
    }

    test("what makes no sense is refused") {
      virtually {
        shouldThrow<IllegalArgumentException> { retry(times = 0) {} }.message shouldBe
          "retry: times = 0 (expected >= 1)"
        shouldThrow<IllegalArgumentException> { retry(pause = (-1).seconds) {} }.message shouldBe
          "retry: pause = -1s (expected >= 0)"
      }
    }
  })
