package io.greenloop.internal.loop;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How the carrier falls asleep and is woken, without a lost wake-up and without a system call where
 * nobody sleeps.
 *
 * <p>The sleeper says that it sleeps, then looks into the inbox once more; who pushes, pushes first
 * and then looks whether somebody sleeps. Both are volatile, so at least one sees the other.
 */
final class Sleeper {
  private static final VarHandle ASLEEP;

  static {
    try {
      ASLEEP = MethodHandles.lookup().findVarHandle(Sleeper.class, "asleep", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Inbox inbox;
  private final Poller poller;
  private final long spinNanos;
  private volatile boolean asleep;

  Sleeper(Inbox inbox, Poller poller, long spinNanos) {
    this.inbox = inbox;
    this.poller = poller;
    this.spinNanos = spinNanos;
  }

  /** Any thread; may be out of date at once. */
  boolean isAsleep() {
    return asleep;
  }

  /** Any thread, after a push. Of many who come at once, one makes the system call. */
  void wake(Carrier carrier) {
    if (asleep && ASLEEP.compareAndSet(this, true, false)) {
      poller.wakeup(carrier.thread());
    }
  }

  /**
   * Carrier: waits for something to arrive.
   *
   * @return whether something arrived before {@code nanos} were over
   */
  boolean sleep(long nanos) throws IOException {
    long left = nanos;
    if (spinNanos > 0) {
      long start = System.nanoTime();
      if (poller.spin(Math.min(spinNanos, nanos), inbox)) {
        return true;
      }
      left = nanos == Long.MAX_VALUE ? nanos : nanos - (System.nanoTime() - start);
    }
    if (left <= 0) {
      return !inbox.isEmpty();
    }
    asleep = true;
    boolean arrived = !inbox.isEmpty() || poller.poll(left);
    asleep = false;
    return arrived || !inbox.isEmpty();
  }
}
