package io.greenloop.sync;

import io.greenloop.WaitQueue;
import io.greenloop.Waiter;
import org.jspecify.annotations.Nullable;

/** A flag that tasks wait for (Python: {@code asyncio.Event}). */
public final class Event extends LoopBound {
  private final WaitQueue<Event, @Nullable Void> waiters =
      new WaitQueue<>(this, (event, nothing) -> {});
  private boolean set;

  /** An event that is not set. */
  public Event() {}

  /**
   * Sets the flag and wakes everybody who waits now, in the order in which they came; a {@link
   * #clear} that follows does not put them to sleep again. No-op if it is set.
   */
  public void set() {
    enter("Event.set");
    if (!set) {
      set = true;
      waiters.serveAll(this);
    }
  }

  /** Takes the flag down. */
  public void clear() {
    enter("Event.clear");
    set = false;
  }

  /** Whether the flag is set. */
  public boolean isSet() {
    return set;
  }

  /** Parks the calling task until the flag is set; does not park if it is. */
  public void waitFor() {
    enter("Event.waitFor");
    if (!set) {
      bind();
      waiters.park("Event.waitFor", null);
    }
  }

  /** Serves {@code waiter} when the flag is set: in this call if it is. */
  public void waitFor(Waiter<Event> waiter) {
    enter("Event.waitFor");
    bind();
    waiters.add(waiter, null);
    if (set) {
      waiters.serveFirst(this);
    }
  }

  @Override
  public String toString() {
    return identity() + (set ? " (set)" : " (not set)");
  }
}
