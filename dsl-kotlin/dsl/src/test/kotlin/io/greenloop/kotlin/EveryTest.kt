package io.greenloop.kotlin

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class EveryTest :
  FunSpec({
    test("it runs now and then at its times, however long the body takes, until it is cancelled") {
      trailOf { t ->
        val ticks =
          every(10.milliseconds) {
            t.note("tick")
            sleep(7.milliseconds)
          }
        sleep(35.milliseconds)
        ticks.cancel()
      } shouldContainExactly listOf("tick@0", "tick@10", "tick@20", "tick@30")
    }

    test("what is due while the body runs is left out") {
      trailOf { t ->
        val ticks =
          every(10.milliseconds) {
            t.note("tick")
            spawn { sleep(25.milliseconds) }
          }
        sleep(65.milliseconds)
        ticks.cancel()
      } shouldContainExactly listOf("tick@0", "tick@30", "tick@60")
    }

    test("a body that fails ends the scope") {
      shouldThrow<IllegalStateException> {
        virtually {
          every(1.seconds) { error("no") }
          sleep(9.seconds)
        }
      }.message shouldBe "no"
    }

    test("an interval of nothing is refused") {
      virtually {
        shouldThrow<IllegalArgumentException> { every(Duration.ZERO) {} }.message shouldBe
          "every: interval = 0s (expected > 0)"
      }
    }
  })
