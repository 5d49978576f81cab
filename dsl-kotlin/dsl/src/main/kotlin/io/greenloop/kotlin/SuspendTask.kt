package io.greenloop.kotlin

import io.greenloop.Task
import io.greenloop.TaskDriver
import io.greenloop.internal.loop.Owned
import kotlinx.coroutines.AbstractCoroutine
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlin.coroutines.Continuation
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED
import kotlin.coroutines.intrinsics.createCoroutineUnintercepted
import kotlin.coroutines.intrinsics.startCoroutineUninterceptedOrReturn
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException

/** What the code of a suspend task itself (not of its kotlinx children) waits in. Loop room. */
internal interface SuspendWait : Suspended {
  /** The coroutine is being cancelled: the wait ends, or passes it on. */
  fun cancelled()

  /** A second request: the wait ends, whatever became of the first. */
  fun cancelledAgain() {}

  /** The future that is awaited, or the waiter that stands in a queue; null for other waits. */
  val awaited: Any? get() = null

  /** Ends the wait with [failure], if it still lasts. */
  fun fail(failure: Throwable) {}
}

/**
 * A suspend body as a [Task]: to the loop it is the driver of the task, to kotlinx the coroutine and
 * the job, to the body its receiver.
 *
 * Everything but [onCompleted], [onCancelled] and [onCancelling] runs on the loop; these three may
 * be called by any thread, for a child may end anywhere.
 *
 * @param scoped whether a failure goes to who waits for this task only, as in `coroutineScope`,
 *   instead of cancelling the parent
 */
@OptIn(InternalCoroutinesApi::class)
internal class SuspendTask<T>(
  private val element: LoopTask,
  private val dispatcher: LoopDispatcher,
  parentContext: CoroutineContext,
  private val scoped: Boolean,
  private var body: (suspend LoopScope.() -> T)?,
) : AbstractCoroutine<T>(
    LoopContext(extrasOf(parentContext), element, parentContext[Job], dispatcher),
    initParentJob = false,
    active = true,
  ),
  TaskDriver<T>,
  LoopScope {
  /** Null before the start; a task that the loop refused never has one. */
  private var steps: TaskDriver.Steps<T>? = null
  private var bodyEnded = false

  /** What the body waits in at this moment. */
  var wait: SuspendWait? = null

  /** The task, once it has started. */
  val taskOrNull: Task<*>? get() = element.taskOrNull

  /** Whether its code may be resumed without thread context. */
  val isPlain: Boolean get() = (context as LoopContext).isPlain

  override val isScopedCoroutine: Boolean get() = scoped

  // ---- as the driver -------------------------------------------------------------------------

  override fun start(steps: TaskDriver.Steps<T>) {
    this.steps = steps
    element.task = steps.task()
    val toRun = checkNotNull(body)
    body = null
    if (!isActive) {
      resumeWith(Result.failure(getCancellationException()))
    } else if (isPlain) {
      startDirectly(toRun)
    } else {
      val first = toRun.createCoroutineUnintercepted(this, BodyEnd())
      dispatcher.resumeHere(first, Result.success(Unit))
    }
  }

  /** There is no thread context to set up, so the first step needs no dispatched continuation. */
  private fun startDirectly(body: suspend LoopScope.() -> T) {
    val end = BodyEnd()
    val result =
      try {
        body.startCoroutineUninterceptedOrReturn(this, end)
      } catch (thrown: Throwable) {
        end.resumeWith(Result.failure(thrown))
        return
      }
    @Suppress("UNCHECKED_CAST")
    if (result !== COROUTINE_SUSPENDED) end.resumeWith(Result.success(result as T))
  }

  /** Where the body's result arrives. */
  private inner class BodyEnd : Continuation<T> {
    override val context: CoroutineContext get() = this@SuspendTask.context

    override fun resumeWith(result: Result<T>) {
      bodyEnded = true
      this@SuspendTask.resumeWith(result.cancelledAsKotlin())
    }
  }

  override fun cancel(reason: String?) {
    if (isCancelled) wait?.cancelledAgain() else cancel(requested(reason))
  }

  /** Queues [continuation], code of this task itself that yields. */
  fun yieldStep(continuation: Continuation<Unit>) {
    val step = yieldStep?.takeIf { it.isFree } ?: YieldStep().also { yieldStep = it }
    step.continuation = continuation
    dispatcher.core.ready(step, null)
  }

  private var yieldStep: YieldStep? = null

  /** The step after a yield; one object serves all yields of a task. */
  private inner class YieldStep :
    Runnable,
    Owned {
    var continuation: Continuation<Unit>? = null
    val isFree: Boolean get() = continuation == null

    override fun owner(): Any? = taskOrNull

    override fun run() {
      val yielded = checkNotNull(continuation)
      continuation = null
      if (isActive) {
        yielded.resume(Unit)
      } else {
        yielded.resumeWithException(getCancellationException())
      }
    }
  }

  /** Queues a step of this task. */
  fun step(run: Runnable) {
    checkNotNull(steps).run(run)
  }

  override fun waitsOn(): Any? {
    val tasks = children.map { taskOf(it) }.toList()
    return when {
      null in tasks -> null

      // The end of a child's job is on its way from another thread.
      tasks.any { it?.isDone == true } -> null

      bodyEnded -> tasks.firstOrNull()

      else -> wait?.awaited
    }
  }

  override fun failWait(failure: Throwable) {
    wait?.fail(failure) ?: cancelCoroutine(failure)
  }

  override fun stackTrace(): Array<StackTraceElement> =
    if (dispatcher.core.isOnLoop && dispatcher.core.currentOwner() === taskOrNull) {
      Thread.currentThread().stackTrace
    } else {
      framesOf(wait?.suspended ?: yieldStep?.continuation ?: element.inside?.suspended)
    }

  override fun rejected(step: Runnable) {
    endWithoutLoop(step, context)
  }

  // ---- as the coroutine ----------------------------------------------------------------------

  override fun onCancelling(cause: Throwable?) {
    if (cause == null) return
    val core = dispatcher.core
    if (core.isOnLoop) wait?.cancelled() else core.post(Runnable { wait?.cancelled() }, null)
  }

  override fun onCompleted(value: T) {
    val steps = checkNotNull(steps)
    if (dispatcher.core.isOnLoop) steps.succeed(value) else steps.run { steps.succeed(value) }
  }

  override fun onCancelled(
    cause: Throwable,
    handled: Boolean,
  ) {
    val steps = steps ?: return
    val fail =
      Runnable {
        steps.fail(toJava(cause))
        // The parent fails with it: a failure that nobody looked at would be reported twice.
        if (handled && !steps.task().isCancelled) steps.task().exceptionNow()
      }
    if (dispatcher.core.isOnLoop) fail.run() else steps.run(fail)
  }

  init {
    // Not by the super constructor: a parent that is cancelled already calls us back at once.
    initParentJob(parentContext[Job])
  }
}
