package io.greenloop.examples.pages

import io.greenloop.EventLoop
import io.greenloop.kotlin.LoopScope
import io.greenloop.kotlin.await
import io.greenloop.kotlin.green
import io.greenloop.kotlin.spawn
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.supervisorScope
import java.io.IOException
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds

/** Milliseconds since the loop of a test began. */
fun now(): Long = EventLoop.current().time().toMillis()

suspend fun LoopScope.twoChildren() {
  val size =
    taskGroup {
      val left = spawn { sleep(20.milliseconds).let { "suspend code".length } }
      val right = green { sleep(30.milliseconds).let { "blocking code".length } }
      left.await() + right.await()
    }
  println("$size characters after ${now()} ms")
}

suspend fun LoopScope.oneFails() {
  try {
    taskGroup {
      spawn("slow") {
        try {
          sleep(1.hours)
        } finally {
          println("slow: cleaned up")
        }
      }
      spawn<Unit>("bad") {
        sleep(10.milliseconds)
        throw IOException("no such page")
      }
    }
  } catch (failure: IOException) {
    println("the group threw '${failure.message}' after ${now()} ms")
  }
}

private suspend fun fetch(page: String): String {
  delay(10.milliseconds)
  if (page == "b") throw IOException("no such page: $page")
  return "page $page"
}

suspend fun eachByItself() {
  supervisorScope {
    val pages = listOf("a", "b", "c").map { page -> async { fetch(page) } }
    for (page in pages) {
      try {
        println(page.await())
      } catch (failure: IOException) {
        println(failure.message)
      }
    }
  }
}

suspend fun LoopScope.aChildIsAHandle() {
  val feed =
    spawn("feed") {
      while (true) {
        sleep(10.milliseconds)
        println("news at ${now()} ms")
      }
    }
  sleep(25.milliseconds)
  feed.cancel("enough")
  try {
    feed.await()
  } catch (cancelled: CancellationException) {
    println("${feed.name()} was cancelled: ${cancelled.message}")
  }
}
