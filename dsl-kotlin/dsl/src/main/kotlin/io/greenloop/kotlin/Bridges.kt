package io.greenloop.kotlin

import io.greenloop.Awaitable
import io.greenloop.CancelledError
import io.greenloop.EventLoop
import io.greenloop.LoopFuture
import io.greenloop.internal.loop.LoopCores
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.ExperimentalCoroutinesApi
import java.util.concurrent.CompletableFuture
import kotlin.coroutines.ContinuationInterceptor

/**
 * A future of [loop] with the outcome of this deferred, for Java code and for `gather` and its like.
 * Cancelling the future cancels the deferred.
 *
 * **Room:** [loop]; the deferred may end on any thread.
 */
@OptIn(ExperimentalCoroutinesApi::class)
public fun <T> Deferred<T>.asLoopFuture(loop: EventLoop = EventLoop.current()): LoopFuture<T> {
  if (runsOutsideOf(loop)) {
    return loop.wrap(asCompletable())
  }
  val core = LoopCores.of(loop)
  val promise = loop.newPromise<T>()
  promise.whenDone { if (it.isCancelled) cancel(requested(null)) }
  invokeOnCompletion { failure ->
    val copy =
      Runnable {
        when (failure) {
          null -> promise.tryComplete(getCompleted())
          else -> promise.tryCompleteExceptionally(toJava(failure))
        }
      }
    core.enter(copy) {}
  }
  return promise
}

/** Whether it is work under way elsewhere, which will wake [loop]. */
private fun Deferred<*>.runsOutsideOf(loop: EventLoop): Boolean {
  if (this !is CoroutineScope) return false // a bare one: anybody may complete it
  val dispatcher = coroutineContext[ContinuationInterceptor]
  return (dispatcher as? LoopDispatcher)?.loop !== loop
}

@OptIn(ExperimentalCoroutinesApi::class)
private fun <T> Deferred<T>.asCompletable(): CompletableFuture<T> {
  val outcome = CompletableFuture<T>()
  outcome.whenComplete { _, _ -> if (outcome.isCancelled) cancel(requested(null)) }
  invokeOnCompletion { failure ->
    when (failure) {
      null -> outcome.complete(getCompleted())
      else -> outcome.completeExceptionally(toJava(failure))
    }
  }
  return outcome
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
  future.toCompletableFuture().whenComplete { _, closed ->
    try {
      if (future.isDone) {
        deferred.complete(
          future.getNow(),
        )
      } else {
        deferred.completeExceptionally(closed)
      }
    } catch (cancelled: CancelledError) {
      deferred.cancel(toKotlin(cancelled))
    } catch (failure: Throwable) {
      deferred.completeExceptionally(failure)
    }
  }
  deferred.invokeOnCompletion { failure ->
    if (failure is CancellationException && !future.isDone) {
      LoopCores.of(future.loop()).enter({ future.cancel(failure.message) }) {}
    }
  }
  return deferred
}
