package io.greenloop.kotlin

import io.greenloop.Awaitable
import io.greenloop.CancelledError
import io.greenloop.LoopClosedException
import io.greenloop.LoopFuture
import io.greenloop.internal.loop.LoopCore
import io.greenloop.internal.loop.LoopCores
import io.greenloop.internal.loop.Rejecting
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.DisposableHandle
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlin.coroutines.Continuation
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.coroutineContext
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED
import kotlin.coroutines.intrinsics.suspendCoroutineUninterceptedOrReturn
import kotlin.coroutines.resumeWithException

/**
 * Suspends until the task or future has an outcome, and gives it: the result, or the very throwable
 * it failed with. The suspend twin of `join()`, in the same queue of waiters. Goes on at once where
 * there is an outcome already.
 *
 * **Cancel:** as in asyncio, cancelling the waiting coroutine cancels what it waits for, and the
 * wait ends when that has ended, or at a second cancel; put `Aio.shield` between them where that is
 * not wanted. A future that is cancelled by somebody else gives kotlinx's `CancellationException`
 * with the [CancelledError] as its cause.
 *
 * **Room:** any coroutine. One on the loop of the future costs no dispatch beyond the wake-up. One
 * elsewhere ends its wait at the first cancel, without waiting for what it cancelled.
 *
 * @throws IllegalStateException if a task would wait for itself
 */
public suspend fun <T> Awaitable<T>.await(): T {
  val future = asFuture()
  val context = coroutineContext
  val dispatcher = context[ContinuationInterceptor]
  if (dispatcher !is LoopDispatcher || dispatcher.loop !== future.loop() ||
    !dispatcher.core.isOnLoop
  ) {
    return future.awaitElsewhere()
  }
  if (future.isDone) return future.outcome()
  check(future !== context[LoopTask]?.task) {
    "await: task '${context[LoopTask]?.task?.name()}' cannot wait for itself; return from it instead"
  }
  return suspendCoroutineUninterceptedOrReturn { continuation ->
    FutureWait(future, dispatcher, continuation).begin(context[Job])
    COROUTINE_SUSPENDED
  }
}

private fun <T> LoopFuture<T>.outcome(): T =
  try {
    getNow()
  } catch (cancelled: CancelledError) {
    throw if (isCancelled) toKotlin(cancelled) else cancelled
  }

/** The wait of a coroutine of the same loop: its step is queued where a parked task would be. */
@OptIn(InternalCoroutinesApi::class)
private class FutureWait<T>(
  private val future: LoopFuture<T>,
  override val dispatcher: LoopDispatcher,
  private val continuation: Continuation<T>,
) : JobWait {
  override var job: Job? = null
  override var handle: DisposableHandle? = null
  private var failure: Throwable? = null

  override val suspended: Continuation<*> get() = continuation

  override val awaited: Any get() = future

  fun begin(job: Job?) {
    future.stepWhenDone(this)
    if (job != null) attach(job)
  }

  /** The future is done. */
  override fun run() {
    detach()
    dispatcher.resumeHere(continuation, runCatching { outcome(job) })
  }

  private fun outcome(job: Job?): T {
    failure?.let { throw it }
    // kotlinx promises that a cancelled coroutine does not go on with a value.
    if (job != null && !job.isActive && (future.isCancelled || future.exceptionNow() == null)) {
      throw job.getCancellationException()
    }
    return future.outcome()
  }

  override fun fail(failure: Throwable) {
    if (future.dropStep(this)) {
      this.failure = failure
      future.loop().callSoon(this)
    }
  }

  /** Maybe this request is the first one, which came back: tasks wait for each other in a circle. */
  override fun cancelledAgain() {
    fail(checkNotNull(job).getCancellationException())
  }

  override fun cancelled() {
    if (!future.isDone) future.cancel(job?.getCancellationException()?.message)
  }
}

/** From another dispatcher, another loop or another thread: by way of the future's loop. */
private suspend fun <T> LoopFuture<T>.awaitElsewhere(): T =
  suspendCancellableCoroutine { continuation ->
    val core = LoopCores.of(loop())
    val follow =
      Runnable {
        // A view that is told when the loop closes before the future is done.
        toCompletableFuture().whenComplete { _, failure ->
          if (isDone) continuation.resumeLike(this) else continuation.resumeWithException(failure)
        }
      }
    core.enter(follow) {
      if (isDone) {
        continuation.resumeLike(this)
      } else {
        continuation.resumeWithException(
          LoopClosedException("await: ${loop()} was closed before $this was done"),
        )
      }
    }
    continuation.invokeOnCancellation { cause -> core.enter({ cancel(cause?.message) }) {} }
  }

/** Queues [entry] from any thread; a closed loop drops it and calls [dropped] instead. */
internal fun LoopCore.enter(
  entry: Runnable,
  dropped: Rejecting,
) {
  if (isOnLoop) ready(entry, dropped) else post(entry, dropped)
}

private fun <T> CancellableContinuation<T>.resumeLike(future: LoopFuture<T>) {
  val outcome = runCatching { future.outcome() }
  outcome.fold({ resume(it) { _, _, _ -> } }, ::resumeWithException)
}
