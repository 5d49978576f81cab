package io.greenloop.internal.loop;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The life of a loop's thread: created at the first run, idle between runs, ended by the close of
 * the loop. Any thread may ask for a run, one at a time, and waits for its end.
 */
final class Carrier {
  private final LoopCore loop;
  private @Nullable LoopThread thread;
  private volatile @Nullable Run requested;
  private volatile boolean running;

  /** One request to run, and how its caller learns of the end. */
  private static final class Run {
    static final Run CLOSE = new Run();
    final CountDownLatch ended = new CountDownLatch(1);
  }

  Carrier(LoopCore loop) {
    this.loop = loop;
  }

  /** Whether a run is under way. Any thread. */
  boolean isRunning() {
    return running;
  }

  /** The thread, once it exists. */
  @Nullable Thread thread() {
    return thread;
  }

  /**
   * Runs turns until the loop is stopped; {@code onInterrupt} is told of each interrupt meanwhile.
   */
  void run(Runnable onInterrupt) {
    LoopThread carrying = thread;
    if (carrying == null) {
      carrying = new LoopThread(loop, this::carry);
      thread = carrying;
      carrying.start();
    }
    var run = new Run();
    running = true;
    requested = run;
    LockSupport.unpark(carrying);
    uninterruptibly(run.ended::await, onInterrupt);
  }

  /** Ends the thread; no run is under way. */
  void end() {
    LoopThread carrying = thread;
    if (carrying != null) {
      requested = Run.CLOSE;
      LockSupport.unpark(carrying);
      uninterruptibly(carrying::join, () -> {});
    }
  }

  private void carry() {
    for (; ; ) {
      Run run = requested;
      if (run == null) {
        LockSupport.park(this);
        continue;
      }
      if (run == Run.CLOSE) {
        loop.endHub();
        loop.poller().close(); // here: what a kernel works on may belong to the thread
        return;
      }
      requested = null;
      loop.runTurns();
      running = false;
      run.ended.countDown();
    }
  }

  private interface Wait {
    void run() throws InterruptedException;
  }

  private static void uninterruptibly(Wait wait, Runnable onInterrupt) {
    boolean interrupted = false;
    for (boolean ended = false; !ended; ) {
      try {
        wait.run();
        ended = true;
      } catch (InterruptedException e) {
        interrupted = true;
        onInterrupt.run();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
