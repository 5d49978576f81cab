package io.greenloop.sync;

import io.greenloop.WaitQueue;
import io.greenloop.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * A number of permits (Python: {@code asyncio.Semaphore}). Strictly first come, first served: a
 * released permit goes straight to the first waiter.
 */
public sealed class Semaphore extends LoopBound permits BoundedSemaphore {
  private final Permit permit = this::release;
  private final WaitQueue<Permit, @Nullable Void> waiters =
      new WaitQueue<>(this, (permit, nothing) -> permit.close());
  private int free;

  /** A semaphore with one permit. */
  public Semaphore() {
    this(1);
  }

  /**
   * A semaphore.
   *
   * @throws IllegalArgumentException if {@code permits} is negative
   */
  public Semaphore(int permits) {
    if (permits < 0) {
      throw new IllegalArgumentException("Semaphore: permits = " + permits + " (expected >= 0)");
    }
    this.free = permits;
  }

  /** A semaphore that refuses to be released above {@code permits}. */
  public static BoundedSemaphore bounded(int permits) {
    return new BoundedSemaphore(permits);
  }

  /**
   * Takes a permit; parks the calling task while there is none. Does not park, nor notice a pending
   * cancel, when there is one.
   *
   * @throws io.greenloop.CancelledError if the task was cancelled while it waited
   */
  public final Permit acquire() {
    if (tryAcquire()) {
      return permit;
    }
    bind();
    return waiters.park("Semaphore.acquire", null);
  }

  /** Takes a permit if there is one. */
  public final boolean tryAcquire() {
    enter("Semaphore.acquire");
    if (free == 0) { // S1: somebody waits only while none is free
      return false;
    }
    free--;
    return true;
  }

  /** Takes a permit for {@code waiter}: in this call if there is one, else when its turn comes. */
  public final void acquire(Waiter<Permit> waiter) {
    boolean taken = tryAcquire();
    bind();
    waiters.add(waiter, null);
    if (taken) {
      waiters.serveFirst(permit);
    }
  }

  /** Gives a permit to the first waiter, or puts it back. */
  public void release() {
    enter("Semaphore.release");
    if (!waiters.serveFirst(permit)) {
      free++;
    }
  }

  /** Whether an {@link #acquire()} would wait: no permit is free. */
  public final boolean isLocked() {
    return free == 0;
  }

  /** How many permits are free. */
  public final int permits() {
    return free;
  }

  @Override
  public String toString() {
    return identity() + " (" + free + " free)";
  }
}
