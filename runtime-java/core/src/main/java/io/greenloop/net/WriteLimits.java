package io.greenloop.net;

/**
 * Between which amounts of buffered bytes a writer is held up.
 *
 * @param high more than this, and writing is paused; zero: whenever something is buffered
 * @param low no more than this, and it goes on; not above {@code high}
 */
public record WriteLimits(long high, long low) {
  private static final int RATIO = 4;

  /** High 64 KiB, low 16 KiB. */
  public static final WriteLimits DEFAULT = ofHigh(StreamWriter.DEFAULT_HIGH_WATER);

  /** Checks the numbers. */
  public WriteLimits {
    if (low < 0 || high < low) {
      throw new IllegalArgumentException(
          "write limits high = " + high + ", low = " + low + " (expected high >= low >= 0)");
    }
  }

  /** With a low mark of a quarter. */
  public static WriteLimits ofHigh(long high) {
    return new WriteLimits(high, high / RATIO);
  }

  /** With a high mark of four times as much. */
  public static WriteLimits ofLow(long low) {
    return new WriteLimits(low * RATIO, low);
  }
}
