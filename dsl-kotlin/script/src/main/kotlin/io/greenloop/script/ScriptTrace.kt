package io.greenloop.script

import io.greenloop.LoopExit
import java.util.Collections
import java.util.IdentityHashMap

/** Makes a failure readable: its trace holds the script and the libraries it uses, not what runs them. */
internal object ScriptTrace {
  /** What stands between two frames of a script, and between it and what started it. */
  private val MACHINERY =
    listOf(
      "io.greenloop.",
      "kotlin.coroutines.",
      "kotlinx.coroutines.",
      "jdk.internal.reflect.",
      "java.lang.reflect.",
      "java.lang.VirtualThread",
      "jdk.internal.vm.",
    )

  /**
   * Drops all frames below the last one of a script and the machinery above it, in [failure], its
   * causes and its suppressed exceptions. A trace without any frame of a script stays whole, but
   * for the frames of whoever awaited it.
   */
  fun cut(failure: Throwable) {
    cut(failure, Collections.newSetFromMap(IdentityHashMap()))
  }

  private fun cut(
    failure: Throwable,
    seen: MutableSet<Throwable>,
  ) {
    if (!seen.add(failure)) return
    failure.stackTrace = readable(failure.stackTrace)
    // Its message says who waits; a main task that is at its end waits nowhere in the script.
    if (failure is LoopExit && failure.stackTrace.none { it.isOfScript() }) {
      failure.stackTrace = emptyArray()
    }
    failure.cause?.let { cut(it, seen) }
    for (suppressed in failure.suppressed) cut(suppressed, seen)
  }

  private fun readable(frames: Array<StackTraceElement>): Array<StackTraceElement> {
    val last = frames.indexOfLast { it.isOfScript() }
    if (last < 0) return frames.takeWhile { !it.isAwaitedBy() }.toTypedArray()
    val kept = ArrayList<StackTraceElement>()
    var isInside = false // what the machinery calls is as little of the script's as itself
    for (frame in frames.take(last + 1).asReversed()) {
      val isMachinery = MACHINERY.any { frame.className.startsWith(it) }
      val goesOn = !frame.isOfScript() && !frame.isAwaitedBy()
      isInside = isMachinery || (isInside && goesOn)
      val isGenerated = frame.isOfScript() && frame.lineNumber <= 0
      if (!isInside && !isGenerated) kept += frame
    }
    return kept.asReversed().dropWhile { it.isAwaitedBy() }.toTypedArray()
  }

  /** Between what failed and who waited for it: `awaited.by(task 'main')`. */
  private fun StackTraceElement.isAwaitedBy(): Boolean =
    className == "awaited" && methodName == "by"

  private fun StackTraceElement.isOfScript(): Boolean =
    fileName?.endsWith(ScriptRunner.EXTENSION) == true
}
