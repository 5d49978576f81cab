package io.greenloop.kotlin

import io.greenloop.EventLoop
import io.greenloop.Task
import io.greenloop.internal.loop.LoopCore
import io.greenloop.internal.loop.LoopCores
import io.greenloop.internal.loop.Owners
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Delay
import kotlinx.coroutines.DisposableHandle
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.InternalCoroutinesApi
import kotlin.coroutines.Continuation
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.intrinsics.intercepted
import kotlin.time.Duration.Companion.milliseconds

/**
 * Runs coroutines on an [EventLoop]: each step is one entry of its ready queue, between the steps
 * of tasks and the callbacks, in the order in which they were scheduled.
 *
 * `loop`, `spawn` and `green` use it by themselves; make one to run kotlinx code on a loop that
 * somebody else created: `CoroutineScope(LoopDispatcher(loop)).launch { … }`.
 *
 * **Time:** `delay`, `withTimeout` and the rest use the timers of the loop, so they follow its clock,
 * virtual or not.
 *
 * **Closed loop:** like kotlinx's `Dispatchers.Main`, a coroutine that resumes after the loop was
 * closed is cancelled and finishes on `Dispatchers.IO`.
 */
@OptIn(InternalCoroutinesApi::class, ExperimentalCoroutinesApi::class)
public class LoopDispatcher private constructor(
  /** The loop that everything is dispatched to. */
  public val loop: EventLoop,
  private val base: LoopDispatcher?,
) : CoroutineDispatcher(),
  Delay {
  internal val core: LoopCore = LoopCores.of(loop)

  /** The continuation that [resumeHere] resumes: its dispatch is already under way. */
  private var resuming: Any? = null

  /** Dispatches to [loop]. */
  public constructor(loop: EventLoop) : this(loop, null)

  /**
   * The same loop, but code that is on it already, and runs for the same task, goes on in place
   * instead of queueing.
   */
  public val immediate: LoopDispatcher = if (base == null) LoopDispatcher(loop, this) else this

  /** The one of the two that always queues. */
  internal val queueing: LoopDispatcher get() = base ?: this

  override fun isDispatchNeeded(context: CoroutineContext): Boolean =
    !(base != null && core.isOnLoop && currentTask() === context[LoopTask]?.taskOrNull)

  /** Null in a callback and in a coroutine without a task: their owner is no task. */
  private fun currentTask(): Task<*>? = core.currentOwner() as? Task<*>

  override fun dispatch(
    context: CoroutineContext,
    block: Runnable,
  ) {
    if (core.isOnLoop) {
      if (block === resuming) {
        resuming = null
        block.run()
      } else {
        core.ready(owned(block, context), null)
      }
    } else if (core.isClosed) {
      endWithoutLoop(block, context)
    } else {
      core.post(owned(block, context), null)
    }
  }

  /** Nearly all blocks are continuations, whose owner is found when somebody asks for it. */
  private fun owned(
    block: Runnable,
    context: CoroutineContext,
  ): Runnable = if (block is Continuation<*>) block else OwnedBlock(block, context)

  /** Resumes [continuation] inside the calling entry, with the thread context of its coroutine. */
  internal fun <T> resumeHere(
    continuation: Continuation<T>,
    result: Result<T>,
  ) {
    val context = continuation.context
    if (context is LoopContext && context.isPlain) {
      continuation.resumeWith(result) // no thread context: spares the dispatched continuation
    } else {
      val dispatched = continuation.intercepted()
      if (isDispatchNeeded(context)) resuming = dispatched
      dispatched.resumeWith(result)
      resuming = null
    }
  }

  /** One thread runs everything of a loop, so this dispatcher is within any limit. */
  override fun limitedParallelism(
    parallelism: Int,
    name: String?,
  ): CoroutineDispatcher {
    require(parallelism >= 1) { "limitedParallelism: parallelism = $parallelism (expected >= 1)" }
    return this
  }

  override fun scheduleResumeAfterDelay(
    timeMillis: Long,
    continuation: CancellableContinuation<Unit>,
  ) {
    resumeAfter(timeMillis.milliseconds.inWholeNanoseconds, continuation)
  }

  internal fun resumeAfter(
    nanos: Long,
    continuation: CancellableContinuation<Unit>,
  ) {
    val element = continuation.context[LoopTask]
    val timer = ResumeTimer(this, continuation, element, element?.taskOrNull ?: Ownerless)
    timer.schedule(nanos)
    continuation.invokeOnCancellation(timer)
  }

  override fun invokeOnTimeout(
    timeMillis: Long,
    block: Runnable,
    context: CoroutineContext,
  ): DisposableHandle {
    val timer = RunTimer(this, block, context, ownerOf(context))
    timer.schedule(timeMillis.milliseconds.inWholeNanoseconds)
    return timer
  }

  /** Whether [other] dispatches to the same loop, in the same way: `withContext` then goes on in place. */
  override fun equals(other: Any?): Boolean =
    other is LoopDispatcher && other.loop === loop && (other.base == null) == (base == null)

  override fun hashCode(): Int = System.identityHashCode(loop) + if (base == null) 0 else 1

  override fun toString(): String =
    if (base == null) "LoopDispatcher($loop)" else "LoopDispatcher($loop).immediate"

  internal fun closedLoop(): CancellationException =
    CancellationException("$loop is closed; its coroutines cannot go on")

  private companion object {
    init {
      Owners.setLookup({ (it as? Continuation<*>)?.let { ownerOf(it.context) } }, DroppedByLoop)
    }
  }
}
