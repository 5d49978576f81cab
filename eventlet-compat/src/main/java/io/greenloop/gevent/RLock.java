package io.greenloop.gevent;

import io.greenloop.EventLoop;
import io.greenloop.Task;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A lock that its owner may take again (Python: {@code gevent.lock.RLock}). The owner is a
 * greenlet, not a thread.
 *
 * <p><b>Room:</b> the loop of the first who waits.
 */
public final class RLock {
  private static final Object MAIN = "the main greenlet";
  private static final Object HUB = "a callback of the hub";

  private final Semaphore block = new Semaphore(1);
  private @Nullable Object owner;
  private int count;

  /** A free lock. */
  public RLock() {}

  /** Takes it; waits for it unless the caller has it. */
  public void acquire() {
    if (!isMine()) {
      block.acquire();
    }
    taken();
  }

  /** {@link #acquire()}, at most {@code limit}; returns whether it got it. */
  public boolean acquire(Duration limit) {
    boolean got = isMine() || block.acquire(limit);
    if (got) {
      taken();
    }
    return got;
  }

  /** Takes it if nobody else has it. */
  public boolean tryAcquire() {
    boolean got = isMine() || block.tryAcquire();
    if (got) {
      taken();
    }
    return got;
  }

  private void taken() {
    owner = here();
    count++;
  }

  /**
   * Gives it back: as often as it was taken.
   *
   * @throws IllegalStateException if another greenlet has it, or nobody
   */
  public void release() {
    if (!isMine()) {
      throw new IllegalStateException(
          "release: " + name(here()) + " does not have this lock; owner: " + name(owner));
    }
    if (--count == 0) {
      owner = null;
      block.release();
    }
  }

  /** Takes it, and gives it back when that is closed. */
  public Semaphore.Hold hold() {
    acquire();
    return this::release;
  }

  /** Whether somebody has it. */
  public boolean isLocked() {
    return count > 0;
  }

  private boolean isMine() {
    return owner != null && owner == here();
  }

  private static Object here() {
    Task<?> task = Task.currentOrNull();
    if (task != null) {
      return task;
    }
    EventLoop loop = EventLoop.currentOrNull();
    return loop != null && loop.isRunning() ? HUB : MAIN; // main is a plain thread
  }

  private static String name(@Nullable Object who) {
    if (who instanceof Task<?> task) {
      return task.attachment() instanceof Greenlet<?> g
          ? g.toString()
          : "task '" + task.name() + "'";
    }
    return who == null ? "nobody" : who.toString();
  }

  @Override
  public String toString() {
    return "RLock@"
        + Integer.toHexString(System.identityHashCode(this))
        + (count == 0 ? " (free)" : " (held by " + name(owner) + ", " + count + "x)");
  }
}
