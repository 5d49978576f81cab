package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.CancelScope
import io.greenloop.CancelledError
import io.greenloop.Promise
import io.greenloop.Task
import io.greenloop.internal.loop.OutsideWork
import kotlinx.coroutines.AbstractCoroutine
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlin.coroutines.CoroutineContext

/**
 * The scope of a stackful body: the job that its children belong to, tied to the [Task] that runs
 * the body. A cancel of one is a cancel of the other.
 *
 * Loop room; [onCancelling] and the ends of the job may come from any thread.
 */
@OptIn(InternalCoroutinesApi::class)
internal open class GreenTask<T>(
  private val element: LoopTask,
  private val dispatcher: LoopDispatcher,
  parentContext: CoroutineContext,
) : AbstractCoroutine<T>(
    LoopContext(extrasOf(parentContext), element, parentContext[Job], dispatcher),
    initParentJob = false,
    active = true,
  ),
  GreenScope,
  OutsideWork {
  private var started = false
  private var bodyEnded = false
  private var ended = false
  private var cancelsBody = false
  private var cause: Throwable? = null
  private var isHandled = false
  private var wake: Promise<Unit>? = null

  /** The child of unknown doings whose end is told to the loop. */
  private var watched: Job? = null

  init {
    // Not by the super constructor: a parent that is cancelled already calls us back at once.
    initParentJob(parentContext[Job])
  }

  /** The task that runs the body, once it is known. */
  val taskOrNull: Task<*>? get() = element.taskOrNull

  private val task: Task<*> get() = element.task

  /** Says which task will run the body. */
  fun runsIn(task: Task<*>) {
    element.task = task
    if (isCancelled) task.cancel(reason())
    task.whenDone {
      // A task that is cancelled before its first step never calls the body.
      if (!started) neverRan()
      // The parent fails with it: a failure that nobody looked at would be reported twice.
      if (isHandled && !task.isCancelled) task.exceptionNow()
    }
  }

  /** Ends the job of a body that will not run. */
  fun neverRan() {
    started = true
    bodyEnded = true
    resumeWith(Result.failure(requested(null)))
  }

  /**
   * Runs [body] in the calling task, then waits for the children.
   *
   * @return what the body returned
   * @throws Throwable what failed first, the body or a child
   */
  fun run(body: () -> T): T {
    started = true
    element.task = Aio.currentTask().get()
    val core = dispatcher.core
    core.outsideWork().add(this)
    val result =
      try {
        val result =
          runCatching { context.inThread(body) }.recoverCatching { throw task.unmask(it) }
        bodyEnded = true
        if (cancelsBody) task.withdraw(this)
        resumeWith(result.cancelledAsKotlin())
        if (!ended) CancelScope.withoutRepeats().use { parkUntilEnded() }
        result
      } finally {
        core.outsideWork().remove(this)
      }
    val failure = cause ?: return result.getOrThrow()
    throw toJava(failure)
  }

  /** As for a suspend task: what a kotlinx child does, and what it may bring about, is unknown. */
  override fun isGoingOn(): Boolean {
    val unknown =
      children.firstOrNull { taskOf(it) == null }
        // The last child has ended, and its thread is about to end our job.
        ?: return bodyEnded && !ended && children.all { taskOf(it)?.isDone == true }
    // One that has ended, but is not off the list yet, is looked at until it is: it tells once.
    if (unknown !== watched || unknown.isCompleted) {
      watched = unknown
      unknown.invokeOnCompletion { dispatcher.core.post(LookAgain, null) }
    }
    return true
  }

  private fun parkUntilEnded() {
    var givenUp = false
    while (!ended) {
      val end = dispatcher.loop.newPromise<Unit>("its children")
      wake = end
      try {
        end.join()
      } catch (cancelled: CancelledError) {
        cancel(toKotlin(cancelled))
      } catch (failure: Throwable) {
        // A proven dead-lock: the children are cancelled, once; if that does not end them, it stands.
        if (givenUp) throw failure
        givenUp = true
        cancelCoroutine(failure)
      }
    }
  }

  override fun onCancelling(cause: Throwable?) {
    if (cause != null) onLoop { cancelBody() }
  }

  private fun cancelBody() {
    if (!bodyEnded) {
      if (cancelsBody) return
      cancelsBody = started
      taskOrNull?.cancelFor(this, reason())
    }
  }

  private fun reason(): String? = getCancellationException().message

  override fun onCompleted(value: T) {
    onLoop { end(null) }
  }

  override fun onCancelled(
    cause: Throwable,
    handled: Boolean,
  ) {
    isHandled = handled && cause !is CancellationException
    onLoop { end(cause) }
  }

  private fun end(cause: Throwable?) {
    this.cause = cause
    ended = true
    wake?.tryComplete(Unit)
  }

  private fun onLoop(action: Runnable) {
    val core = dispatcher.core
    if (core.isOnLoop) action.run() else core.post(action, null)
  }
}

/** Wakes a loop that sleeps, which then asks anew whether anything can wake it. */
private object LookAgain : Runnable {
  override fun run() = Unit
}
