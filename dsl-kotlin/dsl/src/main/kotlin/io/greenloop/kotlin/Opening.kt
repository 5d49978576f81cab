package io.greenloop.kotlin

import io.greenloop.EventLoop
import java.util.concurrent.Callable

/**
 * Runs [open], which parks, as a task of its own and suspends until it has opened something. A cancel
 * leaves nothing open, also in the very turn in which it was there.
 */
internal suspend fun <T : AutoCloseable> opened(
  name: String?,
  open: () -> T,
): T {
  val opening = EventLoop.current().spawn(options(name), Callable { open() })
  try {
    return opening.await()
  } catch (failure: Throwable) {
    opening.whenDone { if (!it.isCancelled && it.exceptionNow() == null) it.getNow().close() }
    throw failure
  }
}
