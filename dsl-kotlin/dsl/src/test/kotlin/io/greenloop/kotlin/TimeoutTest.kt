package io.greenloop.kotlin

import io.greenloop.AsyncTimeoutException
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.withTimeout
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class TimeoutTest :
  FunSpec({
    test("a limit that passes ends the body, its children and their cleanup, and is a failure") {
      trailOf { t ->
        val failure =
          shouldThrow<AsyncTimeoutException> {
            timeout(2.seconds) {
              spawn {
                try {
                  sleep(9.seconds)
                } finally {
                  t.note("child")
                }
              }
              try {
                sleep(9.seconds)
              } finally {
                t.note("body")
              }
            }
          }
        t.note(failure.message)
      } shouldContainExactly
        listOf("child@2000", "body@2000", "timeout: time limit of 2s passed@2000")
    }

    test("at its last moment the body is in time, and a result of null is one") {
      trailOf { t ->
        t.note(timeout(20.milliseconds) { sleep(19.milliseconds) })
        timeout(1.seconds) { null }.shouldBeNull()
        shouldThrow<AsyncTimeoutException> { timeout(Duration.ZERO) { t.note("begun") } }
      } shouldContainExactly listOf("kotlin.Unit@19")
    }

    test("of two limits each one ends its own body") {
      virtually {
        shouldThrow<AsyncTimeoutException> {
          timeout(1.seconds) { timeout(2.seconds) { sleep(3.seconds) } }
        }.message shouldBe "timeout: time limit of 1s passed"
        shouldThrow<AsyncTimeoutException> {
          timeout(2.seconds) { timeout(1.seconds) { sleep(3.seconds) } }
        }.message shouldBe "timeout: time limit of 1s passed"
        shouldThrow<TimeoutCancellationException> {
          timeout(2.seconds) { withTimeout(1.seconds) { sleep(3.seconds) } }
        }
      }
    }

    test("a cancel from outside stays a cancel") {
      virtually {
        val task = spawn { timeout(9.seconds) { sleep(5.seconds) } }
        sleep(1.seconds)
        task.cancel()
        shouldThrow<CancellationException> { task.await() }
      }
    }

    test("a task whose limit passes fails, and with it the scope") {
      shouldThrow<AsyncTimeoutException> {
        virtually {
          spawn { timeout(1.seconds) { sleep(2.seconds) } }
          sleep(9.seconds)
        }
      }
    }
  })
