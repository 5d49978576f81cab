package io.greenloop.kotlin.script

import io.greenloop.Aio
import io.greenloop.AsyncTimeoutException
import io.greenloop.CancelledError
import io.greenloop.kotlin.green
import io.greenloop.kotlin.spawn
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.launch
import java.nio.file.Path
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

private val trail = ArrayList<String>()

private fun script(
  vararg args: String,
  limit: Duration? = null,
  body: ScriptScope.() -> Unit,
): Int? {
  trail.clear()
  val options = ScriptOptions(Path.of("test.loop.kts"), virtualTime = true, limit = limit)
  return ScriptRuntime.run(args.asList(), options) { it.body() }
}

private fun ScriptScope.endless(name: String) {
  green {
    try {
      sleep(1_000.seconds)
    } finally {
      trail += "$name cleaned"
    }
  }
}

class ScriptRuntimeTest :
  FunSpec({
    test("the body is the main stackful task, named after the script") {
      script("a", "b") {
        trail += Aio.currentTask().get().name()
        trail += args
        trail += spawn { "suspend" }.join() + green { "green" }.join() + loop { "loop" }
      } shouldBe null
      trail shouldContainExactly listOf("test.loop.kts", "a", "b", "suspendgreenloop")
    }

    test("the body waits for what it started, in virtual time if asked") {
      val start = System.nanoTime()
      script {
        spawn {
          sleep(1_000.seconds)
          trail += "suspend"
        }
        green {
          sleep(2_000.seconds)
          trail += "green"
        }
        launch { trail += "launch" }
        trail += "body"
      } shouldBe null
      trail shouldContainExactly listOf("body", "launch", "suspend", "green")
      (System.nanoTime() - start < 600_000_000_000) shouldBe true
    }

    test("exit cancels the rest, runs cleanup and gives its code") {
      script {
        endless("child")
        sleep(1.milliseconds)
        try {
          exit(7)
        } finally {
          trail += "body cleaned"
        }
      } shouldBe 7
      trail shouldContainExactly listOf("body cleaned", "child cleaned")
    }

    test("exit works in a child of any kind") {
      val starts =
        listOf<ScriptScope.(ScriptProgram) -> Unit>(
          { program -> spawn { program.exit(3) } },
          { program -> green { program.exit(3) } },
        )
      for (start in starts) {
        script {
          endless("sibling")
          sleep(1.milliseconds)
          start(this)
          try {
            sleep(1_000.seconds)
          } finally {
            trail += "body cleaned"
          }
        } shouldBe 3
        trail.sorted() shouldContainExactly listOf("body cleaned", "sibling cleaned")
      }
    }

    test("a failing child cancels the rest and is the script's failure") {
      shouldThrow<IllegalStateException> {
        script {
          endless("sibling")
          spawn {
            sleep(5.milliseconds)
            error("boom")
          }
        }
      }.message shouldBe "boom"
      trail shouldContainExactly listOf("sibling cleaned")
    }

    test("what the body throws cancels its children") {
      shouldThrow<IllegalStateException> {
        script {
          endless("child")
          sleep(1.milliseconds)
          error("boom")
        }
      }.message shouldBe "boom"
      trail shouldContainExactly listOf("child cleaned")
    }

    test("a script whose limit has passed gives 124, also where it swallows the cancel") {
      script(limit = 5.milliseconds) { sleep(1_000.seconds) } shouldBe 124
      script(limit = 5.milliseconds) {
        try {
          sleep(1_000.seconds)
        } catch (_: CancelledError) {
          trail += "swallowed"
        }
        sleep(1.seconds)
        trail += "went on"
      } shouldBe 124
      trail shouldContainExactly listOf("swallowed", "went on")
      script(limit = 5.milliseconds) { sleep(4.milliseconds) } shouldBe null
    }

    test("what a script does about its limit itself counts: exit, or a failure") {
      script(limit = 5.milliseconds) {
        try {
          sleep(1_000.seconds)
        } finally {
          exit(3)
        }
      } shouldBe 3
      shouldThrow<IllegalStateException> {
        script(limit = 5.milliseconds) {
          try {
            sleep(1_000.seconds)
          } finally {
            error("cleanup")
          }
        }
      }.message shouldBe "cleanup"
    }

    test("a time limit of its own with the same text is a failure of the script") {
      shouldThrow<AsyncTimeoutException> {
        script(limit = 5.milliseconds) {
          throw AsyncTimeoutException("run: time limit of PT0.005S passed")
        }
      }
    }
  })
