package io.greenloop.gevent;

import io.greenloop.EventLoop;
import io.greenloop.Handle;
import io.greenloop.ThrowingRunnable;
import io.greenloop.eventlet.internal.Sneaky;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Checks that code lets others run (Python: {@code gevent.util.assert_switches}). In a greenlet.
 */
public final class AssertSwitches {
  private final EventLoop loop = EventLoop.current();
  private final Duration limit;
  private Duration last = loop.time();
  private Duration longest = Duration.ZERO;
  private boolean switched;
  private @Nullable Handle probe;

  private AssertSwitches(Duration limit) {
    this.limit = limit;
  }

  /**
   * Runs {@code body}; what it throws wins.
   *
   * @throws AssertionError if nobody else could run meanwhile
   */
  public static void run(ThrowingRunnable body) {
    new AssertSwitches(Duration.ofNanos(Long.MAX_VALUE)).check(body);
  }

  /**
   * {@link #run}, and at least every {@code limit} somebody else must be able to.
   *
   * @throws AssertionError if {@code body} held the loop for longer
   */
  public static void within(Duration limit, ThrowingRunnable body) {
    new AssertSwitches(limit).check(body);
  }

  private void check(ThrowingRunnable body) {
    probe = loop.callSoon(this::othersRun);
    try {
      body.run();
    } catch (Throwable thrown) {
      throw Sneaky.raise(thrown);
    } finally {
      if (probe != null) {
        probe.cancel();
      }
    }
    note();
    if (!switched) {
      throw new AssertionError("nobody else could run: the body never waited");
    }
    if (longest.compareTo(limit) > 0) {
      throw new AssertionError(
          "the body held the loop for " + longest + " (expected at most " + limit + ")");
    }
  }

  /** The loop came to a callback: the body waits. */
  private void othersRun() {
    switched = true;
    note();
    // A turn later, so that a body that waits for long costs a callback now and then only.
    probe = loop.callLater(Duration.ofMillis(1), this::othersRun).unref();
  }

  private void note() {
    Duration now = loop.time();
    Duration held = now.minus(last);
    last = now;
    if (held.compareTo(longest) > 0) {
      longest = held;
    }
  }
}
