package io.greenloop.kotlin.script

import io.greenloop.reactor.LoopClock

/** The clock of `--virtual-time`: stands still until the loop is idle, then shows the next timer. */
internal class JumpingClock : LoopClock {
  @Volatile
  private var now = 0L

  override fun nanos(): Long = now

  override fun isVirtual(): Boolean = true

  override fun advanceTo(dueNanos: Long) {
    now = dueNanos
  }
}
