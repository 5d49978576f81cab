package io.greenloop.sync;

import io.greenloop.CancelScope;
import io.greenloop.CancelledError;
import io.greenloop.WaitQueue;
import io.greenloop.Waiter;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A lock, and a wait for news under it (Python: {@code asyncio.Condition}).
 *
 * <p>The names: {@code wait} and {@code notifyAll} belong to {@code Object}, so they are {@link
 * #waitFor()} and {@link #notifyEveryone} here. A wait may end without a reason; the form with a
 * predicate looks again.
 */
public final class Condition extends LoopBound {
  private static final String WAIT = "Condition.waitFor";

  private final Lock lock;
  private final WaitQueue<Condition, @Nullable Void> waiters =
      new WaitQueue<>(this, (condition, nothing) -> condition.passOn());

  /** A condition with a lock of its own. */
  public Condition() {
    this(new Lock());
  }

  /** A condition on {@code lock}, which others may share. */
  public Condition(Lock lock) {
    this.lock = lock;
  }

  /** Its lock. */
  public Lock lock() {
    return lock;
  }

  /** Acquires its lock; see {@link Lock#acquire()}. */
  public Permit acquire() {
    return lock.acquire();
  }

  /** Releases its lock. */
  public void release() {
    lock.release();
  }

  /** Whether its lock is held. */
  public boolean isLocked() {
    return lock.isLocked();
  }

  /**
   * Releases the lock, parks the calling task until it is notified, and acquires the lock again.
   * The lock is held whenever this returns or throws what was asked of the task; cancels, and what
   * is thrown into it, are held back while the lock is being acquired again, and the last one is
   * thrown.
   *
   * @throws IllegalStateException if the lock is not held (by anyone); or while pinned, with the
   *     lock released
   * @throws io.greenloop.LoopExit if the program is dead-locked, with the lock released
   */
  public void waitFor() {
    enter(WAIT);
    lock.requireHeld(WAIT);
    WaitQueue.checkMayPark(WAIT);
    bind();
    lock.release();
    boolean notified = false;
    try {
      waiters.park(WAIT, null);
      notified = true;
    } finally {
      acquireAgain(notified);
    }
  }

  /**
   * Releases the lock, and serves {@code waiter} when it is notified. Who waits this way acquires
   * the lock again before it goes on; if it cannot, {@link Waiter#abandon} gives the notification
   * to the next one.
   *
   * @throws IllegalStateException if the lock is not held (by anyone)
   */
  public void waitFor(Waiter<Condition> waiter) {
    enter(WAIT);
    lock.requireHeld(WAIT);
    bind();
    waiters.add(waiter, null);
    lock.release();
  }

  private void acquireAgain(boolean notified) {
    Throwable last = null;
    for (boolean ended = false; !ended; ) {
      try {
        acquireAfter(last);
        ended = true;
      } catch (Throwable asked) { // also a checked one, by Task.throwInto
        if (last != null && !(last instanceof CancelledError) && last != asked) {
          asked.addSuppressed(last);
        }
        last = asked;
        ended = WaitQueue.isHopeless(asked);
      }
    }
    if (last != null) {
      if (notified) {
        passOn();
      }
      Condition.<RuntimeException>raise(last);
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // whatever it is
  private static <X extends Throwable> void raise(Throwable thrown) throws X {
    throw (X) thrown;
  }

  /** A cancel that a scope repeats must not end each attempt. */
  private void acquireAfter(@Nullable Throwable asked) {
    if (asked == null) {
      lock.acquire();
      return;
    }
    try (var _ = CancelScope.withoutRepeats()) {
      lock.acquire();
    }
  }

  /** Waits until {@code condition} holds; looks before the first wait and after each. */
  public void waitFor(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      waitFor();
    }
  }

  /** {@link #notify(int)} for one. */
  public void notifyOne() {
    notify(1);
  }

  /**
   * Wakes up to {@code count} waiters, in the order in which they came. They go on when the lock is
   * free.
   *
   * @throws IllegalStateException if the lock is not held (by anyone)
   */
  public void notify(int count) {
    enter("Condition.notify");
    lock.requireHeld("Condition.notify");
    for (int i = 0; i < count && waiters.serveFirst(this); i++) {}
  }

  /** Wakes everybody who waits. */
  public void notifyEveryone() {
    notify(waiters.size());
  }

  /** A notification whose receiver cannot use it any more is for the next one. */
  private void passOn() {
    waiters.serveFirst(this);
  }

  @Override
  public String toString() {
    return identity() + " on " + lock;
  }
}
