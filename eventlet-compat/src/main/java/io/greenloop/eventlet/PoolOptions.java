package io.greenloop.eventlet;

/**
 * How many a {@link Pool} has; immutable.
 *
 * @param minSize how many are made at once
 * @param maxSize how many there may be
 * @param orderAsStack whether the one that came back last is given next
 */
public record PoolOptions(int minSize, int maxSize, boolean orderAsStack) {
  /** None at first, at most 4, the one that has been idle longest first. */
  public static final PoolOptions DEFAULT = new PoolOptions(0, 4, false);

  /** With another least number. */
  public PoolOptions withMinSize(int size) {
    return new PoolOptions(size, maxSize, orderAsStack);
  }

  /** With another greatest number. */
  public PoolOptions withMaxSize(int size) {
    return new PoolOptions(minSize, size, orderAsStack);
  }

  /** With the newest first, or the oldest. */
  public PoolOptions withOrderAsStack(boolean newestFirst) {
    return new PoolOptions(minSize, maxSize, newestFirst);
  }
}
