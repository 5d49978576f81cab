package io.greenloop;

import io.greenloop.internal.loop.LoopCore;

/**
 * Who may use a loop: code that runs on it, and, while it does not run, the thread that created it
 * or ran it last. Any thread may ask.
 */
final class Rooms {
  private final EventLoop loop;
  private final LoopCore core;
  private volatile Thread setupThread = Thread.currentThread();

  Rooms(EventLoop loop, LoopCore core) {
    this.loop = loop;
    this.core = core;
  }

  /** Whether the caller may set the loop up. */
  boolean isSetup() {
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

  /** Makes the calling thread the one that sets up; it is about to run the loop. */
  void beginSetup(String operation) {
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
    if (core.isRunning()) {
      throw new IllegalStateException(
          operation + ": " + loop + " runs already in another thread; use submit");
    }
    setupThread = Thread.currentThread();
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
