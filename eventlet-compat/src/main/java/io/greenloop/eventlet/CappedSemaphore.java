package io.greenloop.eventlet;

/**
 * A number of permits with a limit: who releases above it waits until somebody acquires (Python:
 * {@code eventlet.semaphore.CappedSemaphore}). Room: loop.
 */
public final class CappedSemaphore {
  private final Semaphore permits;
  private final Semaphore space;

  /**
   * Some permits of a limited number.
   *
   * @throws IllegalArgumentException if one is negative, or {@code permits} is above {@code limit}
   */
  public CappedSemaphore(int permits, int limit) {
    if (permits > limit) {
      throw new IllegalArgumentException(
          "CappedSemaphore: permits = " + permits + " (expected <= limit = " + limit + ")");
    }
    this.permits = new Semaphore(permits);
    space = new Semaphore(limit - permits);
  }

  /** Takes a permit; waits while there is none. */
  public void acquire() {
    space.release();
    try {
      permits.acquire();
    } catch (Throwable thrown) {
      space.addPermits(-1);
      throw thrown;
    }
  }

  /** Takes a permit if one is free. */
  public boolean tryAcquire() {
    if (isLocked()) {
      return false;
    }
    acquire();
    return true;
  }

  /** {@link #acquire}, for a {@code try} that gives it back. */
  public Semaphore.Hold hold() {
    acquire();
    return this::release;
  }

  /** Gives a permit back; waits while there are as many as the limit says. */
  public void release() {
    permits.release();
    try {
      space.acquire();
    } catch (Throwable thrown) {
      permits.addPermits(-1);
      throw thrown;
    }
  }

  /** Gives a permit back if there is room for it. */
  public boolean tryRelease() {
    if (isBounded()) {
      return false;
    }
    release();
    return true;
  }

  /** Whether no permit is free. */
  public boolean isLocked() {
    return permits.isLocked();
  }

  /** Whether a release would wait. */
  public boolean isBounded() {
    return space.isLocked();
  }

  /** How many acquires (positive) or releases (negative) lead to none free and none waiting. */
  public int balance() {
    return permits.balance() - space.balance();
  }

  @Override
  public String toString() {
    return "capped " + permits;
  }
}
