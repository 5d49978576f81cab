package io.greenloop.eventlet;

import io.greenloop.Handle;
import io.greenloop.eventlet.internal.Hubs;
import io.greenloop.eventlet.internal.Life;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A callback of the hub that waits for its time (Python: {@code eventlet.hubs.timer.Timer}). */
public final class Timer implements AutoCloseable {
  private final Hub hub;
  private final Runnable callback;
  private final @Nullable Life life;
  private final StackTraceElement[] madeAt;
  private final Duration due;
  private @Nullable Handle handle;

  Timer(Hub hub, Duration delay, Runnable callback, @Nullable Life life) {
    this.hub = hub;
    this.callback = callback;
    this.life = life;
    madeAt = EventletDebug.stackIf(EventletDebug.recordsTimerStacks());
    due = hub.loop().time().plus(delay);
    // With no delay it keeps its place among what is spawned: for eventlet, both are timers.
    handle =
        delay.isZero() || delay.isNegative()
            ? hub.loop().callSoon(this::fire)
            : hub.loop().callLater(delay, this::fire);
    hub.timers.add(this);
  }

  private void fire() {
    ended();
    if (life != null && !life.isAlive()) {
      return;
    }
    try {
      callback.run();
    } catch (Throwable thrown) {
      Hubs.threw(hub.loop(), this, null, thrown, EventletDebug.reportsExceptions());
    }
  }

  private void ended() {
    handle = null;
    hub.timers.remove(this);
  }

  /** Takes it back; idempotent. Loop. */
  public void cancel() {
    Handle waiting = handle;
    if (waiting != null) {
      ended();
      waiting.cancel();
    }
  }

  /** {@link #cancel}. */
  @Override
  public void close() {
    cancel();
  }

  /** Whether it will still fire. */
  public boolean isPending() {
    return handle != null;
  }

  /** Where it was made, if that is recorded: {@link EventletDebug#hubTimerStacks}. */
  StackTraceElement[] madeAt() {
    return madeAt;
  }

  @Override
  public String toString() {
    Handle waiting = handle;
    return "timer@"
        + Integer.toHexString(System.identityHashCode(this))
        + (waiting == null ? " (over)" : " (due at " + due.toMillis() + " ms)");
  }
}
