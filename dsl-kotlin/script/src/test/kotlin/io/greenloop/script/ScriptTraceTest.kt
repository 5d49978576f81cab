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

    test("what runs the script is left out, and so is who awaited it outside of the script") {
      fun frame(
        type: String,
        file: String,
        method: String = "m",
      ) = StackTraceElement(type, method, file, 1)
      val marker = StackTraceElement("awaited", "by", "task 'a'", -1)
      val failure = IllegalStateException("x")
      failure.stackTrace =
        arrayOf(
          frame("java.lang.Thread", "Thread.java"),
          frame("io.greenloop.Waits", "Waits.java"),
          frame("java.util.ArrayList", "ArrayList.java"),
          frame("A_loop", "a.loop.kts"),
          frame("kotlin.coroutines.jvm.internal.BaseContinuationImpl", "ContinuationImpl.kt"),
          marker,
          frame("A_loop", "a.loop.kts"),
          marker,
          frame("io.greenloop.Runner", "Runner.java"),
        )
      val outside = IllegalStateException("y")
      outside.stackTrace =
        arrayOf(frame("Lib", "Lib.java"), marker, frame("io.greenloop.Runner", "Runner.java"))
      failure.addSuppressed(outside)

      ScriptTrace.cut(failure)

      failure.stackTrace.map { it.fileName ?: it.methodName } shouldBe
        listOf("ArrayList.java", "a.loop.kts", "task 'a'", "a.loop.kts")
      files(outside) shouldBe listOf("Lib.java")
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
