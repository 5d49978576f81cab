package io.greenloop.kotlin

import io.greenloop.Awaitable
import io.greenloop.CancelledError
import io.greenloop.EventLoop
import io.greenloop.LoopFuture
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.ExperimentalCoroutinesApi

/**
 * A future of [loop] with the outcome of this deferred, for Java code and for `gather` and its like.
 * Cancelling the future cancels the deferred.
 *
 * **Room:** [loop]; the deferred may end on any thread.
 */
@OptIn(ExperimentalCoroutinesApi::class)
public fun <T> Deferred<T>.asLoopFuture(loop: EventLoop = EventLoop.current()): LoopFuture<T> {
  val promise = loop.newPromise<T>()
  promise.whenDone { if (it.isCancelled) cancel(requested(null)) }
  invokeOnCompletion { failure ->
    if (!loop.isClosed) {
      loop.callSoonThreadsafe {
        when (failure) {
          null -> promise.tryComplete(getCompleted())
          else -> promise.tryCompleteExceptionally(toJava(failure))
        }
      }
    }
  }
  return promise
}

/**
 * A deferred with the outcome of this task or future, for kotlinx code: `select`, `awaitAll`.
 * Cancelling the deferred cancels the task; it has no parent job.
 *
 * **Room:** the loop of the future; the deferred may be used by any thread.
 */
public fun <T> Awaitable<T>.asDeferred(): Deferred<T> {
  val future = asFuture()
  val deferred = CompletableDeferred<T>()
  future.whenDone { done ->
    try {
      deferred.complete(done.getNow())
    } catch (cancelled: CancelledError) {
      deferred.cancel(toKotlin(cancelled))
    } catch (failure: Throwable) {
      deferred.completeExceptionally(failure)
    }
  }
  deferred.invokeOnCompletion { failure ->
    if (failure is CancellationException && !future.isDone && !future.loop().isClosed) {
      future.loop().callSoonThreadsafe { future.cancel(failure.message) }
    }
  }
  return deferred
}
