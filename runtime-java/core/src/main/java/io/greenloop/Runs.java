package io.greenloop;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.watch.Watchdog;
import org.jspecify.annotations.Nullable;

/** The runs of one loop, one at a time: what each is for, how it begins and how it ends. */
final class Runs {
  private final EventLoop loop;
  private final LoopCore core;
  private final Rooms rooms;
  private volatile @Nullable LoopFuture<?> awaited;
  private volatile @Nullable Object untilStopped; // the latest run of that kind
  private boolean reportsDeadLock;

  Runs(EventLoop loop, LoopCore core, Rooms rooms) {
    this.loop = loop;
    this.core = core;
    this.rooms = rooms;
  }

  /** Runs until {@code future} is done; the caller has claimed the loop. */
  <T extends @Nullable Object> T untilDone(LoopFuture<T> future) {
    // A fatal end leaves this callback queued: it must not stop the next run.
    Registration stopWhenDone =
        future.whenDone(
            f -> {
              if (awaited == future) {
                core.stop();
              }
            });
    awaited = future;
    try {
      run(() -> cancelFromOutside(future));
    } finally {
      awaited = null;
      stopWhenDone.remove();
    }
    if (!future.isDone()) {
      throw new IllegalStateException(
          "runUntilComplete: " + loop + " was stopped before " + future + " was done");
    }
    return future.outcomeForWaiter();
  }

  /** Runs until stopped. */
  void untilStopped() {
    try (var _ = rooms.beginSetup("runForever");
        var _ = Interruption.of(loop, Interruption.isHandledHere())) {
      var thisRun = new Object();
      untilStopped = thisRun;
      // An interrupt at the very end leaves its entry queued: it must not stop the next run.
      run(() -> core.post((Runnable) () -> stopIfPresent(thisRun), null));
    }
  }

  private void stopIfPresent(Object run) {
    if (untilStopped == run) {
      core.stop();
    }
  }

  private void run(Runnable onInterrupt) {
    try (var _ = Watchdog.watch(new WatchedRun(loop))) {
      Throwable fatal = core.run(onInterrupt);
      if (fatal != null) {
        throw Unchecked.raise(fatal);
      }
    }
  }

  private void cancelFromOutside(LoopFuture<?> future) {
    core.post(
        (Runnable) () -> future.cancel("the thread that runs the loop was interrupted"), null);
  }

  // ---- dead-locks --------------------------------------------------------------------------

  /** What the present run is for: a dead-lock is reported to it. Null if until stopped. */
  @Nullable LoopFuture<?> awaited() {
    return awaited;
  }

  /** Whether a dead-lock is only reported, where main would get {@link LoopExit}. */
  boolean reportsDeadLock() {
    return reportsDeadLock;
  }

  void reportDeadLock(boolean reports) {
    reportsDeadLock = reports;
  }

  /** Whether a run for something sleeps without timer, I/O or job. Any thread: may be outdated. */
  boolean isIdleWithoutReason() {
    return awaited != null
        && core.pendingTimers() == 0
        && core.outsideJobs() == 0
        && core.poller().interests() == 0;
  }
}
