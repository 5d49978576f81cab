package io.greenloop.kotlin

import io.greenloop.CancelledError
import io.greenloop.ExitRequest
import io.greenloop.InterruptedByUserException
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.TimeoutCancellationException

// The two worlds name a cancel differently. Each of these gives the other world's name and keeps the
// first as the cause, so that a cancel that crosses several times stays recognisable.

/** What Kotlin code sees of a cancel that a Java task, or a future, reports. */
internal fun toKotlin(cancelled: CancelledError): CancellationException =
  cancelled.cause as? CancellationException
    ?: CancellationException(cancelled.reason() ?: "cancelled").apply { initCause(cancelled) }

/** What Java code sees of a coroutine that ended with [thrown]: a cancel under its own name. */
internal fun toJava(thrown: Throwable): Throwable {
  val original = unrecovered(thrown)
  if (original !is CancellationException) return original
  return original.cause as? CancelledError ?: CancelledError(original.message, original)
}

/**
 * What [wait] gives, for who waits in place of the body: a time limit of kotlinx that nobody caught
 * is a failure there, as in `runBlocking`, though it ends a coroutine like a cancel.
 */
internal inline fun <T> timeoutUnwrapped(wait: () -> T): T =
  try {
    wait()
  } catch (cancelled: CancelledError) {
    throw cancelled.cause as? TimeoutCancellationException ?: cancelled
  }

/** The outcome of a body, which may have thrown our exception by itself. */
internal fun <T> Result<T>.cancelledAsKotlin(): Result<T> {
  val thrown = exceptionOrNull()
  return if (thrown is CancelledError) Result.failure(toKotlin(thrown)) else this
}

/** What the coroutine of a task that is asked to end is cancelled with. */
internal fun requested(reason: String?): CancellationException = toKotlin(CancelledError(reason))

/** Whether the program is to end by [thrown], whatever its code thinks of it: `exit`, or Ctrl-C. */
internal fun endsProgram(thrown: Throwable): Boolean =
  thrown is ExitRequest || thrown is InterruptedByUserException

private const val RECOVERED = "_COROUTINE."

/**
 * In debug mode kotlinx throws copies of exceptions, with the frames of the waiting code added and
 * the original as the cause. Who waits from outside gets the original.
 */
internal fun unrecovered(thrown: Throwable): Throwable {
  val cause = thrown.cause
  if (cause == null || cause.javaClass != thrown.javaClass) return thrown
  return if (thrown.stackTrace.any { it.className.startsWith(RECOVERED) }) cause else thrown
}
