package io.greenloop.gevent;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A flag to wait for (Python: {@code gevent.event.Event}).
 *
 * <p>Setting it wakes those who wait then, in the order in which they came, in a later turn; also
 * if it is cleared at once.
 *
 * <p><b>Room:</b> the loop it belongs to; {@link #set} from any thread.
 */
public final class Event extends Linkable<Event> implements Waitable<Event> {
  private volatile boolean flag;

  /** An event that is not set. It belongs to the loop that waits for it first. */
  public Event() {
    super(false);
  }

  @Override
  Event self() {
    return this;
  }

  /** Sets it, until {@link #clear}. From another thread: in a later turn of its loop. */
  public void set() {
    change("set", this::setHere);
  }

  private void setHere() {
    flag = true;
    notifyIfReady();
  }

  /** Takes the flag back. */
  public void clear() {
    flag = false;
  }

  /** Whether it is set. */
  public boolean isSet() {
    return flag;
  }

  @Override
  public boolean isReady() {
    return flag;
  }

  /**
   * Waits until it is set (Python: {@code wait}); at once if it is.
   *
   * @throws BlockingSwitchOutError in the hub
   */
  public void await() {
    awaitWithin(null);
  }

  /**
   * {@link #await()}, at most {@code limit}; zero or less: until the loop comes to its timers.
   *
   * @return whether it was set in time, even if it is clear by now
   */
  public boolean await(Duration limit) {
    return awaitWithin(limit);
  }

  private boolean awaitWithin(@Nullable Duration limit) {
    if (flag) {
      letOthersGoFirst("Event.await");
      return true;
    }
    return awaitLink("Event.await", limit);
  }

  @Override
  public String toString() {
    return "event@"
        + Integer.toHexString(System.identityHashCode(this))
        + (flag ? " (set)" : " (clear)");
  }
}
