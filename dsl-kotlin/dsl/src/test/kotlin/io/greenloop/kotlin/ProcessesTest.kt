package io.greenloop.kotlin

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldStartWith
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.withTimeout
import java.io.IOException
import kotlin.time.Duration.Companion.milliseconds

private fun children() = ProcessHandle.current().children().toList()

class ProcessesTest :
  FunSpec({
    test("SUB-3: exec gives what a program wrote and how it ended") {
      loop {
        val output = exec("sh", "-c", "cat; echo bad >&2; exit 3", input = "in")

        output.text() shouldBe "in"
        output.errorText() shouldBe "bad\n"
        output.exitCode() shouldBe 3
      }
    }

    test("SUB-1: a program that is not there") {
      loop {
        shouldThrow<IOException> { exec("/no/such/program") }.message shouldStartWith
          "Cannot run program \"/no/such/program\""
      }
    }

    test("AC-subprocess.2: a time limit stops what exec has started") {
      loop {
        shouldThrow<TimeoutCancellationException> {
          withTimeout(50.milliseconds) { exec("sleep", "1000") }
        }
        while (children().isNotEmpty()) yieldNow() // it may have been about to start
      }
    }

    test("SUB-1, AC-subprocess.2: a cancel while it starts leaves none behind") {
      loop {
        for (turns in 1..20) {
          val starting = spawn { ProcessBuilder("sleep", "1000").startProcess() }
          repeat(turns * 20) { yieldNow() }
          starting.cancel()
          try {
            starting.await().close()
          } catch (_: CancellationException) {
            // as wanted
          }
        }
        while (children().isNotEmpty()) yieldNow()
      }
    }

    test("SUB-2, SUB-3: suspend code talks to a process and waits for its end") {
      loop {
        ProcessBuilder("cat").startProcess().use { cat ->
          cat.stdin().send("hello\n")
          cat.stdout().receiveLine().decodeToString() shouldBe "hello\n"
          val waiting = List(3) { spawn { cat.await() } }
          yieldNow()
          waiting.first().cancel()

          cat.exchange("more".encodeToByteArray()).text() shouldBe "more"

          waiting.drop(1).forEach { it.await() shouldBe 0 }
          cat.await() shouldBe 0
        }
      }
    }
  })
