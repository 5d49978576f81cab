package io.greenloop.kotlin

import io.greenloop.EventLoop
import io.greenloop.LoopOptions
import io.greenloop.RunOptions
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import java.util.concurrent.RejectedExecutionException
import kotlin.time.Duration.Companion.seconds

class RefusedTest :
  FunSpec({
    test("a spawn off the loop is refused by its name, and its scope ends")
      .config(timeout = 20.seconds, blockingTest = true) {
        loop {
          withContext(Dispatchers.IO) {
            shouldThrow<WrongThreadException> { spawn { 1 } }
            shouldThrow<WrongThreadException> { green { 1 } }
          }
          "ended"
        } shouldBe "ended"
      }

    test("a spawn beyond the limit of tasks is refused, and its scope ends")
      .config(timeout = 20.seconds, blockingTest = true) {
        val two = LoopOptions.defaults().withMaxTasks(2)
        loop(RunOptions.DEFAULT.loopFactory { EventLoop.create(two) }) {
          val first = spawn { yieldNow() }
          shouldThrow<RejectedExecutionException> { spawn { } }
          shouldThrow<RejectedExecutionException> { green { } }
          first.await()
          "ended"
        } shouldBe "ended"
      }

    test("a nested loop beyond the limit of tasks is refused, and the body goes on")
      .config(timeout = 20.seconds, blockingTest = true) {
        val two = LoopOptions.defaults().withMaxTasks(2)
        loop(RunOptions.DEFAULT.loopFactory { EventLoop.create(two) }) {
          green { shouldThrow<RejectedExecutionException> { loop { } } }.await()
          "ended"
        } shouldBe "ended"
      }
  })
