package io.greenloop.inspect;

import io.greenloop.EventLoop;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopCores;
import io.greenloop.internal.watch.Lag;
import io.greenloop.internal.watch.LagProbes;
import java.time.Duration;

/**
 * Numbers of one loop, live: each call reads the present value. They are counters that the loop
 * keeps anyway; only the lag is measured for this, ten times a second while the loop is busy.
 * {@code greenloop-micrometer} hands them to Micrometer.
 *
 * <p><b>Room:</b> any thread; a value may be out of date at once.
 */
public final class LoopMetrics {
  private final EventLoop loop;
  private final LoopCore core;
  private final Lag lag;

  private LoopMetrics(EventLoop loop) {
    this.loop = loop;
    core = LoopCores.of(loop);
    lag = LagProbes.measure(core);
  }

  /** The numbers of {@code loop}; its lag is measured from now on. */
  public static LoopMetrics of(EventLoop loop) {
    return new LoopMetrics(loop);
  }

  /** The name of the loop. */
  public String loopName() {
    return core.name();
  }

  /** Unfinished tasks. */
  public int tasks() {
    return loop.allTasks().size();
  }

  /** Entries that are ready to run, from any source but other threads. */
  public int readyEntries() {
    return core.readyEntries();
  }

  /** Timers that have not fired: sleeps, time limits, {@code callLater}. */
  public int pendingTimers() {
    return core.pendingTimers();
  }

  /** Jobs in executors and processes that the loop waits for. */
  public int outsideJobs() {
    return core.outsideJobs();
  }

  /** Tasks that are parked in blocking calls outside of Greenloop (with the JVM flags). */
  public int parkedOutside() {
    return core.foreignParked();
  }

  /** Steps of tasks and callbacks since the loop was made; only grows. */
  public long steps() {
    return core.steps();
  }

  /**
   * How long an entry that became ready had to wait for its turn, measured last; if the present one
   * waits longer, its time so far. Zero on virtual time.
   */
  public Duration lag() {
    return Duration.ofNanos(lag.nanos());
  }

  /** The longest {@link #lag} since it is measured. */
  public Duration longestLag() {
    return Duration.ofNanos(lag.mostNanos());
  }

  @Override
  public String toString() {
    return "loop '"
        + loopName()
        + "': "
        + tasks()
        + " tasks, "
        + readyEntries()
        + " ready, "
        + pendingTimers()
        + " timers, lag "
        + lag();
  }
}
