package io.greenloop.kotlin

import io.greenloop.AsyncTimeoutException
import io.greenloop.CancelledError
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.ensureActive
import kotlin.coroutines.coroutineContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

internal const val RETRY_TIMES = 3
internal val RETRY_PAUSE = 100.milliseconds
internal val RETRY_LONGEST = 30.seconds

/**
 * Runs [body] until it returns, at most [times] times, and waits in between: first [pause], then
 * twice as long each time, but never longer than [longest].
 *
 * ```
 * val page = retry(times = 5, on = { it is IOException }) { timeout(2.seconds) { fetch(url) } }
 * ```
 *
 * A cancel of the caller, or the end of the program, ends it at once and is no failure; nor are errors
 * of the JVM, unless [on] asks for them. What one attempt started has ended before the next begins.
 *
 * @param times of all attempts, the first one included
 * @param pause [longest] and this the same: the same wait each time
 * @param on which failures are tried again; the others are thrown at once
 * @return what the first attempt gave that did not fail
 * @throws Throwable the failure of the last attempt, with those before it suppressed in it
 * @throws IllegalArgumentException if [times] is less than 1, or a duration less than zero
 */
public suspend fun <T> retry(
  times: Int = RETRY_TIMES,
  pause: Duration = RETRY_PAUSE,
  longest: Duration = RETRY_LONGEST,
  on: (Throwable) -> Boolean = { it is Exception },
  body: suspend LoopScope.() -> T,
): T =
  Attempts(times, pause, longest, on).run({ suspendFor(it) }) {
    try {
      taskGroup(body)
    } catch (limit: TimeoutCancellationException) {
      coroutineContext.ensureActive() // one around the retry is a cancel of its caller
      throw AsyncTimeoutException("retry: ${limit.message}", limit)
    }
  }

/** One run of `retry`; inline, so that its body may suspend or park. */
internal class Attempts(
  private val times: Int,
  private val pause: Duration,
  private val longest: Duration,
  private val on: (Throwable) -> Boolean,
) {
  init {
    require(times >= 1) { "retry: times = $times (expected >= 1)" }
    require(pause >= Duration.ZERO) { "retry: pause = $pause (expected >= 0)" }
    require(longest >= Duration.ZERO) { "retry: longest = $longest (expected >= 0)" }
  }

  private val failures = ArrayList<Throwable>()
  private var next = minOf(pause, longest)

  inline fun <T> run(
    wait: (Duration) -> Unit,
    attempt: () -> T,
  ): T {
    while (true) {
      try {
        return attempt()
      } catch (failure: Throwable) {
        wait(pauseAfter(failure))
      }
    }
  }

  /** How long to wait after what was [thrown], which is thrown on if it was the last one. */
  fun pauseAfter(thrown: Throwable): Duration {
    val failure = unrecovered(thrown)
    if (isNoFailure(failure) || failures.size + 1 >= times || !on(failure)) {
      for (earlier in failures) if (earlier !== failure) failure.addSuppressed(earlier)
      throw failure
    }
    failures += failure
    val now = next
    next = minOf(next * 2, longest)
    return now
  }

  private fun isNoFailure(thrown: Throwable): Boolean =
    thrown is CancellationException || thrown is CancelledError || endsProgram(thrown)
}
