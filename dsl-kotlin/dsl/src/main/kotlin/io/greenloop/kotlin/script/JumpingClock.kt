package io.greenloop.kotlin.script

import io.greenloop.reactor.LoopClock

/** The clock of `--virtual-time`: stands still until the loop is idle, then shows the next timer. */
internal class JumpingClock : LoopClock {
  @Volatile
  private var now = 0L
  private var told = false

  override fun nanos(): Long = now

  override fun isVirtual(): Boolean = true

  override fun advanceTo(dueNanos: Long) {
    now = dueNanos
  }

  /** Said once: such a run takes real time and need not repeat. */
  override fun heldBack(reason: String) {
    if (!told) System.err.println("greenloop: --virtual-time waits in real time: $reason")
    told = true
  }
}
