package io.greenloop.examples.pages

import io.greenloop.AsyncTimeoutException
import io.greenloop.EventLoop
import io.greenloop.kotlin.LoopScope
import io.greenloop.kotlin.callLater
import io.greenloop.kotlin.every
import io.greenloop.kotlin.spawn
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

suspend fun LoopScope.limits() {
  try {
    timeout(1.seconds) { sleep(1.hours) }
  } catch (tooLate: AsyncTimeoutException) {
    println("${tooLate.message} at ${now()} ms")
  }
  val answer =
    withTimeoutOrNull(1.seconds) {
      sleep(1.hours)
      "never"
    }
  println("$answer at ${now()} ms")
}

suspend fun LoopScope.ticks() {
  val short = every(100.milliseconds) { println("short at ${now()} ms") }
  val long =
    every(100.milliseconds) {
      println("long at ${now()} ms")
      sleep(130.milliseconds)
    }
  sleep(250.milliseconds)
  short.cancel()
  long.cancel()
}

suspend fun LoopScope.cleanup() {
  val work =
    spawn("work") {
      try {
        sleep(1.hours)
      } finally {
        withContext(NonCancellable) { sleep(50.milliseconds) } // a goodbye to somebody
        println("cleaned up at ${now()} ms")
      }
    }
  sleep(10.milliseconds)
  work.cancel()
}

suspend fun LoopScope.callbacks() {
  val loop = EventLoop.current()
  loop.callLater(20.milliseconds) { println("called at ${now()} ms") }
  val never = loop.callLater(20.milliseconds) { println("never") }
  never.cancel()
  sleep(30.milliseconds)
}
