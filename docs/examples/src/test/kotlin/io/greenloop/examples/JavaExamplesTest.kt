package io.greenloop.examples

import com.example.Main
import io.greenloop.Aio
import io.greenloop.RunOptions
import io.greenloop.examples.scripts.fiveForms
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import java.time.Duration
import java.util.Random
import java.util.concurrent.Callable

/** The Java programs that print the same in every run. */
class JavaExamplesTest :
  FunSpec({
    test("PRG-1: two tasks of one body, waited for together") {
      linesOf { OneTwo.run(virtualTime()) }.shouldContainExactly("One", "One", "Two", "Two")
    }

    test("PRG-1: a bare body handed to a wait is refused, with the way out") {
      val body = Callable { "One" }

      val refused =
        shouldThrow<IllegalArgumentException> {
          Aio.run { waitUntilRaw(listOf(body)) }
        }

      refused.message shouldBe
        "waitUntil: io.greenloop.examples.JavaExamplesTest\$1\$2 is a body, not a task; spawn it first"
    }

    test("PRG-3: a task made on a loop that does not run yet") {
      linesOf { HelloWorld.run(virtualLoop()) }.shouldContainExactly("hello world")
    }

    test("PRG-4: ensureFuture before the loop runs; of a task it is that task") {
      linesOf { EnsureFuture.run(virtualLoop()) }
        .shouldContainExactly("hello world", "the same object: true")
    }

    test("PRG-5: an endless task is cancelled by a timer, and the loop goes on until stopped") {
      linesOf { EndlessCounter.run(virtualLoop(), Duration.ofSeconds(5)) }.shouldContainExactly(
        (0..4).map { "counting $it" } +
          listOf("counter: cleaned up", "the loop goes on", "stopped", "closed"),
      )
    }

    test("PRG-6: the first failure reaches the caller, settled shows all, a cancel reaches both") {
      linesOf { GatherFailure.run(virtualTime()) }.shouldContainExactly(
        "caught: task1 failed",
        "java.lang.IllegalArgumentException: task1 failed",
        "task2 result",
        "CANCELLED",
        "CANCELLED",
      )
    }

    test("PRG-7: the first ten Fibonacci numbers, then closed") {
      linesOf { Fibonacci.run() }.shouldContainExactly(
        "0 1 1 2 3 5 8 13 21 34 closed".split(' '),
      )
    }

    test("PRG-8: ten slow operations end in the order of their start, in the time of the slowest") {
      val random = Random(7)
      val seconds = List(10) { random.nextInt(1, 6) }

      linesOf { SlowOperations.run(virtualTime(), Random(7)) }.shouldContainExactly(
        seconds.mapIndexed { i, s -> "$i: $s s" } + "all: ${seconds.max()} s",
      )
    }

    test("PRG-9: a future is made, completed and awaited in three places") {
      linesOf { FutureHandover.run(virtualTime(), false) }.shouldContainExactly("Future is done!")
    }

    test("PRG-9: the failing variant prints the exception") {
      linesOf { FutureHandover.run(virtualTime(), true) }
        .shouldContainExactly("java.lang.IllegalStateException: no result today")
    }

    test("PRG-10: a generator-based coroutine delegates to one with a return value") {
      linesOf { Delegation.run(virtualTime()) }.shouldContainExactly("Compute 1 + 2", "Result: 3")
    }

    test("PRG-11: version one, B is never switched to") {
      linesOf { TwoGreenlets.versionOne() }.shouldContainExactly(
        "start running in main thread",
        "in function A",
        "main thread resumes here",
      )
    }

    test("PRG-11: version two, A switches to B and B back") {
      linesOf { TwoGreenlets.versionTwo() }.shouldContainExactly(
        "start running in main thread",
        "in function A",
        "in function B",
        "in function A again",
        "main thread resumes here",
      )
    }

    test("PRG-12: two green threads alternate") {
      linesOf { EventletHello.run(virtualTime()) }
        .shouldContainExactly("hello", "world", "hello", "world", "hello", "world")
    }

    test("PRG-13: sleeps, returns, prints") {
      linesOf { HelloAfterOneSecond.run(virtualTime()) }.shouldContainExactly("Hello World!")
    }

    test("PRG-14: counts to the end and is finished") {
      linesOf { CountToDone.run(virtualTime(), false) }
        .shouldContainExactly("0", "1", "2", "Done", "FINISHED")
    }

    test("PRG-14: counts until it is cancelled") {
      linesOf { CountToDone.run(virtualTime(), true) }
        .shouldContainExactly("0", "1", "Coroutine cancelled.", "CANCELLED")
    }

    test("PRG-15: Alice and Bob take turns") {
      linesOf { AliceAndBob.run(virtualTime()) }
        .shouldContainExactly((0..2).flatMap { listOf("Alice says $it", "Bob says $it") })
    }

    test("PRG-16: main gathers two nested bodies") {
      linesOf { NestedGather.run(virtualTime()) }
        .shouldContainExactly("Creating", "Waiting", "Running", "Running", "[42, 42]")
    }

    test("PRG-18: two greetings and a callback on both") {
      linesOf { Greetings.run(virtualTime()) }.shouldContainExactly(
        "Hello World!",
        "Hello lfzyx!",
        "Bye lfzyx!",
        "Bye World!",
        "Callback: [Hello World, lfzyx]",
      )
    }

    test("PRG-19: one job in five forms, with its failure") {
      linesOf { FiveForms.run(virtualTime()) } shouldBe fiveForms
    }

    test("the programs of the README") {
      linesOf { FetchBoth.start(RunOptions.DEFAULT) }.shouldContainExactly("<a><b>")
      linesOf { Echoes.run() }.shouldContainExactly("echo hello", "echo world", "silence", "true")
      linesOf { Main.main(arrayOf()) }.shouldContainExactly("hello from a task")
    }
  })

@Suppress("UNCHECKED_CAST") // as code without types would
private fun waitUntilRaw(bodies: List<Any>) {
  Aio.waitUntil(bodies as List<io.greenloop.Task<*>>)
}
