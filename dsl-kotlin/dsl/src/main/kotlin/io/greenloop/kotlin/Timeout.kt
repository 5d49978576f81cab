package io.greenloop.kotlin

import io.greenloop.AsyncTimeoutException
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration

/**
 * Runs [body], at most [limit]: then it is cancelled, and what it started with it, and when its
 * cleanup has ended the limit is thrown.
 *
 * Unlike kotlinx's `withTimeout` it throws an ordinary exception, which ends a task as a failure and
 * cannot be taken for a cancel; the same one as `timeout` in `green { }` and Python's
 * `asyncio.timeout`. Where an expired limit is no error, take `withTimeoutOrNull`.
 *
 * **Room:** any coroutine; the limit goes by the clock of its loop, in whole milliseconds.
 *
 * @param limit zero or less: the body is not begun
 * @throws AsyncTimeoutException if [limit] passed before the body, and what it started, had ended
 */
public suspend fun <T> timeout(
  limit: Duration,
  body: suspend LoopScope.() -> T,
): T {
  val outcome = withTimeoutOrNull(limit) { Outcome(NestedScope(this).body()) }
  return (outcome ?: throw AsyncTimeoutException("timeout: time limit of $limit passed")).value
}

/** Tells a result of null from none. */
private class Outcome<T>(
  val value: T,
)
