package io.greenloop.kotlin

import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.produce
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.sync.Semaphore
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.coroutineContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds

/**
 * What [transform] makes of each item, in their order; as coroutines of the calling one, at most
 * [limit] at a time. The first failure cancels the rest and is thrown.
 *
 * **Room:** any coroutine; the items are taken, and transformed, where it runs.
 *
 * @throws IllegalArgumentException if [limit] is less than 1
 */
public suspend fun <T, R> Iterable<T>.parallelMap(
  limit: Int,
  transform: suspend (T) -> R,
): List<R> = mapInParallel(this, limit, transform)

internal suspend fun <T, R> mapInParallel(
  items: Iterable<T>,
  limit: Int,
  transform: suspend (T) -> R,
): List<R> {
  val places = Semaphore(checkedLimit(limit))
  return coroutineScope {
    items
      .map { item ->
        places.acquire()
        async {
          try {
            transform(item)
          } finally {
            places.release()
          }
        }
      }.awaitAll()
  }
}

/**
 * What [transform] makes of each item, in their order. At most [limit] items are under way: being
 * transformed, or waiting for one before them or for the collector. So a slow collector holds the
 * source up. A failure ends the flow.
 *
 * @throws IllegalArgumentException if [limit] is less than 1
 */
@OptIn(ExperimentalCoroutinesApi::class)
public fun <T, R> Flow<T>.parallelMap(
  limit: Int,
  transform: suspend (T) -> R,
): Flow<R> {
  checkedLimit(limit)
  val items = this
  return flow {
    coroutineScope {
      val places = Semaphore(limit)
      val results =
        produce(capacity = Channel.UNLIMITED) {
          // never more than there are places
          items.collect { item ->
            places.acquire()
            send(async { transform(item) })
          }
        }
      for (result in results) {
        emit(result.await())
        places.release()
      }
    }
  }
}

/**
 * The same items, no two of them closer than [interval]: one that comes too soon waits, and with it
 * the source. None is lost; where the latest one is enough, take kotlinx's `sample`.
 *
 * Time goes by the clock of the loop on which it is collected; on another dispatcher by the system's.
 *
 * @throws IllegalArgumentException if [interval] is less than zero
 */
public fun <T> Flow<T>.throttle(interval: Duration): Flow<T> {
  require(interval >= Duration.ZERO) { "throttle: interval = $interval (expected >= 0)" }
  val items = this
  return flow {
    var free = 0L
    var isFirst = true
    items.collect { item ->
      val wait = if (isFirst) 0 else free - nanosHere()
      if (wait > 0) suspendFor(wait.nanoseconds)
      isFirst = false
      free = nanosHere() + interval.inWholeNanoseconds
      emit(item)
    }
  }
}

private suspend fun nanosHere(): Long {
  val dispatcher = coroutineContext[ContinuationInterceptor] as? LoopDispatcher
  return dispatcher?.core?.nanos() ?: System.nanoTime()
}

internal fun checkedLimit(limit: Int): Int {
  require(limit >= 1) { "parallelMap: limit = $limit (expected >= 1)" }
  return limit
}
