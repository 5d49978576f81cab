package com.example

import io.greenloop.kotlin.LoopScope
import io.greenloop.kotlin.loop
import kotlin.time.Duration.Companion.milliseconds

/** Greets everybody, four at a time. */
suspend fun LoopScope.greet(names: List<String>): List<String> =
  names.parallelMap(4) { name ->
    sleep(100.milliseconds)
    "hello, $name"
  }

fun main(args: Array<String>) {
  loop { greet(args.asList().ifEmpty { listOf("world") }).forEach(::println) }
}
