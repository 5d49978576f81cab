package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.EventLoop
import io.greenloop.RunOptions
import io.greenloop.Runner
import io.greenloop.Task
import io.greenloop.TaskOptions
import io.greenloop.internal.loop.LoopThread
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import java.util.concurrent.Callable
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext

/**
 * Runs a suspend program and returns what [body] returns.
 *
 * Off the loop: a new loop with [body] as its main task, and an orderly shutdown, as `Aio.run`.
 * Inside a task of a running loop: the body runs on that very loop, and the calling task parks.
 *
 * The body is a scope: at its end it waits for what it started; a failing child cancels the rest and
 * is thrown here.
 *
 * @param options how to run a new loop
 * @throws io.greenloop.CancelledError if the body was cancelled
 * @throws TimeoutCancellationException if a `withTimeout` of the body ran out and nobody caught it
 */
public fun <T> loop(
  options: RunOptions = RunOptions.DEFAULT,
  body: suspend LoopScope.() -> T,
): T {
  val running = LoopThread.currentLoop()
  if (running != null) {
    return runInPlace(EmptyCoroutineContext, LoopDispatcher(running.face() as EventLoop), body)
  }
  return Runner(options).use { runner ->
    val dispatcher = LoopDispatcher(runner.loop())
    timeoutUnwrapped {
      runner.run(SuspendTask(LoopTask(), dispatcher, EmptyCoroutineContext, false, body))
    }
  }
}

/**
 * Starts [body] as a suspend task: a [Task] as any other to who waits for it or cancels it, a child
 * of this scope to kotlinx. Its first step is queued.
 *
 * It sees a copy of the caller's context variables. When it fails, the scope is cancelled with it,
 * whether or not somebody waits for it; use kotlinx's `supervisorScope` where that is not wanted.
 *
 * @param name in reports; `Task-N` by default
 * @throws IllegalStateException if this scope does not belong to a loop
 */
public fun <T> CoroutineScope.spawn(
  name: String? = null,
  body: suspend LoopScope.() -> T,
): Task<T> {
  val dispatcher = loopDispatcher("spawn")
  val coroutine = SuspendTask(LoopTask(), dispatcher, coroutineContext, false, body)
  return coroutine.driveOn(dispatcher.loop, options(name))
}

/**
 * Starts [body] as a stackful task, which may call blocking code: it parks, the loop goes on. A child
 * of this scope, as with [spawn].
 *
 * @param name in reports; `Task-N` by default
 * @throws IllegalStateException if this scope does not belong to a loop
 */
public fun <T> CoroutineScope.green(
  name: String? = null,
  body: GreenScope.() -> T,
): Task<T> {
  val dispatcher = loopDispatcher("green")
  val scope = GreenTask<T>(LoopTask(), dispatcher, coroutineContext)
  val task =
    try {
      dispatcher.loop.spawn(options(name), Callable { scope.run { scope.body() } })
    } catch (refused: Throwable) {
      scope.neverRan()
      throw refused
    }
  scope.runsIn(task)
  return task
}

/** Runs [body] as a scope in the calling stackful task, and waits for what it started. */
internal fun <T> runScope(body: (GreenScope) -> T): T {
  val scope = GreenTask<T>(LoopTask(), LoopDispatcher(EventLoop.current()), EmptyCoroutineContext)
  scope.runsIn(Aio.currentTask().get())
  return scope.run { body(scope) }
}

internal fun <T> loopInPlace(
  scope: CoroutineScope,
  body: suspend LoopScope.() -> T,
): T = runInPlace(scope.coroutineContext, scope.loopDispatcher("loop"), body)

/** The body's task shares the context variables of the caller, which waits for it. */
private fun <T> runInPlace(
  parentContext: CoroutineContext,
  dispatcher: LoopDispatcher,
  body: suspend LoopScope.() -> T,
): T {
  val caller =
    Aio.currentTask().orElseThrow {
      IllegalStateException("loop in a callback of ${dispatcher.loop}: there is no task to park")
    }
  val task =
    SuspendTask(LoopTask(), dispatcher, parentContext, scoped = true, body)
      .driveOn(dispatcher.loop, TaskOptions.DEFAULT.context(caller.context()))
  return timeoutUnwrapped { task.join() }
}

private fun <T> SuspendTask<T>.driveOn(
  loop: EventLoop,
  options: TaskOptions,
): Task<T> =
  try {
    loop.drive(options, this)
  } catch (refused: Throwable) {
    resumeWith(Result.failure(requested(null)))
    throw refused
  }

internal fun options(name: String?): TaskOptions =
  if (name == null) TaskOptions.DEFAULT else TaskOptions.named(name)

internal fun CoroutineScope.loopDispatcher(operation: String): LoopDispatcher {
  val interceptor = coroutineContext[ContinuationInterceptor]
  if (interceptor is LoopDispatcher) return interceptor.queueing
  val loop = coroutineContext[LoopTask]?.task?.loop()
  return LoopDispatcher(
    checkNotNull(loop) {
      "$operation: this scope does not belong to a loop; " +
        "call it inside loop { }, or give the scope a LoopDispatcher"
    },
  )
}

/** The task that [job] is, or null if it is a coroutine of another kind. */
internal fun taskOf(job: Job): Task<*>? =
  when (job) {
    is SuspendTask<*> -> job.taskOrNull
    is GreenTask<*> -> job.taskOrNull
    else -> null
  }
