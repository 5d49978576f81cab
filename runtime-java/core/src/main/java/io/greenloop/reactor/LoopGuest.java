package io.greenloop.reactor;

/**
 * An event loop of another library that lives on the thread of one of ours: it waits where our loop
 * waits, and nowhere else. {@code EventLoop.host} gives it a {@linkplain GuestSeat seat}.
 *
 * <p><b>Room:</b> the carrier thread, outside of every task: what it runs must not wait, because
 * there is nobody to wait in its place. What it throws ends the run of the loop.
 */
public interface LoopGuest {
  /**
   * Runs what is ready, and what that makes ready: called after something was found for a channel
   * of its own, after {@link GuestSeat#wakeup}, and when its next delay is over.
   */
  void run();

  /**
   * How long it may sleep, in nanoseconds, because of its own timers; 0 or less: not at all, {@link
   * Long#MAX_VALUE}: for ever. Asked before each sleep.
   */
  long nextDelayNanos();

  /** The loop is closed: lets go of everything. Called once, unless it has left before. */
  void end();
}
