package io.greenloop.script

import java.util.Collections
import java.util.IdentityHashMap

/** Makes a failure readable: the trace ends at the script, not at what started the script. */
internal object ScriptTrace {
  /**
   * Drops all frames below the last one of a script, in [failure], its causes and its suppressed
   * exceptions. A trace without any frame of a script stays whole.
   */
  fun cut(failure: Throwable) {
    cut(failure, Collections.newSetFromMap(IdentityHashMap()))
  }

  private fun cut(
    failure: Throwable,
    seen: MutableSet<Throwable>,
  ) {
    if (!seen.add(failure)) return
    val frames = failure.stackTrace
    val last = frames.indexOfLast { it.fileName?.endsWith(ScriptRunner.EXTENSION) == true }
    if (last >= 0) failure.stackTrace = frames.copyOf(last + 1).requireNoNulls()
    failure.cause?.let { cut(it, seen) }
    for (suppressed in failure.suppressed) cut(suppressed, seen)
  }
}
