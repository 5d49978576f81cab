package io.greenloop;

import java.time.Duration;

/** Durations in the loop's nanoseconds. */
final class Times {
  /** About 146 years: far enough, and no sum with it overflows a comparison. */
  static final long FAR = Long.MAX_VALUE / 2;

  private Times() {}

  /** {@code delay} in nanoseconds, at most {@link #FAR}, at least zero. */
  static long nanos(Duration delay) {
    if (delay.isNegative()) {
      return 0;
    }
    return delay.toSeconds() >= FAR / 1_000_000_000L ? FAR : delay.toNanos();
  }

  static long after(long nowNanos, Duration delay) {
    return nowNanos + nanos(delay);
  }
}
