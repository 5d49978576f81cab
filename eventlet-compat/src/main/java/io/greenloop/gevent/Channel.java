package io.greenloop.gevent;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A queue without room: each put waits for a get (Python: {@code gevent.queue.Channel}).
 *
 * <p><b>Room:</b> the loop on which it was made.
 *
 * @param <T> the items
 */
public final class Channel<T> implements Iterable<T> {
  private final Hub hub = Hub.of("new Channel");
  private final ArrayDeque<Waiter<T>> getters = new ArrayDeque<>();
  private final ArrayDeque<Putter<T>> putters = new ArrayDeque<>();
  private boolean unlocking; // from its scheduling to its end
  private boolean closed;

  /** Somebody who waits for a getter, and what it brings. */
  private static final class Putter<T> extends Waiter<Boolean> {
    final T item;

    Putter(Hub hub, Object channel, T item) {
      super(hub, "a taker of ", channel);
      this.item = item;
    }
  }

  /** A channel that nobody uses yet. */
  public Channel() {}

  // ---- putting -----------------------------------------------------------------------------

  /** Hands {@code item} over; waits for somebody who takes it. */
  public void put(T item) {
    putWithin(item, null);
  }

  /**
   * {@link #put(Object)}, at most {@code limit}.
   *
   * @throws QueueFull when that is over
   */
  public void put(T item, Duration limit) {
    if (!putWithin(item, limit)) {
      throw new QueueFull("put: nobody takes from " + this + " within " + limit);
    }
  }

  /**
   * Hands {@code item} over to somebody who waits for it (Python: {@code put_nowait}); in a
   * greenlet others get a turn to take it.
   *
   * @return whether somebody took it
   */
  public boolean offer(T item) {
    if (hub.isHere()) {
      checkOpen();
      Waiter<T> getter = getters.poll();
      if (getter != null) {
        getter.switchTo(item);
      }
      return getter != null;
    }
    return putWithin(item, Duration.ZERO);
  }

  private boolean putWithin(T item, @Nullable Duration limit) {
    checkOpen();
    hub.checkMayWait("Channel.put");
    Putter<T> putter = new Putter<>(hub, this, item);
    putters.add(putter);
    boolean taken = false;
    try {
      if (!getters.isEmpty()) {
        scheduleUnlock();
      }
      putter.awaitWithin(limit);
    } finally {
      taken = !putters.remove(putter); // the limit may come between a callback's poll and its turn
    }
    return taken;
  }

  private void checkOpen() {
    hub.checkHere("put", this);
    if (closed) {
      throw new IllegalStateException("put: " + this + " is closed; no more items come");
    }
  }

  // ---- getting -----------------------------------------------------------------------------

  /**
   * Takes an item; waits for somebody who brings one.
   *
   * @throws NoSuchElementException once it is closed
   */
  public T get() {
    Waiter<T> getter = getWithin(null);
    return getter.get();
  }

  /**
   * {@link #get()}, at most {@code limit}.
   *
   * @throws QueueEmpty when that is over
   */
  public T get(Duration limit) {
    Waiter<T> getter = getWithin(limit);
    if (!getter.isReady()) {
      throw new QueueEmpty("get: nobody puts into " + this + " within " + limit);
    }
    return getter.get();
  }

  /**
   * Takes an item that somebody holds out (Python: {@code get_nowait}); in a greenlet others get a
   * turn to bring one.
   */
  public Optional<T> poll() {
    hub.checkHere("get", this);
    if (hub.isHere()) {
      Putter<T> putter = putters.poll();
      if (putter == null) {
        return Optional.empty();
      }
      hub.runCallback(() -> putter.switchTo(true));
      return Optional.of(putter.item);
    }
    Waiter<T> getter = getWithin(Duration.ZERO);
    return getter.isReady() ? Optional.of(getter.get()) : Optional.empty();
  }

  private Waiter<T> getWithin(@Nullable Duration limit) {
    hub.checkHere("get", this);
    if (closed && putters.isEmpty()) {
      throw new NoSuchElementException("get: " + this + " is closed");
    }
    hub.checkMayWait("Channel.get");
    Waiter<T> getter = new Waiter<>(hub, "an item of ", this);
    getters.add(getter);
    boolean got = false;
    try {
      if (!putters.isEmpty()) {
        scheduleUnlock();
      }
      got = getter.awaitWithin(limit);
    } finally {
      if (!got) {
        getters.remove(getter);
      }
    }
    return getter;
  }

  // ---- hand-over ---------------------------------------------------------------------------

  private void scheduleUnlock() {
    if (!unlocking) {
      unlocking = true;
      hub.runCallback(this::unlock);
    }
  }

  private void unlock() {
    try {
      while (!putters.isEmpty() && !getters.isEmpty()) {
        Waiter<T> getter = getters.remove();
        Putter<T> putter = putters.remove();
        getter.switchTo(putter.item);
        putter.switchTo(true);
      }
    } finally {
      unlocking = false;
    }
  }

  // ---- ending and looking ------------------------------------------------------------------

  /** No more items come: a loop over this channel ends (Python: {@code put(StopIteration)}). */
  public void close() {
    closed = true;
    for (var getter = getters.poll(); getter != null; getter = getters.poll()) {
      Waiter<T> ended = getter;
      hub.runCallback(
          () -> ended.throwInto(new NoSuchElementException("get: " + this + " is closed")));
    }
  }

  /** Takes items until {@link #close}. */
  @Override
  public Iterator<T> iterator() {
    return new Iterator<>() {
      private @Nullable T next;

      @Override
      public boolean hasNext() {
        if (next == null) {
          try {
            next = get();
          } catch (NoSuchElementException ended) {
            return false;
          }
        }
        return true;
      }

      @Override
      public T next() {
        T item = hasNext() ? next : null;
        next = null;
        if (item == null) {
          throw new NoSuchElementException("next: the channel is closed");
        }
        return item;
      }
    };
  }

  /** How many wait to put, less how many wait to get. */
  public int balance() {
    return putters.size() - getters.size();
  }

  /** It holds nothing: 0. */
  public int size() {
    return 0;
  }

  /** Always true. */
  public boolean isEmpty() {
    return true;
  }

  /** Always true. */
  public boolean isFull() {
    return true;
  }

  @Override
  public String toString() {
    return "channel@"
        + Integer.toHexString(System.identityHashCode(this))
        + " ("
        + getters.size()
        + " getting, "
        + putters.size()
        + " putting"
        + (closed ? ", closed" : "")
        + ")";
  }
}
