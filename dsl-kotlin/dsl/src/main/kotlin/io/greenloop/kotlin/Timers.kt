package io.greenloop.kotlin

import io.greenloop.internal.loop.TimerNode
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CompletionHandler
import kotlinx.coroutines.DisposableHandle
import kotlinx.coroutines.ExperimentalCoroutinesApi

/** Further than any program runs, and no sum with it overflows. */
private const val FAR_NANOS = Long.MAX_VALUE / 2

/** A timer of the loop that any thread may set and take back. */
internal abstract class LoopTimer(
  protected val dispatcher: LoopDispatcher,
  owner: Any,
) : TimerNode(owner),
  Runnable {
  fun schedule(nanos: Long) {
    val core = dispatcher.core
    val due = core.nanos() + nanos.coerceIn(0, FAR_NANOS)
    if (core.isOnLoop) {
      core.schedule(this, due)
    } else {
      core.post(Runnable { core.schedule(this, due) }, null)
    }
  }

  fun unschedule() {
    val core = dispatcher.core
    if (core.isOnLoop) {
      core.unschedule(this)
    } else if (!core.isClosed) {
      core.post(Runnable { core.unschedule(this) }, null)
    }
  }
}

/** Resumes a coroutine that delays; the handler of its cancellation at the same time. */
@OptIn(ExperimentalCoroutinesApi::class)
internal class ResumeTimer(
  dispatcher: LoopDispatcher,
  private val continuation: CancellableContinuation<Unit>,
  owner: Any,
) : LoopTimer(dispatcher, owner),
  CompletionHandler {
  override fun run() {
    with(continuation) { dispatcher.resumeUndispatched(Unit) }
  }

  override fun invoke(cause: Throwable?) {
    unschedule()
  }
}

/** Runs a block of kotlinx when a time limit has passed. */
internal class RunTimer(
  dispatcher: LoopDispatcher,
  private val block: Runnable,
  owner: Any,
) : LoopTimer(dispatcher, owner),
  DisposableHandle {
  override fun run() {
    block.run()
  }

  override fun dispose() {
    unschedule()
  }
}
