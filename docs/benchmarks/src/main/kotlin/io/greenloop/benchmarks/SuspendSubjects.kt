package io.greenloop.benchmarks

import io.greenloop.Aio
import io.greenloop.kotlin.await
import io.greenloop.kotlin.loop
import io.greenloop.kotlin.spawn
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlin.time.Duration.Companion.milliseconds

/** Suspend functions on the loop: our tasks where they are compared with `async`, kotlinx's own where not. */
internal fun suspendSubjects(): List<Subject> =
  listOf(
    JvmSubject("yield", "greenloop-suspend", 500_000) { n ->
      loop { timed { List(2) { spawn { repeat(n / 2) { yieldNow() } } }.forEach { it.await() } } }
    },
    // kotlinx's own functions, unchanged, on our dispatcher.
    JvmSubject("yield", "kotlinx-on-greenloop", 500_000) { n -> looping { pairOfYielders(n) } },
    JvmSubject("spawn", "greenloop-suspend", 100_000) { n ->
      looping {
        repeat(n) { spawn { it }.await() }
      }
    },
    JvmSubject("sleeps", "greenloop-suspend", 100_000) { n ->
      looping { List(n) { spawn { sleep(1.milliseconds) } }.forEach { it.await() } }
    },
    JvmSubject("sleeps", "kotlinx-on-greenloop", 100_000) { n ->
      looping { List(n) { launch { delay(1) } }.forEach { it.join() } }
    },
    JvmSubject(
      "channel",
      "kotlinx-on-greenloop",
      200_000,
    ) { n -> looping { handOver(n, Channel()) } },
    JvmSubject(
      "memory",
      "greenloop-suspend",
      200_000,
      "bytes",
      once = true,
    ) { n -> idleSuspended(n) },
  )

private fun looping(body: suspend CoroutineScope.() -> Unit): Long = loop { timed { body() } }

private fun idleSuspended(n: Int): Long =
  loop {
    val before = usedHeap()
    val gate = Aio.newPromise<Unit>()
    val jobs = List(n) { spawn { gate.await() } }
    repeat(2) { yieldNow() }
    val used = usedHeap() - before
    gate.complete(Unit)
    jobs.forEach { it.await() }
    used
  }
