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
  private volatile boolean asleep;

  Sleeper(Inbox inbox, Poller poller) {
    this.inbox = inbox;
    this.poller = poller;
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
    asleep = true;
    boolean arrived = !inbox.isEmpty() || poller.poll(nanos);
    asleep = false;
    return arrived || !inbox.isEmpty();
  }
}
