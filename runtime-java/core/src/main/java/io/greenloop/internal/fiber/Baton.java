package io.greenloop.internal.fiber;

import io.greenloop.internal.vm.HostIdentity;
import io.greenloop.internal.vm.ThreadContext;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The right to run, given once to one waiting thread. What code may ask its thread for travels with
 * it: the host, the strand of the loop, the context variables, a pending interrupt.
 */
final class Baton {
  private final Thread waiting;
  private @Nullable Object strand;
  private @Nullable Object context;
  private @Nullable Host host;
  private boolean interrupted;
  private volatile boolean passed;

  Baton(Thread waiting) {
    this.waiting = waiting;
  }

  /** Lets the waiting thread run in place of the caller, which has to wait next, or end. */
  void pass() {
    strand = HostIdentity.get();
    context = ThreadContext.get();
    host = Host.current();
    synchronized (this) {
      interrupted = Thread.interrupted();
      passed = true;
    }
    LockSupport.unpark(waiting);
  }

  /**
   * Waits for {@link #pass}. An interrupt in the meantime is for whoever runs in our place: it goes
   * to {@code runner}, or is kept for later when nobody does.
   */
  void await(@Nullable Thread runner) {
    boolean kept = false;
    while (!passed) {
      LockSupport.park(this);
      if (Thread.interrupted()) {
        kept |= !forwarded(runner);
      }
    }
    HostIdentity.set(strand);
    ThreadContext.set(context);
    Host.adopt(Objects.requireNonNull(host));
    if (kept || interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Under the lock, so that the runner cannot pass the baton on without taking the interrupt along.
   */
  private synchronized boolean forwarded(@Nullable Thread runner) {
    if (runner == null || passed) {
      return false;
    }
    runner.interrupt();
    return true;
  }
}
