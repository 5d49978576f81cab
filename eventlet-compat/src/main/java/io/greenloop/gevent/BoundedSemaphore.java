package io.greenloop.gevent;

/**
 * A {@link Semaphore} that is never given more permits back than it had (Python: {@code
 * gevent.lock.BoundedSemaphore}).
 */
public final class BoundedSemaphore extends Semaphore {
  private final int initial;

  /** One permit. */
  public BoundedSemaphore() {
    this(1);
  }

  /**
   * @throws IllegalArgumentException if {@code permits} is negative
   */
  public BoundedSemaphore(int permits) {
    super(permits);
    initial = permits;
  }

  /**
   * Gives a permit back.
   *
   * @throws IllegalStateException if none is taken
   */
  @Override
  public int release() {
    if (counter() >= initial) {
      throw new IllegalStateException("release: nobody holds a permit of " + this);
    }
    return super.release();
  }
}
