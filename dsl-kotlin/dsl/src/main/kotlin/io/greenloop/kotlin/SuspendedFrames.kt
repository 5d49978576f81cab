package io.greenloop.kotlin

import kotlin.coroutines.Continuation
import kotlin.coroutines.jvm.internal.CoroutineStackFrame

/** Deeper than code that people read. */
private const val DEEPEST = 1_000

/** Something that suspended code waits in. */
internal interface Suspended {
  /** The code that goes on when the wait ends. */
  val suspended: Continuation<*>
}

/**
 * The suspend functions that wait for each other, as a stack: [innermost] is the one that goes on
 * first. Empty for null, and where the compiler left no names.
 */
internal fun framesOf(innermost: Continuation<*>?): Array<StackTraceElement> =
  generateSequence(innermost as? CoroutineStackFrame) { it.callerFrame }
    .take(DEEPEST)
    .mapNotNull { it.getStackTraceElement() }
    .toList()
    .toTypedArray()
