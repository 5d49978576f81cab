package io.greenloop.benchmarks

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.async
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield

/** The same operations on the loop of kotlinx's `runBlocking`. */
internal fun kotlinxSubjects(): List<Subject> =
  listOf(
    JvmSubject("yield", "kotlinx", 500_000) { n -> blocking { pairOfYielders(n) } },
    // What a callback is compared with: the cheapest thing that goes once through the queue.
    JvmSubject("callback", "kotlinx", 500_000) { n -> blocking { pairOfYielders(n) } },
    JvmSubject(
      "spawn",
      "kotlinx",
      100_000,
    ) { n -> blocking { repeat(n) { async { it }.await() } } },
    JvmSubject("sleeps", "kotlinx", 100_000) { n ->
      blocking { List(n) { launch { delay(1) } }.forEach { it.join() } }
    },
    JvmSubject("queue", "kotlinx", 200_000) { n -> blocking { handOver(n, Channel()) } },
    JvmSubject("channel", "kotlinx", 200_000) { n -> blocking { handOver(n, Channel()) } },
    JvmSubject("memory", "kotlinx", 200_000, "bytes", once = true) { n -> memory(n) },
  )

/** Two coroutines that yield to each other, [n] times together. */
internal suspend fun CoroutineScope.pairOfYielders(n: Int) {
  List(2) { launch { repeat(n / 2) { yield() } } }.forEach { it.join() }
}

internal suspend fun CoroutineScope.handOver(
  n: Int,
  channel: Channel<Int>,
) {
  launch { repeat(n) { channel.send(it) } }
  repeat(n) { channel.receive() }
}

private fun blocking(body: suspend CoroutineScope.() -> Unit): Long =
  runBlocking {
    timed { body() }
  }

private fun memory(n: Int): Long =
  runBlocking {
    val before = usedHeap()
    val gate = CompletableDeferred<Unit>()
    val jobs = List(n) { launch { gate.await() } }
    repeat(2) { yield() }
    val used = usedHeap() - before
    gate.complete(Unit)
    jobs.forEach { it.join() }
    used
  }
