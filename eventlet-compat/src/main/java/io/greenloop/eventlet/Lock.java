package io.greenloop.eventlet;

/** A {@link Semaphore} of one permit (Python: {@code eventlet.lock.Lock}). */
public final class Lock extends Semaphore {
  /** A free lock. */
  public Lock() {
    super(1);
  }

  @Override
  void releaseHere() {
    if (isBounded()) {
      throw new IllegalStateException("release: " + this + " is not held; acquire it first");
    }
    super.releaseHere();
  }

  @Override
  public boolean isBounded() {
    return counter() > 0;
  }
}
