package io.greenloop.inspect;

import io.greenloop.Registration;
import io.greenloop.internal.watch.StallListener;
import io.greenloop.internal.watch.Watchdog;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Tells of loops that are held, while they are. One thread of the JVM looks at all running loops
 * ten times a second, more often if a listener asks for short stalls; the loops do nothing for it.
 *
 * <p>Without any listener a stall of half a second is logged, and again each time it has lasted
 * twice as long. (Python has only the slow-callback warning of debug mode, after the fact.)
 */
public final class Stalls {
  private static final Duration SHORTEST = Duration.ofMillis(5);

  private Stalls() {}

  /**
   * Calls {@code action} on the watchdog's thread for each stall of any loop, once it has lasted
   * {@code threshold}; once a stall. It may take its time, but other loops are not watched
   * meanwhile; what it throws is logged.
   *
   * @param threshold at least 5 ms; kept to about a fifth of itself
   * @return takes the listener back
   */
  public static Registration onStall(Duration threshold, Consumer<Stall> action) {
    Objects.requireNonNull(action, "action");
    if (threshold.compareTo(SHORTEST) < 0) {
      throw new IllegalArgumentException(
          "onStall: threshold = " + threshold + " (expected >= " + SHORTEST + ")");
    }
    var listener = new StallListener(threshold.toNanos(), seen -> action.accept(new Stall(seen)));
    Watchdog.addListener(listener);
    return () -> Watchdog.removeListener(listener);
  }
}
