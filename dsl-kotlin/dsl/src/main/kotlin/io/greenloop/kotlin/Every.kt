package io.greenloop.kotlin

import io.greenloop.EventLoop
import io.greenloop.Task
import io.greenloop.internal.loop.LoopCores
import kotlinx.coroutines.CoroutineScope
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds

/**
 * Runs [body] now and then each [interval], in a suspend task that is a child of this scope, until it
 * is cancelled or fails: `every(30.seconds) { check() }`. Does not suspend.
 *
 * The times are [interval] apart, however long [body] takes; one that is due while [body] still runs
 * is left out. What one run started has ended before the next begins.
 *
 * @param name in reports
 * @return the task; cancelling it ends the repetition
 * @throws IllegalArgumentException if [interval] is not greater than zero
 * @throws IllegalStateException if this scope does not belong to a loop
 */
public fun CoroutineScope.every(
  interval: Duration,
  name: String = "every $interval",
  body: suspend LoopScope.() -> Unit,
): Task<Unit> {
  require(interval > Duration.ZERO) { "every: interval = $interval (expected > 0)" }
  return spawn(name) {
    val core = LoopCores.of(EventLoop.current())
    val step = interval.inWholeNanoseconds
    var due = core.nanos()
    while (true) {
      taskGroup(body)
      val late = core.nanos() - due
      due += (late / step + 1) * step
      suspendFor((due - core.nanos()).nanoseconds)
    }
  }
}
