package io.greenloop.sync;

import io.greenloop.Held;
import io.greenloop.Task;
import io.greenloop.WaitQueue;
import io.greenloop.Waiter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Mutual exclusion between tasks across their waits (Python: {@code asyncio.Lock}).
 *
 * <p>Not re-entrant, and not owned: any task may release it. First come, first served; a released
 * lock goes straight to the first waiter.
 *
 * <pre>{@code
 * try (var _ = lock.acquire()) {
 *   …
 * }
 * }</pre>
 */
public final class Lock extends LoopBound implements Held {
  private final Permit permit = this::release;
  private final WaitQueue<Permit, @Nullable Void> waiters =
      new WaitQueue<>(this, (permit, nothing) -> permit.close());
  private boolean locked;
  private @Nullable Task<?> holder; // who acquired it, for reports

  /** A free lock. */
  public Lock() {}

  /**
   * Acquires it; parks the calling task while it is held. Does not park, nor notice a pending
   * cancel, when it is free.
   *
   * @throws io.greenloop.CancelledError if the task was cancelled while it waited
   */
  public Permit acquire() {
    if (tryAcquire()) {
      return permit;
    }
    bind();
    return waiters.park("Lock.acquire", null);
  }

  /** Acquires it if it is free. */
  public boolean tryAcquire() {
    enter("Lock.acquire");
    if (locked) {
      return false;
    }
    locked = true;
    holder = Task.currentOrNull();
    return true;
  }

  /** Acquires it for {@code waiter}: in this call if it is free, else when its turn comes. */
  public void acquire(Waiter<Permit> waiter) {
    boolean free = tryAcquire();
    bind();
    waiters.add(waiter, null);
    if (free) {
      waiters.serveFirst(permit);
    }
  }

  /**
   * Gives it to the first waiter, or frees it.
   *
   * @throws IllegalStateException if it is not held
   */
  public void release() {
    enter("Lock.release");
    requireHeld("Lock.release");
    holder = waiters.firstTask();
    locked = waiters.serveFirst(permit);
  }

  /** Whether somebody holds it. */
  public boolean isLocked() {
    return locked;
  }

  /** The task that acquired it, or got it from another; empty if it is free, or if none did. */
  @Override
  public List<Task<?>> holders() {
    Task<?> by = holder;
    return locked && by != null ? List.of(by) : List.of();
  }

  void requireHeld(String operation) {
    if (!locked) {
      throw new IllegalStateException(
          operation + ": " + identity() + " is not held; acquire it first");
    }
  }

  @Override
  public String toString() {
    if (!locked) {
      return identity() + " (free)";
    }
    Task<?> by = holder;
    return identity() + (by == null ? ", held" : ", held by task '" + by.name() + "'");
  }
}
