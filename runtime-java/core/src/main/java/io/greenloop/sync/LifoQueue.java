package io.greenloop.sync;

/**
 * A {@link Queue} that gives out the newest item first (Python: {@code asyncio.LifoQueue}).
 *
 * @param <T> an item
 */
public final class LifoQueue<T> extends Queue<T> {
  /** A queue without a bound. */
  public LifoQueue() {
    this(0);
  }

  /** A queue for at most {@code maxSize} items; zero or less: without a bound. */
  public LifoQueue(int maxSize) {
    super(maxSize, new DequeItems<>(true));
  }
}
