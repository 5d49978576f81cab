package io.greenloop.kotlin.testing

import io.greenloop.kotlin.callLater
import io.greenloop.kotlin.every
import io.greenloop.kotlin.spawn
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.cancelChildren
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes

class LoopTestTest :
  FunSpec({
    test("time jumps, and the trail says when something happened") {
      loopTest { t ->
        every(1.minutes) { t.note("asked") }
        sleep(2.5.minutes)
        t.trail() shouldContainExactly listOf("asked@0", "asked@60000", "asked@120000")
        coroutineContext.cancelChildren()
      }
    }

    test("what the body has started has ended before the test has, and fails it") {
      shouldThrow<IllegalStateException> {
        loopTest {
          launch {
            delay(60_000)
            error("late")
          }
        }
      }.message shouldBe "late"
    }

    test("an error that nobody was told of fails the test") {
      shouldThrow<AssertionError> {
        loopTest { t ->
          t.loop().callLater(1.milliseconds) { error("in a callback") }
          sleep(1.minutes)
        }
      }.message shouldContain "threw java.lang.IllegalStateException"
    }

    test("a seed decides the order of what is ready, the same one each time") {
      fun order(seed: Long?): List<String> {
        val order = ArrayList<String>()
        loopTest(seed) { repeat(6) { n -> spawn { order += "$n" } } }
        return order
      }

      order(null) shouldBe listOf("0", "1", "2", "3", "4", "5")
      val orders = (1L..9L).map(::order)
      (1L..9L).map(::order) shouldBe orders
      orders.toSet().size shouldBeGreaterThan 1
    }
  })
