package io.greenloop.kotlin

import io.greenloop.ExceptionGroup
import io.greenloop.ExitRequest
import io.greenloop.InterruptedByUserException
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Job
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.cancelChildren
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration

/**
 * Runs all [bodies] at the same time, as coroutines of the calling one. The first that returns or
 * throws wins: the others are cancelled and waited for, and its result is returned or its throwable
 * thrown. The suspend twin of `Aio.race`; Python's `asyncio.wait` with FIRST_COMPLETED, and the
 * clean-up that has to follow it.
 *
 * What a loser throws in its cleanup is suppressed in the failure that won; beside a result it is
 * thrown, as that of a child is by `coroutineScope`.
 *
 * @throws IllegalArgumentException if there are none
 * @throws CancellationException if the caller was cancelled, or all of them were
 */
public suspend fun <T> race(vararg bodies: suspend LoopScope.() -> T): T =
  Contest<T>("race", failureWins = true).run(bodies)

/**
 * Like [race], but the first that returns wins; failures before that count no more. The suspend twin
 * of `Aio.firstSuccess`.
 *
 * @throws ExceptionGroup if none returns: the failures, in the order in which they came
 */
public suspend fun <T> firstSuccess(vararg bodies: suspend LoopScope.() -> T): T =
  Contest<T>("firstSuccess", failureWins = false).run(bodies)

/**
 * [firstSuccess] of [bodies] that begin one after the other: the next one when the one before it has
 * failed, or [delay] after it began; null: only when it has failed. The first that returns wins, and
 * the others are cancelled in the same step. The suspend twin of `Aio.staggeredRace`; Python's
 * `asyncio.staggered.staggered_race`.
 *
 * @throws ExceptionGroup if none returns: the failures, in the order in which they came
 * @throws IllegalArgumentException if there are none
 * @throws CancellationException if the caller was cancelled, or all of them were
 */
public suspend fun <T> staggeredRace(
  delay: Duration?,
  vararg bodies: suspend LoopScope.() -> T,
): T = Contest<T>("staggeredRace", failureWins = false).runStaggered(delay, bodies)

private class Contest<T>(
  private val operation: String,
  private val failureWins: Boolean,
) {
  private var winner: Result<T>? = null
  private val failures = mutableListOf<Throwable>()

  suspend fun run(bodies: Array<out suspend LoopScope.() -> T>): T {
    require(bodies.isNotEmpty()) { "$operation: nothing to run; give at least one body" }
    coroutineScope {
      val contest = coroutineContext
      for (body in bodies) {
        launch { if (ended(runCatching { loopScope(body) })) contest.cancelChildren() }
      }
    }
    return outcome(bodies.size)
  }

  suspend fun runStaggered(
    delay: Duration?,
    bodies: Array<out suspend LoopScope.() -> T>,
  ): T {
    require(bodies.isNotEmpty()) { "$operation: nothing to run; give at least one body" }
    coroutineScope {
      val contestants = mutableListOf<Job>()
      var next = Job()
      for (body in bodies) {
        val mine = Job()
        next = mine
        contestants +=
          launch {
            try {
              if (ended(runCatching { loopScope(body) })) {
                contestants.forEach { it.cancel() }
                next.complete()
              }
            } finally {
              mine.complete()
            }
          }
        if (delay == null) mine.join() else withTimeoutOrNull(delay) { mine.join() }
        if (winner != null) break
      }
    }
    return outcome(bodies.size)
  }

  private fun outcome(size: Int): T {
    winner?.let { return it.getOrThrow() }
    if (failures.isEmpty()) {
      throw CancellationException("$operation: all $size were cancelled")
    }
    throw ExceptionGroup("$operation: none succeeded", failures)
  }

  /** Whether this one decides the contest. */
  private fun ended(result: Result<T>): Boolean {
    val failure = result.exceptionOrNull()
    if (failure != null && (isCancel(failure) || isFatal(failure))) throw failure
    val won = winner
    if (won == null) {
      val wins = failure == null || failureWins
      if (wins) winner = result else failures += checkNotNull(failure)
      return wins
    }
    if (failure != null) {
      val winning = won.exceptionOrNull() ?: throw failure
      if (winning !== failure) winning.addSuppressed(failure)
    }
    return false
  }

  private fun isCancel(failure: Throwable) =
    failure is CancellationException && failure !is TimeoutCancellationException

  private fun isFatal(failure: Throwable) =
    failure is VirtualMachineError ||
      failure is ExitRequest ||
      failure is InterruptedByUserException
}
