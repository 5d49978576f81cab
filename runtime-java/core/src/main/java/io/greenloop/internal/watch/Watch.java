package io.greenloop.internal.watch;

import io.greenloop.internal.fiber.RunningFiber;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.Strand;
import io.greenloop.internal.trace.UserFrames;
import io.greenloop.internal.vm.Mode;
import java.lang.System.Logger.Level;
import java.util.Collections;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** One run of one loop under watch; closing ends it. */
public final class Watch implements AutoCloseable {
  private static final Set<Thread.State> BLOCKED =
      EnumSet.of(Thread.State.BLOCKED, Thread.State.WAITING, Thread.State.TIMED_WAITING);
  private static final long NUDGE_NANOS = TimeUnit.MILLISECONDS.toNanos(150);
  private static final long SUSPICIOUS_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Watched watched;
  private final LoopCore core;
  private final Span span = new Span();
  private long lastSteps = -1;
  private long sinceNanos; // the look that first saw lastSteps
  private boolean suspicionLogged;
  private long logAtNanos;
  private final Set<StallListener> told = Collections.newSetFromMap(new IdentityHashMap<>());

  /** For the watchdog, and tests that look by hand. */
  public Watch(Watched watched) {
    this.watched = watched;
    this.core = watched.core();
    logAtNanos = Watchdog.LOG_NANOS;
  }

  @Override
  public void close() {
    span.end();
    Watchdog.forget(this);
  }

  /**
   * How long the run lasts. Holds no loop, so that a measurement may outlive the run. Any thread.
   */
  static final class Span {
    private long endNanos; // written before ended
    private volatile boolean ended;

    private void end() {
      endNanos = System.nanoTime();
      ended = true;
    }

    boolean hasEnded() {
      return ended;
    }

    /** {@link System#nanoTime} now, or at the end. */
    long nanosNowOrAtEnd() {
      return ended ? endNanos : System.nanoTime();
    }
  }

  /** From its beginning to its end. */
  Span span() {
    return span;
  }

  /** The loop. */
  public LoopCore core() {
    return core;
  }

  /** One look, at the time {@code now}. */
  public void look(long now) {
    long steps = core.steps();
    Strand holder = core.mountedStrand();
    boolean asleep = core.isAsleep();
    if (steps != lastSteps) {
      lastSteps = steps;
      sinceNanos = now;
      suspicionLogged = false;
      endStall();
    } else if (asleep) {
      endStall();
      lookForIdleness(now - sinceNanos);
    } else if (holder != null) {
      lookAtHolder(holder, now - sinceNanos);
    } else {
      nudgeCarrier(now - sinceNanos);
    }
  }

  /**
   * Code of the JDK that the carrier runs, such as a selector that closes channels, may want a
   * monitor. If the JDK has just promised that monitor to a strand of this very loop, the carrier
   * would wait for ever for a thread that only it can run: the monitor is free, but nobody tells
   * the carrier. An interrupt makes it try again. The carrier clears its flag before it sleeps and
   * when it mounts a strand. A strand that waits in {@code Object.wait} would hear one that came
   * later; so only a carrier is nudged that has stood still for more than one look.
   */
  private void nudgeCarrier(long heldNanos) {
    Thread carrier = core.carrier();
    if (heldNanos > NUDGE_NANOS
        && Mode.isFull()
        && carrier != null
        && carrier.getState() == Thread.State.BLOCKED) {
      carrier.interrupt();
    }
  }

  private void lookAtHolder(Strand holder, long heldNanos) {
    boolean logs = heldNanos >= logAtNanos;
    Stall seen = null;
    for (StallListener listener : Watchdog.listeners()) {
      if (heldNanos >= listener.thresholdNanos() && told.add(listener)) {
        seen = seen == null ? describe(holder, heldNanos) : seen;
        Watchdog.tell(listener, seen);
      }
    }
    if (logs) {
      seen = seen == null ? describe(holder, heldNanos) : seen;
      logAtNanos = 2 * heldNanos; // again when it has lasted twice as long
      System.getLogger("io.greenloop").log(Level.WARNING, seen.text());
    }
  }

  private Stall describe(Strand holder, long heldNanos) {
    Object owner = core.ownerSeenFromOutside();
    RunningFiber inside = RunningFiber.on(holder.thread(), core.carrier());
    return new Stall(
        core,
        watched.describe(owner),
        owner,
        inside.owner() == null ? null : inside.owner().toString(),
        heldNanos,
        !Mode.isFull() && BLOCKED.contains(inside.thread().getState()),
        UserFrames.of(inside.thread().getStackTrace()));
  }

  private void endStall() {
    told.clear();
    logAtNanos = Watchdog.LOG_NANOS;
  }

  private void lookForIdleness(long idleNanos) {
    if (!watched.isIdleWithoutReason()) {
      return;
    }
    if (idleNanos >= SUSPICIOUS_NANOS && !suspicionLogged) {
      suspicionLogged = true;
      System.getLogger("io.greenloop")
          .log(Level.WARNING, watched.suspicion(TimeUnit.NANOSECONDS.toSeconds(idleNanos)));
    }
  }
}
