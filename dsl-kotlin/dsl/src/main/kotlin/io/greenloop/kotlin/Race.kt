package io.greenloop.kotlin

import io.greenloop.ExceptionGroup
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.cancelChildren
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicReference
import kotlin.time.Duration

/**
 * Runs all [bodies] at the same time, as coroutines of the calling one. The first that returns or
 * throws wins: the others are cancelled and waited for, and its result is returned or its throwable
 * thrown. The suspend twin of `Aio.race`; Python's `asyncio.wait` with FIRST_COMPLETED, and the
 * clean-up that has to follow it.
 *
 * What a loser throws in its cleanup is suppressed in the failure that won; beside a result, or
 * where the caller was cancelled, it is thrown, as that of a child is by `coroutineScope`.
 *
 * **Room:** any coroutine; the bodies run where it runs. Who ends before the next has begun wins
 * without it.
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

/** How the contest was decided. */
private class Won<T>(
  val result: Result<T>,
) {
  val failure: Throwable? get() = result.exceptionOrNull()
}

private class Contest<T>(
  private val operation: String,
  private val failureWins: Boolean,
) {
  // On another dispatcher the contestants may end on several threads at once.
  private val winner = AtomicReference<Won<T>?>()
  private val failures = ConcurrentLinkedQueue<Throwable>()

  suspend fun run(bodies: Array<out suspend LoopScope.() -> T>): T =
    decide(bodies.size) {
      val contest = coroutineContext.job
      for (body in bodies) {
        launch {
          if (ended(runCatching { taskGroup(body) }, contest)) contest.cancelChildren()
        }
        // It may have ended in the launch, or on another thread: who decides cancels whom it finds.
        if (winner.get() != null) {
          contest.cancelChildren()
          break
        }
      }
    }

  suspend fun runStaggered(
    delay: Duration?,
    bodies: Array<out suspend LoopScope.() -> T>,
  ): T =
    decide(bodies.size) {
      val contest = coroutineContext.job
      val contestants = ConcurrentLinkedQueue<Job>()
      var next = Job()
      for (body in bodies) {
        val mine = Job()
        next = mine
        contestants +=
          launch {
            try {
              if (ended(runCatching { taskGroup(body) }, contest)) {
                contestants.forEach { it.cancel() }
                next.complete()
              }
            } finally {
              mine.complete()
            }
          }
        if (winner.get() == null) {
          if (delay == null) mine.join() else withTimeoutOrNull(delay) { mine.join() }
        }
        if (winner.get() != null) {
          contestants.forEach { it.cancel() } // as above
          break
        }
      }
    }

  private suspend fun decide(
    size: Int,
    compete: suspend CoroutineScope.() -> Unit,
  ): T {
    require(size > 0) { "$operation: nothing to run; give at least one body" }
    try {
      coroutineScope(compete)
    } catch (cancelled: CancellationException) {
      // The caller was cancelled while the losers cleaned up: a failure is thrown all the same.
      throw winner.get()?.failure ?: cancelled
    }
    winner.get()?.let { return it.result.getOrThrow() }
    if (failures.isEmpty()) {
      throw CancellationException("$operation: all $size were cancelled")
    }
    throw ExceptionGroup("$operation: none succeeded", failures.toList())
  }

  /** Whether this one decides the contest. */
  private fun ended(
    result: Result<T>,
    contest: Job,
  ): Boolean {
    val failure = result.exceptionOrNull()
    if (failure != null) {
      if (isCancel(failure) || failure is VirtualMachineError || endsProgram(failure)) throw failure
      // Nobody wins what was cancelled with its caller; a cleanup that failed is heard of there.
      if (winner.get() == null && !contest.isActive) throw failure
    }
    if ((failure == null || failureWins) && winner.compareAndSet(null, Won(result))) return true
    if (failure != null) {
      val won = winner.get()
      if (won == null) failures += failure else suppress(failure, won)
    }
    return false
  }

  private fun suppress(
    failure: Throwable,
    won: Won<T>,
  ) {
    val winning = won.failure ?: throw failure
    if (winning !== failure) winning.addSuppressed(failure)
  }

  private fun isCancel(failure: Throwable) =
    failure is CancellationException && failure !is TimeoutCancellationException
}
