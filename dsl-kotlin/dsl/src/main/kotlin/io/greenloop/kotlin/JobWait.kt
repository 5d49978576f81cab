package io.greenloop.kotlin

import io.greenloop.internal.loop.Owned
import kotlinx.coroutines.CompletionHandler
import kotlinx.coroutines.DisposableHandle
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlin.coroutines.CoroutineContext

/**
 * The wait of a coroutine for something of its own loop: an entry of the loop when it ends, and told
 * of it when the coroutine's job is cancelled. Loop room.
 */
@OptIn(InternalCoroutinesApi::class)
internal interface JobWait :
  SuspendWait,
  Runnable,
  Owned,
  EndsWithLoop,
  CompletionHandler {
  val dispatcher: LoopDispatcher

  /** The job of the coroutine, or null if it has none. */
  var job: Job?

  /** How to stop listening to a job that is no task; one object less where it is. */
  var handle: DisposableHandle?

  /** Listens to [job], which may be cancelled already. */
  fun attach(job: Job) {
    this.job = job
    val isActive = job.isActive
    if (job is SuspendTask<*> && job.wait == null) {
      job.wait = this // in its cleanup, too: it may be asked again, and what it waits for counts
    } else if (isActive) {
      context[LoopTask]?.inside = this
      handle = job.invokeOnCompletion(onCancelling = true, handler = this)
    }
    if (!isActive) cancelled()
  }

  private val context: CoroutineContext get() = suspended.context

  override fun owner(): Any = ownerOf(context)

  override fun loopClosed() {
    finishElsewhere(this, context)
  }

  /** The wait is over. */
  fun detach() {
    val listening = handle
    val waiting = job
    if (listening != null) {
      listening.dispose()
      context[LoopTask]?.let { if (it.inside === this) it.inside = null }
    } else if (waiting is SuspendTask<*> && waiting.wait === this) {
      waiting.wait = null
    }
  }

  /** The job is being cancelled; any thread. */
  override fun invoke(cause: Throwable?) {
    if (cause == null) return
    val core = dispatcher.core
    if (core.isOnLoop) cancelled() else core.post(Runnable { cancelled() }, null)
  }
}
