package io.greenloop.kotlin

import io.greenloop.Task
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext

/**
 * The task that a coroutine runs for: what `Aio.currentTask()` gives in its code, whose context
 * variables it sees, and whose place in reports it has.
 *
 * `spawn` and `green` put it into the context of their body; what the body starts with kotlinx's
 * `launch` and `async` inherits it, for such coroutines are parts of one task.
 *
 * It is read at each dispatch. A coroutine that starts undispatched, or resumes on
 * `Dispatchers.Unconfined`, in the middle of another task's step runs as that task until its first
 * dispatch.
 */
public class LoopTask internal constructor() : AbstractCoroutineContextElement(LoopTask) {
  /** The task; there is one as soon as code runs with this element. */
  public lateinit var task: Task<*>
    internal set

  internal val taskOrNull: Task<*>? get() = if (::task.isInitialized) task else null

  /**
   * What a coroutine below the task's own code waits in: a `withTimeout`, a child. Of several, the
   * one that began last. Reports read it, from any thread.
   */
  internal var inside: Suspended? = null

  override fun toString(): String = "LoopTask($task)"

  /** The key of this element. */
  public companion object Key : CoroutineContext.Key<LoopTask>
}
