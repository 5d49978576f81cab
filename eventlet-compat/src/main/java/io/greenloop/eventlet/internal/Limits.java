package io.greenloop.eventlet.internal;

import io.greenloop.EventLoop;
import java.time.Duration;

/** Waits that end in time. */
public final class Limits {
  private Limits() {}

  /** Is thrown into the waiter, and caught here. */
  private static final class TimeIsUp extends Error {
    private static final long serialVersionUID = 1L;

    TimeIsUp() {
      super("a time limit", null, false, false);
    }
  }

  /**
   * Runs {@code wait} for at most {@code limit}; zero or less: until what was ready before has run.
   *
   * @param operation the name of the call, for errors
   * @return whether it ended before
   */
  public static boolean within(String operation, Duration limit, Runnable wait) {
    var over = new TimeIsUp();
    Alarm alarm = Alarm.set(EventLoop.current(), operation, limit, () -> over);
    try {
      wait.run();
      return true;
    } catch (TimeIsUp thrown) {
      if (thrown != over) {
        throw thrown;
      }
      return false;
    } finally {
      alarm.cancel();
    }
  }
}
