package io.greenloop.eventlet;

/**
 * A {@link Semaphore} that refuses more releases than acquires (Python: {@code
 * eventlet.semaphore.BoundedSemaphore}).
 */
public final class BoundedSemaphore extends Semaphore {
  private final int limit;

  /** One permit. */
  public BoundedSemaphore() {
    this(1);
  }

  /** Some permits. */
  public BoundedSemaphore(int permits) {
    super(permits);
    limit = permits;
  }

  /**
   * Gives a permit back.
   *
   * @throws IllegalStateException if there are as many as at first
   */
  @Override
  void releaseHere() {
    if (isBounded()) {
      throw new IllegalStateException("release: " + this + " was released too many times");
    }
    super.releaseHere();
  }

  @Override
  public boolean isBounded() {
    return counter() >= limit;
  }
}
