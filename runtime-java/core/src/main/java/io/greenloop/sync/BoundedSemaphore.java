package io.greenloop.sync;

/** A semaphore that never has more permits than at first (Python: {@code BoundedSemaphore}). */
public final class BoundedSemaphore extends Semaphore {
  private final int bound;

  /** A semaphore with one permit. */
  public BoundedSemaphore() {
    this(1);
  }

  /**
   * A semaphore.
   *
   * @throws IllegalArgumentException if {@code permits} is negative
   */
  public BoundedSemaphore(int permits) {
    super(permits);
    this.bound = permits;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if all permits are back already
   */
  @Override
  public void release() {
    if (permits() >= bound) {
      throw new IllegalStateException(
          "BoundedSemaphore.release: all "
              + bound
              + " permits of "
              + identity()
              + " are back already; release once for each acquire");
    }
    super.release();
  }
}
