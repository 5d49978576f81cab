package io.greenloop.kotlin

import io.greenloop.Waiter
import kotlinx.coroutines.DisposableHandle
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlin.coroutines.Continuation
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.coroutineContext
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED
import kotlin.coroutines.intrinsics.suspendCoroutineUninterceptedOrReturn

/**
 * Suspends in the queue that [enqueue] puts a waiter into, until that is served.
 *
 * @return what was handed over; on a cancel in the window between hand-over and resume it has been
 *   passed on
 */
internal suspend inline fun <T> waitServed(
  operation: String,
  crossinline enqueue: (Waiter<T>) -> Unit,
): T {
  val context = coroutineContext
  val dispatcher = context.dispatcherHere(operation)
  return suspendCoroutineUninterceptedOrReturn { continuation ->
    val waiter = WaiterWait(dispatcher, continuation)
    enqueue(waiter)
    waiter.begin(context[Job])
    COROUTINE_SUSPENDED
  }
}

/** The dispatcher of the coroutine, which runs on its loop. */
internal fun CoroutineContext.dispatcherHere(operation: String): LoopDispatcher {
  val dispatcher = this[ContinuationInterceptor]
  check(dispatcher is LoopDispatcher && dispatcher.core.isOnLoop) {
    "$operation: this coroutine runs on $dispatcher, not on a loop; " +
      "call it inside loop { }, or withContext(LoopDispatcher(loop))"
  }
  return dispatcher
}

/** A coroutine that stands in a queue of core, where a parked task would stand. */
@OptIn(InternalCoroutinesApi::class)
internal class WaiterWait<T>(
  override val dispatcher: LoopDispatcher,
  private val continuation: Continuation<T>,
  private val isCancellable: Boolean = true,
) : Waiter<T>(),
  JobWait {
  override var job: Job? = null
  override var handle: DisposableHandle? = null
  private var value: T? = null
  private var failure: Throwable? = null

  override val suspended: Continuation<*> get() = continuation

  override val awaited: Any get() = this

  /** Ties the wait, which has been queued, to [job]. */
  fun begin(job: Job?) {
    val isHeard = isCancellable || job is SuspendTask<*>
    if (job != null && isHeard) attach(job)
  }

  override fun onServed(value: T) {
    this.value = value
    dispatcher.core.ready(this, null)
  }

  override fun onFailed(failure: Throwable) {
    this.failure = failure
    dispatcher.core.ready(this, null)
  }

  override fun run() {
    detach()
    val failed = failure
    val job = job
    when {
      failed != null -> {
        dispatcher.resumeHere(continuation, Result.failure(failed))
      }

      // kotlinx promises that a cancelled coroutine does not go on with a value.
      isCancellable && job != null && !job.isActive -> {
        abandon()
        dispatcher.resumeHere(continuation, Result.failure(job.getCancellationException()))
      }

      else -> {
        @Suppress("UNCHECKED_CAST")
        dispatcher.resumeHere(continuation, Result.success(value as T))
      }
    }
  }

  override fun cancelled() {
    if (isCancellable) fail(checkNotNull(job).getCancellationException())
  }

  /** Once something was handed over, [run] is queued, and decides. */
  override fun fail(failure: Throwable) {
    if (isWaiting) {
      abandon()
      onFailed(failure)
    }
  }
}
