package io.greenloop.testing;

import io.greenloop.reactor.LoopClock;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened when, on one clock.
 *
 * <p><b>Room:</b> any thread.
 */
public final class Trail {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final LoopClock clock;
  private final long origin;
  private final List<String> entries = new ArrayList<>();

  /** An empty one, whose times count from now. */
  public Trail(LoopClock clock) {
    this.clock = clock;
    origin = clock.nanos();
  }

  /** Adds {@code what} and the time: {@code "a@20"} for 20 ms. */
  public void note(@Nullable Object what) {
    String entry = what + "@" + millis(clock.nanos() - origin);
    synchronized (entries) {
      entries.add(entry);
    }
  }

  /** What has been noted so far, in order. */
  public List<String> entries() {
    synchronized (entries) {
      return List.copyOf(entries);
    }
  }

  private static String millis(long nanos) {
    return BigDecimal.valueOf(nanos)
        .divide(BigDecimal.valueOf(NANOS_PER_MILLI))
        .stripTrailingZeros()
        .toPlainString();
  }
}
