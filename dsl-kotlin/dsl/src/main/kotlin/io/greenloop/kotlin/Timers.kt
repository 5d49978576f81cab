package io.greenloop.kotlin

import io.greenloop.internal.loop.Rejecting
import io.greenloop.internal.loop.TimerNode
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CompletionHandler
import kotlinx.coroutines.DisposableHandle
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.cancel
import kotlin.coroutines.Continuation
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.jvm.internal.CoroutineStackFrame

/** Further than any program runs, and no sum with it overflows. */
private const val FAR_NANOS = Long.MAX_VALUE / 2

/** Deeper than code that waits for a timeout is nested. */
private const val FRAMES = 32

/** A timer of the loop that any thread may set and take back. */
internal abstract class LoopTimer(
  protected val dispatcher: LoopDispatcher,
  owner: Any,
) : TimerNode(owner),
  Runnable,
  EndsWithLoop {
  /** Taken back on the loop before it has arrived there. */
  private var isTakenBack = false

  fun schedule(nanos: Long) {
    val core = dispatcher.core
    val due = core.nanos() + nanos.coerceIn(0, FAR_NANOS)
    if (core.isOnLoop) {
      core.schedule(this, due)
    } else {
      // Dropped by a close on the way, it ends like a timer that the close found set.
      core.post(Runnable { if (!isTakenBack) core.schedule(this, due) }, Rejecting { loopClosed() })
    }
  }

  fun unschedule() {
    val core = dispatcher.core
    if (!core.isOnLoop) {
      core.post(Runnable { unschedule() }, null)
    } else if (isPending) {
      core.unschedule(this)
    } else {
      isTakenBack = true
    }
  }
}

/** Resumes a coroutine that delays; the handler of its cancellation at the same time. */
@OptIn(ExperimentalCoroutinesApi::class)
internal class ResumeTimer(
  dispatcher: LoopDispatcher,
  private val continuation: CancellableContinuation<Unit>,
  private val element: LoopTask?,
  owner: Any,
) : LoopTimer(dispatcher, owner),
  CompletionHandler,
  Suspended {
  init {
    element?.inside = this
  }

  override val suspended: Continuation<*> get() = continuation

  private fun isOver() {
    if (element?.inside === this) element.inside = null
  }

  override fun run() {
    isOver()
    with(continuation) { dispatcher.resumeUndispatched(Unit) }
  }

  override fun loopClosed() {
    continuation.cancel(dispatcher.closedLoop())
  }

  override fun invoke(cause: Throwable?) {
    isOver()
    unschedule()
  }
}

/** Runs a block of kotlinx when a time limit has passed. */
internal class RunTimer(
  dispatcher: LoopDispatcher,
  private val block: Runnable,
  private val context: CoroutineContext,
  owner: Any,
) : LoopTimer(dispatcher, owner),
  DisposableHandle {
  override fun run() {
    block.run()
    showWhere()
  }

  /**
   * Puts the lines of the `withTimeout` on top of the trace: the exception is made here, by the
   * timer, where nothing tells whose limit has passed.
   */
  @OptIn(InternalCoroutinesApi::class)
  private fun showWhere() {
    if (block !is CoroutineStackFrame || block !is Job || !block.isCancelled) return
    val timeout = block.getCancellationException() as? TimeoutCancellationException ?: return
    val lines =
      generateSequence(block.callerFrame) { it.callerFrame }
        .take(FRAMES)
        .mapNotNull { it.getStackTraceElement() }
        .toList()
    timeout.stackTrace = lines.toTypedArray() + timeout.stackTrace
  }

  override fun loopClosed() {
    context.cancel(dispatcher.closedLoop())
  }

  override fun dispose() {
    unschedule()
  }
}
