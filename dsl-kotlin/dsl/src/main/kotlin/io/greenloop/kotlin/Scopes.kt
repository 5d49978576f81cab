package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.Awaitable
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.coroutineScope
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/**
 * Keeps the receivers of nested bodies apart: inside `spawn { green { … } }` only the names of the
 * inner one are in reach, so that `sleep` always is the one that fits.
 */
@DslMarker
@Target(AnnotationTarget.CLASS)
public annotation class GreenloopDsl

/**
 * The receiver of suspend bodies: `spawn { }` and `loop { }`.
 *
 * It is a [CoroutineScope] whose dispatcher is the loop, so `launch`, `async`, `withTimeout`, flows
 * and channels of kotlinx work in it unchanged. What is started in it belongs to it: the body's task
 * ends when all of it has ended, and a failing child cancels the rest.
 */
@GreenloopDsl
public interface LoopScope : CoroutineScope {
  /**
   * Suspends for [duration], to the nanosecond; zero or less: for exactly one turn of the loop.
   *
   * In a free `suspend fun` use kotlinx's `delay`.
   */
  public suspend fun sleep(duration: Duration) {
    suspendFor(duration)
  }

  /** Lets everything that is ready run first. */
  public suspend fun yieldNow() {
    yieldHere()
  }

  /** A scope inside this one: returns when its children have ended, throws what one failed with. */
  public suspend fun <T> loop(body: suspend LoopScope.() -> T): T = loopScope(body)
}

/**
 * The receiver of stackful bodies: `green { }`, and a script. Its functions park the task; so may
 * any blocking call of any library.
 *
 * It is a [CoroutineScope] too: what `spawn`, `green` and kotlinx's `launch` start in it belongs to
 * it, as in [LoopScope].
 */
@GreenloopDsl
public interface GreenScope : CoroutineScope {
  /** Parks for [duration]; zero or less: for exactly one turn of the loop. */
  public fun sleep(duration: Duration) {
    Aio.sleep(duration.toJavaDuration())
  }

  /** Lets everything that is ready run first. */
  public fun yieldNow() {
    Aio.yieldNow()
  }

  /**
   * Runs [body] in this task with a time limit.
   *
   * @throws io.greenloop.AsyncTimeoutException if [limit] passed and nobody else cancelled the task
   */
  public fun <T> timeout(
    limit: Duration,
    body: () -> T,
  ): T = Aio.timeout(limit.toJavaDuration(), body)

  /**
   * Waits for [awaitable], at most [limit]; on expiry it is cancelled and its cleanup waited for.
   *
   * @throws io.greenloop.AsyncTimeoutException if [limit] passed first
   */
  public fun <T> waitFor(
    awaitable: Awaitable<T>,
    limit: Duration,
  ): T = Aio.waitFor(awaitable, limit.toJavaDuration())

  /**
   * Runs [body] in this task, at most [limit]: as [timeout], but with zero or less it never runs.
   *
   * @throws io.greenloop.AsyncTimeoutException if [limit] passed first
   */
  public fun <T> waitFor(
    body: () -> T,
    limit: Duration,
  ): T = Aio.waitFor(body, limit.toJavaDuration())

  /**
   * Runs a suspend body on the same loop and parks until it, and all that it started, has ended.
   *
   * The body sees and sets the context variables of the calling task. What it throws is thrown here
   * and does not cancel the calling task; so is the exception of a `withTimeout` that ran out.
   */
  public fun <T> loop(body: suspend LoopScope.() -> T): T = loopInPlace(this, body)
}

/**
 * A [LoopScope] for a free `suspend fun`: runs [body], waits for what it started, and throws what
 * failed first; the twin of kotlinx's `coroutineScope`.
 */
public suspend fun <T> loopScope(body: suspend LoopScope.() -> T): T =
  coroutineScope { NestedScope(this).body() }

private class NestedScope(
  scope: CoroutineScope,
) : LoopScope,
  CoroutineScope by scope
