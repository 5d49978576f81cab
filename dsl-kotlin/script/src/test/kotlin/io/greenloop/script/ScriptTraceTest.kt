package io.greenloop.script

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

class ScriptTraceTest :
  FunSpec({
    fun failure(
      message: String,
      vararg files: String,
      cause: Throwable? = null,
    ): Throwable =
      IllegalStateException(message, cause).apply {
        stackTrace = Array(files.size) { StackTraceElement("C", "m", files[it], it + 1) }
      }

    fun files(failure: Throwable): List<String?> = failure.stackTrace.map { it.fileName }

    test("a trace ends at the last frame of a script") {
      val failure =
        failure("x", "Lib.kt", "a.loop.kts", "Mid.kt", "a.loop.kts", "Host.kt", "Main.kt")

      ScriptTrace.cut(failure)

      files(failure) shouldBe listOf("Lib.kt", "a.loop.kts", "Mid.kt", "a.loop.kts")
    }

    test("a trace without a frame of a script stays whole") {
      val failure = failure("x", "Lib.kt", "Host.kt")

      ScriptTrace.cut(failure)

      files(failure) shouldBe listOf("Lib.kt", "Host.kt")
    }

    test("causes and suppressed exceptions are cut too, also in a circle") {
      val cause = failure("cause", "a.loop.kts", "Host.kt")
      val failure = failure("x", "a.loop.kts", "Main.kt", cause = cause)
      val other = failure("other", "b.loop.kts", "Host.kt")
      failure.addSuppressed(other)
      other.addSuppressed(failure)

      ScriptTrace.cut(failure)

      files(failure) shouldBe listOf("a.loop.kts")
      files(cause) shouldBe listOf("a.loop.kts")
      files(other) shouldBe listOf("b.loop.kts")
    }
  })
