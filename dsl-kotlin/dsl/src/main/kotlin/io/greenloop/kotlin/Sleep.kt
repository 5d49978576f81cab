package io.greenloop.kotlin

import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.yield
import kotlin.coroutines.Continuation
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.coroutineContext
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED
import kotlin.coroutines.intrinsics.suspendCoroutineUninterceptedOrReturn
import kotlin.time.Duration

/** Suspends by a timer of the loop; on another dispatcher, by that one's. */
internal suspend fun suspendFor(duration: Duration) {
  val context = coroutineContext
  val dispatcher = context[ContinuationInterceptor]
  when {
    duration <= Duration.ZERO -> {
      yield()
    }

    duration.isInfinite() -> {
      awaitCancellation()
    }

    dispatcher !is LoopDispatcher -> {
      delay(duration)
    }

    else -> {
      val task = (context[Job] as? SuspendTask<*>)?.takeIf { it.isActive && it.wait == null }
      if (task == null) {
        suspendCancellableCoroutine { dispatcher.resumeAfter(duration.inWholeNanoseconds, it) }
      } else {
        task.sleep(dispatcher, duration.inWholeNanoseconds)
      }
    }
  }
}

/** Goes to the end of the ready queue: without detours where a task's own code does. */
@OptIn(InternalCoroutinesApi::class)
internal suspend fun yieldHere() {
  val task = coroutineContext[Job] as? SuspendTask<*>
  if (task == null || !task.isPlain) return yield()
  if (!task.isActive) throw task.getCancellationException()
  suspendCoroutineUninterceptedOrReturn<Unit> { continuation ->
    task.yieldStep(continuation)
    COROUTINE_SUSPENDED
  }
}

private suspend fun SuspendTask<*>.sleep(
  dispatcher: LoopDispatcher,
  nanos: Long,
) {
  suspendCoroutineUninterceptedOrReturn { continuation ->
    val sleeper = Sleeper(dispatcher, this, continuation)
    wait = sleeper
    sleeper.schedule(nanos)
    COROUTINE_SUSPENDED
  }
}

/** The sleep of a task's own code: its timer and its wait in one object. */
@OptIn(InternalCoroutinesApi::class)
private class Sleeper(
  dispatcher: LoopDispatcher,
  private val task: SuspendTask<*>,
  private val continuation: Continuation<Unit>,
) : LoopTimer(dispatcher, checkNotNull(task.taskOrNull)),
  SuspendWait {
  override val suspended: Continuation<*> get() = continuation

  override fun run() {
    task.wait = null
    val result =
      if (task.isActive) {
        Result.success(Unit)
      } else {
        Result.failure(task.getCancellationException())
      }
    dispatcher.resumeHere(continuation, result)
  }

  override fun cancelled() {
    if (isPending) {
      dispatcher.core.unschedule(this)
      task.step(this)
    }
  }

  override fun loopClosed() {
    finishElsewhere(this, continuation.context)
  }
}
