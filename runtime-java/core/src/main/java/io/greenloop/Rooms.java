package io.greenloop;

import io.greenloop.internal.loop.LoopCore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Who may use a loop: code that runs on it, and, while it does not run, the thread that created it
 * or ran it last. Any thread may ask.
 */
final class Rooms {
  private final EventLoop loop;
  private final LoopCore core;
  private final AtomicReference<@Nullable Claimant> claimant = new AtomicReference<>();
  private volatile Thread setupThread = Thread.currentThread();

  /** Keeps other threads from running or closing the loop meanwhile. */
  interface Claim extends AutoCloseable {
    @Override
    void close();
  }

  private record Claimant(Thread thread, boolean closes) {}

  Rooms(EventLoop loop, LoopCore core) {
    this.loop = loop;
    this.core = core;
  }

  /** Whether the caller may set the loop up. */
  private boolean isSetup() {
    return !core.isRunning() && Thread.currentThread() == setupThread;
  }

  /** For a caller that is not on the loop: throws unless it may set the loop up. */
  void checkSetup(String operation) {
    if (!isSetup()) {
      throw new WrongThreadException(
          operation
              + " on "
              + loop
              + " called from thread '"
              + Thread.currentThread().getName()
              + "'; use callSoonThreadsafe to hand work to the loop");
    }
  }

  void checkOpen(String operation) {
    if (core.isClosed()) {
      throw new LoopClosedException(
          operation + ": " + loop + " is closed; create a new one with EventLoop.create()");
    }
  }

  /**
   * Makes the calling thread the one that sets up, until another one does; it is about to run the
   * loop, which nobody else may do before the claim is closed.
   */
  Claim beginSetup(String operation) {
    checkOpen(operation);
    EventLoop here = EventLoop.runningHere();
    if (here != null) {
      throw new IllegalStateException(
          operation
              + " on "
              + loop
              + ": "
              + (here == loop ? "it" : here.toString())
              + " runs in this thread already; wait with join() instead");
    }
    Claim claim = tryClaim(false);
    if (claim == null) {
      throw new IllegalStateException(
          operation + ": " + loop + " runs already in another thread; use submit");
    }
    if (core.isClosed()) {
      claim.close();
      checkOpen(operation);
    }
    setupThread = Thread.currentThread();
    return claim;
  }

  /** Claims it to close it; null as in {@link #tryClaim}. */
  @Nullable Claim tryClaimForClose() {
    return tryClaim(true);
  }

  /** Whether another thread closes it, or has closed it. */
  boolean isBeingClosed() {
    Claimant present = claimant.get();
    return (present != null && present.closes()) || core.isClosed();
  }

  /** Null if the loop runs, or another thread has claimed it. A thread may claim it twice. */
  private @Nullable Claim tryClaim(boolean closes) {
    Thread caller = Thread.currentThread();
    if (core.isRunning()) {
      return null;
    }
    if (claimant.compareAndSet(null, new Claimant(caller, closes))) {
      return () -> claimant.set(null);
    }
    Claimant present = claimant.get();
    return present != null && present.thread() == caller ? () -> {} : null;
  }

  /** Does not return: says why the caller, which is no task, cannot wait. */
  Task<?> refuseWait(String operation) {
    if (core.isOnLoop()) {
      throw new IllegalStateException(
          operation
              + " on "
              + loop
              + " in a callback: there is no task to park; spawn one for code that waits");
    }
    checkSetup(operation);
    throw new IllegalStateException(
        operation + " on " + loop + ", which does not run; use runUntilComplete");
  }
}
