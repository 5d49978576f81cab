package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.Awaitable
import io.greenloop.net.Stream
import io.greenloop.process.AsyncProcess
import io.greenloop.process.ProcessOutput
import io.greenloop.sync.Semaphore
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.coroutineScope
import java.util.concurrent.Callable
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
 *
 * A word that [GreenScope] has too stands here once more, so that the innermost body decides whether
 * it suspends or parks; the functions of the same name serve a free `suspend fun`.
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

  /** [taskGroup] under the name that opens a program: here the loop runs already. */
  public suspend fun <T> loop(body: suspend LoopScope.() -> T): T = taskGroup(body)

  /** A scope inside this one: [io.greenloop.kotlin.taskGroup]. */
  public suspend fun <T> taskGroup(body: suspend LoopScope.() -> T): T =
    io.greenloop.kotlin.taskGroup(body)

  /** Runs [body], at most [limit]: [io.greenloop.kotlin.timeout]. */
  public suspend fun <T> timeout(
    limit: Duration,
    body: suspend LoopScope.() -> T,
  ): T = io.greenloop.kotlin.timeout(limit, body)

  /** The first of [bodies] that ends: [io.greenloop.kotlin.race]. */
  public suspend fun <T> race(vararg bodies: suspend LoopScope.() -> T): T =
    io.greenloop.kotlin.race(*bodies)

  /** Runs [body] again when it fails: [io.greenloop.kotlin.retry]. */
  public suspend fun <T> retry(
    times: Int = RETRY_TIMES,
    pause: Duration = RETRY_PAUSE,
    longest: Duration = RETRY_LONGEST,
    on: (Throwable) -> Boolean = { it is Exception },
    body: suspend LoopScope.() -> T,
  ): T = io.greenloop.kotlin.retry(times, pause, longest, on, body)

  /** What [transform] makes of each, at most [limit] at a time: [io.greenloop.kotlin.parallelMap]. */
  public suspend fun <T, R> Iterable<T>.parallelMap(
    limit: Int,
    transform: suspend (T) -> R,
  ): List<R> = mapInParallel(this, limit, transform)

  /** Connects to [host]: [io.greenloop.kotlin.connect]. */
  public suspend fun connect(
    host: String,
    port: Int,
  ): Stream = io.greenloop.kotlin.connect(host, port)

  /** Runs a program to its end: [io.greenloop.kotlin.exec]. */
  public suspend fun exec(
    vararg command: String,
    input: String = "",
  ): ProcessOutput = io.greenloop.kotlin.exec(*command, input = input)
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

  /**
   * A scope inside this one, in the same task: returns when what [body] has started has ended, and
   * throws what failed first; the rest is cancelled by then.
   */
  public fun <T> taskGroup(body: GreenScope.() -> T): T = runScope(body)

  /**
   * Runs all [bodies] at the same time, each in a task of its own. The first that returns or throws
   * wins: the others are cancelled and waited for. `Aio.race`, each body with a scope.
   */
  public fun <T> race(vararg bodies: GreenScope.() -> T): T =
    Aio.race(bodies.map { body -> Callable { runScope(body) } })

  /**
   * Runs [body], in this task, until it returns, at most [times] times: the parking twin of
   * [io.greenloop.kotlin.retry].
   */
  public fun <T> retry(
    times: Int = RETRY_TIMES,
    pause: Duration = RETRY_PAUSE,
    longest: Duration = RETRY_LONGEST,
    on: (Throwable) -> Boolean = { it is Exception },
    body: GreenScope.() -> T,
  ): T =
    Attempts(times, pause, longest, on).run({
      Aio.sleep(it.toJavaDuration())
    }) { runScope(body) }

  /**
   * What [transform], which may block, makes of each item, in their order; each in a task of its own,
   * at most [limit] at a time. The first failure cancels the rest and is thrown.
   *
   * @throws IllegalArgumentException if [limit] is less than 1
   */
  public fun <T, R> Iterable<T>.parallelMap(
    limit: Int,
    transform: (T) -> R,
  ): List<R> {
    val places = Semaphore(checkedLimit(limit))
    return taskGroup {
      map { item ->
        places.acquire()
        green {
          try {
            transform(item)
          } finally {
            places.release()
          }
        }
      }.map { it.join() }
    }
  }

  /**
   * Connects to [host] and parks until one of its addresses has answered: `Aio.openConnection`.
   *
   * @throws java.io.IOException if none of its addresses answers
   */
  public fun connect(
    host: String,
    port: Int,
  ): Stream = Aio.openConnection(host, port)

  /**
   * Runs a program to its end, with [input] as its standard input, and gives what it wrote; parks
   * meanwhile. A cancel, or a time limit around this, stops it and what it has started.
   *
   * @throws java.io.IOException if it cannot be started
   */
  public fun exec(
    vararg command: String,
    input: String = "",
  ): ProcessOutput = AsyncProcess.run(ProcessBuilder(*command), input.encodeToByteArray())
}

/**
 * Runs [body] as a scope: returns when what it has started has ended, and throws what failed first,
 * itself; what failed behind it is suppressed in it. A failing child cancels the others and the body.
 *
 * The twin of kotlinx's `coroutineScope`, with the words of a [LoopScope] in reach. Python's
 * `asyncio.TaskGroup`, and Java's `TaskGroup.run`, throw an `ExceptionGroup` instead.
 */
public suspend fun <T> taskGroup(body: suspend LoopScope.() -> T): T =
  coroutineScope { NestedScope(this).body() }

internal class NestedScope(
  scope: CoroutineScope,
) : LoopScope,
  CoroutineScope by scope
