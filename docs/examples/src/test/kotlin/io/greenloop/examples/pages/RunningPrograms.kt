package io.greenloop.examples.pages

import io.greenloop.AsyncTimeoutException
import io.greenloop.kotlin.LoopScope
import io.greenloop.kotlin.await
import io.greenloop.kotlin.lines
import io.greenloop.kotlin.receiveLine
import io.greenloop.kotlin.send
import io.greenloop.kotlin.startProcess
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import java.io.IOException
import kotlin.time.Duration.Companion.milliseconds

suspend fun LoopScope.toItsEnd() {
  val sorted = exec("sort", input = "pear\napple\n")
  print(sorted.text())
  val failed = exec("sh", "-c", "echo no >&2; exit 3")
  println("exit code ${failed.exitCode()}, error: ${failed.errorText().trim()}")
}

suspend fun lineByLine() {
  val counting = ProcessBuilder("sh", "-c", "i=0; while :; do i=$((i+1)); echo line ${'$'}i; done")
  counting.startProcess().use { process ->
    println(process.lines().take(3).toList())
  } // it would never end by itself: close kills it
}

suspend fun aConversation() {
  ProcessBuilder("cat").startProcess().use { cat ->
    for (word in listOf("hello", "world")) {
      cat.stdin().send("$word\n")
      println("cat says ${cat.stdout().receiveLine().decodeToString().trim()}")
    }
    cat.stdin().shutdownOutput()
    println("exit code ${cat.await()}")
  }
}

suspend fun LoopScope.tooLong() {
  try {
    timeout(50.milliseconds) { exec("sleep", "100") }
  } catch (_: AsyncTimeoutException) {
    println("it was stopped")
  }
  try {
    exec("no-such-program")
  } catch (failure: IOException) {
    println("not started")
  }
}
