package io.greenloop.net;

import java.util.Objects;

/** Whether a writer is held up: by how much is buffered, between two marks. Loop room. */
final class WriteMarks {
  private WriteLimits limits = WriteLimits.DEFAULT;
  private boolean paused;

  WriteLimits limits() {
    return limits;
  }

  /** Takes effect with the next {@link #pausesAt} or {@link #resumesAt}. */
  void setLimits(WriteLimits limits) {
    this.limits = Objects.requireNonNull(limits, "limits");
  }

  /** Holds up, or does not, as {@code before} did; with limits of its own. */
  void goOnFrom(WriteMarks before) {
    paused = before.paused;
  }

  /** Whether more than the high mark was buffered, and not yet as little as the low one since. */
  boolean isPaused() {
    return paused;
  }

  /** Whether {@code buffered} bytes hold writers up that were not held up before. */
  boolean pausesAt(long buffered) {
    boolean rises = !paused && buffered > limits.high();
    paused |= rises;
    return rises;
  }

  /** Whether {@code buffered} bytes let writers go on that were held up before. */
  boolean resumesAt(long buffered) {
    boolean sinks = paused && buffered <= limits.low();
    paused &= !sinks;
    return sinks;
  }
}
