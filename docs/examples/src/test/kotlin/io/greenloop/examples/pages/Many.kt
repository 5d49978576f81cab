package io.greenloop.examples.pages

import io.greenloop.kotlin.LoopScope
import io.greenloop.kotlin.asIterable
import io.greenloop.kotlin.await
import io.greenloop.kotlin.green
import io.greenloop.kotlin.parallelMap
import io.greenloop.kotlin.throttle
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.take
import java.io.IOException
import kotlin.time.Duration.Companion.milliseconds

private suspend fun size(page: String): Int {
  delay(10.milliseconds)
  if (page.isEmpty()) throw IOException("a page without a name")
  return page.length
}

suspend fun LoopScope.aList() {
  val sizes = listOf("a", "bb", "ccc", "dddd", "eeeee").parallelMap(2) { size(it) }
  println("$sizes after ${now()} ms")
}

suspend fun LoopScope.aListThatFails() {
  try {
    listOf("a", "", "ccc").parallelMap(2) { size(it) }
  } catch (failure: IOException) {
    println("${failure.message}; after ${now()} ms")
  }
}

suspend fun aFlow() {
  (1..6)
    .asFlow()
    .onEach { println("$it read at ${now()} ms") }
    .parallelMap(2) { n -> size("x".repeat(n)) }
    .take(3)
    .collect { println("$it done at ${now()} ms") }
}

suspend fun notTooOften() {
  (1..3).asFlow().throttle(100.milliseconds).collect { println("$it at ${now()} ms") }
}

suspend fun LoopScope.aFlowForBlockingCode() {
  val numbers =
    flow {
      for (n in 1..3) {
        delay(10.milliseconds)
        emit(n)
      }
    }
  val sum =
    green {
      var sum = 0
      for (n in numbers.asIterable()) sum += n // parks until there is one
      sum
    }
  println("the sum is ${sum.await()}")
}
