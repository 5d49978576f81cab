package io.greenloop.kotlin

import io.greenloop.internal.loop.Owned
import io.greenloop.internal.loop.Rejecting
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancel
import kotlin.coroutines.Continuation
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext

/** An entry or timer that ends in a way of its own where its loop is closed before it runs. */
internal interface EndsWithLoop {
  /** The loop was closed: what waits for this entry is cancelled. */
  fun loopClosed()
}

/**
 * Ends [action], which a closed loop will not run, as code of a coroutine with [context]: that is
 * cancelled and finishes on `Dispatchers.IO`.
 */
internal fun endWithoutLoop(
  action: Runnable,
  context: CoroutineContext,
) {
  if (action is EndsWithLoop) action.loopClosed() else finishElsewhere(action, context)
}

/** Cancels [context], then runs [action], which finds that, elsewhere. */
internal fun finishElsewhere(
  action: Runnable,
  context: CoroutineContext,
) {
  context.cancel((context[ContinuationInterceptor] as? LoopDispatcher)?.closedLoop())
  Dispatchers.IO.dispatch(EmptyCoroutineContext, action)
}

/** What a closed loop had in its queues for an owner who does not ask for it: a stackful task. */
internal object DroppedByLoop : Rejecting {
  override fun rejected(action: Runnable) {
    if (action is EndsWithLoop) {
      action.loopClosed()
    } else if (action is Continuation<*>) {
      finishElsewhere(action, action.context)
    }
  }
}

/** The owner of coroutines that run for no task. */
internal object Ownerless : Rejecting {
  override fun rejected(action: Runnable) {
    endWithoutLoop(action, (action as? Continuation<*>)?.context ?: EmptyCoroutineContext)
  }
}

/** A block of kotlinx that is no continuation, so that nothing else would tell whose it is. */
internal class OwnedBlock(
  private val block: Runnable,
  private val context: CoroutineContext,
) : Runnable by block,
  Owned,
  EndsWithLoop {
  override fun owner(): Any = ownerOf(context)

  override fun loopClosed() {
    finishElsewhere(block, context)
  }
}

/** The task that coroutines with [context] run for; they are [Ownerless] without one. */
internal fun ownerOf(context: CoroutineContext): Any = context[LoopTask]?.taskOrNull ?: Ownerless
