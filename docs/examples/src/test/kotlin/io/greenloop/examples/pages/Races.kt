package io.greenloop.examples.pages

import io.greenloop.ExceptionGroup
import io.greenloop.kotlin.LoopScope
import io.greenloop.kotlin.firstSuccess
import io.greenloop.kotlin.staggeredRace
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.delay
import java.io.IOException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** Stands in for a server, which needs [time] to answer. */
private suspend fun ask(
  server: String,
  time: Duration,
): String =
  try {
    delay(time)
    "the answer of $server"
  } catch (lost: CancellationException) {
    println("$server is given up at ${now()} ms")
    throw lost
  }

private suspend fun broken(server: String): String {
  delay(5.milliseconds)
  throw IOException("$server is down")
}

suspend fun LoopScope.theFirstThatEnds() {
  val answer = race({ ask("far", 50.milliseconds) }, { ask("near", 10.milliseconds) })
  println("$answer at ${now()} ms")
}

suspend fun theFirstThatSucceeds() {
  println(firstSuccess({ broken("one") }, { ask("two", 20.milliseconds) }))
  try {
    firstSuccess({ broken("one") }, { broken("two") })
  } catch (all: ExceptionGroup) {
    println(all.exceptions().map { it.message })
  }
}

suspend fun oneAfterTheOther() {
  val answer =
    staggeredRace(
      30.milliseconds,
      { ask("first", 100.milliseconds) },
      { ask("second", 20.milliseconds) },
      { ask("third", 1.milliseconds) },
    )
  println("$answer at ${now()} ms")
}

suspend fun LoopScope.again() {
  var attempts = 0
  val page =
    retry(times = 5, pause = 100.milliseconds, on = { it is IOException }) {
      attempts++
      println("attempt $attempts at ${now()} ms")
      timeout(1.seconds) { if (attempts < 3) broken("server") else "page" }
    }
  println(page)
}

suspend fun LoopScope.againInVain() {
  try {
    retry(times = 2) { broken("server") }
  } catch (failure: IOException) {
    println("${failure.message}, and before that ${failure.suppressed.map { it.message }}")
  }
}
