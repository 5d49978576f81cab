package io.greenloop.gevent;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Calls something in the hub when something happens (Python: the watchers of {@code gevent.core}).
 * Closing it stops it for good. One that is started keeps the program alive, unless {@link #unref}
 * was called.
 *
 * <p><b>Room:</b> the loop.
 */
public abstract class Watcher implements AutoCloseable {
  private final Hub hub;
  private boolean ref = true;
  private boolean active;
  private boolean closed;
  private @Nullable Runnable callback;
  private @Nullable Waiter<Boolean> awaited;

  Watcher(Hub hub) {
    this.hub = hub;
  }

  final Hub hub() {
    return hub;
  }

  /** Begins to watch. */
  abstract void begin();

  /** Ends to watch. */
  abstract void end();

  /**
   * Calls {@code callback} each time it fires. One that is started already calls that from now on.
   *
   * @throws IllegalStateException if it is closed
   */
  public void start(Runnable callback) {
    this.callback = Objects.requireNonNull(callback, "callback");
    if (closed) {
      throw new IllegalStateException("start: " + this + " is closed; make a new one");
    }
    if (!active) {
      active = true;
      try {
        begin();
      } catch (Throwable refused) {
        stop();
        throw refused;
      }
    }
  }

  /** Ends; it may be started again. Idempotent. */
  public void stop() {
    if (active) {
      active = false;
      end();
    }
    callback = null;
  }

  /** {@link #stop}, for good. */
  @Override
  public void close() {
    stop();
    closed = true;
  }

  /** It keeps nothing alive from its next start on (Python: {@code ref=False}); returns this. */
  public Watcher unref() {
    ref = false;
    return this;
  }

  /** Whether it keeps the program alive while it is started. */
  public final boolean isRef() {
    return ref;
  }

  /** Whether it is started. */
  public final boolean isActive() {
    return active;
  }

  /** Whether what it calls is set. */
  public final boolean hasCallback() {
    return callback != null;
  }

  /** It fired; in the hub. */
  final void fire() {
    Runnable target = callback;
    if (active && target != null) {
      call(target);
    }
  }

  /** It fires for the last time: its callback may start it again. */
  final void fireLast() {
    Runnable target = callback;
    if (active && target != null) {
      active = false;
      callback = null;
      call(target);
    }
  }

  private void call(Runnable target) {
    try {
      target.run();
    } catch (Throwable thrown) {
      hub.handleError(this, thrown);
    }
  }

  // ---- being waited for --------------------------------------------------------------------

  final void awaitIn(Hub waiting) {
    awaitWithin(waiting, null);
  }

  /** Who waits for it, in words. */
  final String user() {
    Waiter<Boolean> waiter = awaited;
    return waiter == null ? "somebody" : waiter.waitingInWords();
  }

  /** Waits until it fires; false if {@code limit} is over before. */
  final boolean awaitWithin(Hub waiting, @Nullable Duration limit) {
    waiting.checkMayWait("Hub.await");
    if (callback != null) {
      throw new ConcurrentObjectUseError(
          "await: " + this + " is used by somebody else already; make one for each wait");
    }
    Waiter<Boolean> waiter = new Waiter<>(waiting, "", this);
    awaited = waiter;
    start(() -> waiter.switchTo(true));
    try {
      boolean fired = waiter.awaitWithin(limit);
      return fired && waiter.get();
    } finally {
      awaited = null;
      stop();
    }
  }

  final void cancelWait(Throwable error) {
    Waiter<Boolean> waiter = awaited;
    if (waiter != null) {
      hub.runCallback(
          () -> {
            if (awaited == waiter) {
              waiter.throwInto(error);
            }
          });
    }
  }

  @Override
  public String toString() {
    return getClass().getSimpleName()
        + "@"
        + Integer.toHexString(System.identityHashCode(this))
        + (closed ? " (closed)" : active ? " (active)" : " (stopped)");
  }
}
