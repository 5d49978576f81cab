package io.greenloop.gevent;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Items between greenlets, first in, first out (Python: {@code gevent.queue.SimpleQueue}); the base
 * of the other queues.
 *
 * <p>Those who wait on either side are served in the order in which they came. An item is taken
 * when the greenlet that gets it runs, so none is lost with a greenlet that is killed.
 *
 * <p>In the hub, where nobody can wait, {@link #offer} and {@link #poll} hand over to those who
 * wait at once.
 *
 * <p><b>Room:</b> the loop on which it was made.
 *
 * @param <T> the items
 */
public class SimpleQueue<T> implements Iterable<T> {
  /** No bound. */
  static final int UNBOUNDED = Integer.MAX_VALUE;

  private final Hub hub;
  private int maxSize;
  final Items<T> items;
  private final ArrayDeque<Getter> getters = new ArrayDeque<>();
  private final ArrayDeque<Putter<T>> putters = new ArrayDeque<>();
  private boolean unlocking; // from its scheduling to its end
  private boolean closed; // no more items come
  private boolean shutDown;

  /** Somebody who waits for an item. */
  private static final class Getter extends Waiter<Boolean> {
    Getter(Hub hub, Object queue) {
      super(hub, "an item of ", queue);
    }
  }

  /** Somebody who waits for room, and what it brings. */
  private static final class Putter<T> extends Waiter<Boolean> {
    final T item;

    Putter(Hub hub, Object queue, T item) {
      super(hub, "room in ", queue);
      this.item = item;
    }
  }

  /** An unbounded queue. */
  public SimpleQueue() {
    this(UNBOUNDED, new Items.Line<>(List.of(), false));
  }

  /** A queue for at most {@code max} items; zero or less: no bound, as in gevent. */
  public SimpleQueue(int max) {
    this(max, new Items.Line<>(List.of(), false));
  }

  SimpleQueue(int max, Items<T> items) {
    hub = Hub.of("new " + getClass().getSimpleName());
    maxSize = max <= 0 ? UNBOUNDED : max;
    this.items = items;
  }

  /** A queue that holds {@code items}, without a bound. */
  public static <T> SimpleQueue<T> of(Collection<? extends T> items) {
    return new SimpleQueue<>(UNBOUNDED, new Items.Line<>(items, false));
  }

  final Hub hub() {
    return hub;
  }

  // ---- putting -----------------------------------------------------------------------------

  /**
   * Adds an item; waits for room.
   *
   * @throws ShutDownException after {@link #shutdown}
   * @throws BlockingSwitchOutError in the hub, if there is no room
   */
  public void put(T item) {
    if (!putWithin("put", item, null)) {
      throw new IllegalStateException("put: a wait without a limit cannot end by one");
    }
  }

  /**
   * {@link #put(Object)}, at most {@code limit}.
   *
   * @throws QueueFull when that is over
   * @throws IllegalArgumentException if {@code limit} is negative
   */
  public void put(T item, Duration limit) {
    if (!putWithin("put", item, notNegative("put", limit))) {
      throw new QueueFull("put: no room in " + this + " within " + limit);
    }
  }

  /** Adds an item if there is room (Python: {@code put_nowait}); returns whether it did. */
  public boolean offer(T item) {
    hub.checkHere("offer", this);
    checkOpen("offer");
    if (hasRoom()) {
      add(item);
      return true;
    }
    if (!hub.isHere()) {
      return false;
    }
    while (!getters.isEmpty() && size() > 0 && !hasRoom()) {
      resume(getters.poll());
    }
    if (hasRoom()) {
      addItem(item);
      return true;
    }
    return false;
  }

  /** {@link #offer}, but throws {@link QueueFull}. */
  public void putNow(T item) {
    if (!offer(item)) {
      throw new QueueFull("putNow: no room in " + this);
    }
  }

  private boolean putWithin(String operation, T item, @Nullable Duration limit) {
    hub.checkHere(operation, this);
    checkOpen(operation);
    if (hasRoom()) {
      add(item);
      return true;
    }
    hub.checkMayWait(operation);
    Putter<T> putter = new Putter<>(hub, this, item);
    putters.add(putter);
    try {
      if (!getters.isEmpty()) {
        scheduleUnlock();
      }
      return awaitServed(putter, limit);
    } finally {
      putters.remove(putter);
    }
  }

  private void add(T item) {
    addItem(item);
    if (!getters.isEmpty()) {
      scheduleUnlock();
    }
  }

  /** Where all items come in. */
  void addItem(T item) {
    items.add(item);
  }

  // ---- getting -----------------------------------------------------------------------------

  /**
   * Removes an item; waits for one.
   *
   * @throws ShutDownException after {@link #shutdown}, when it is empty
   * @throws NoSuchElementException after {@link #close}, when it is empty
   * @throws BlockingSwitchOutError in the hub, if there is none
   */
  public T get() {
    return take("get", null, items::remove);
  }

  /**
   * {@link #get()}, at most {@code limit}.
   *
   * @throws QueueEmpty when that is over
   * @throws IllegalArgumentException if {@code limit} is negative
   */
  public T get(Duration limit) {
    return take("get", notNegative("get", limit), items::remove);
  }

  /** Removes an item if there is one (Python: {@code get_nowait}). */
  public Optional<T> poll() {
    return takeNow(items::remove);
  }

  /** {@link #poll}, but throws {@link QueueEmpty}. */
  public T getNow() {
    return poll().orElseThrow(() -> new QueueEmpty("getNow: no item in " + this));
  }

  /** The next item, which stays; waits for one. */
  public T peek() {
    return take("peek", null, items::first);
  }

  /**
   * {@link #peek()}, at most {@code limit}.
   *
   * @throws QueueEmpty when that is over
   */
  public T peek(Duration limit) {
    return take("peek", notNegative("peek", limit), items::first);
  }

  /** The next item, which stays; empty if there is none (Python: {@code peek_nowait}). */
  public Optional<T> peekNow() {
    return takeNow(items::first);
  }

  private Optional<T> takeNow(Supplier<T> how) {
    hub.checkHere("poll", this);
    if (size() == 0 && hub.isHere()) {
      for (var putter = putters.poll(); putter != null; putter = putters.poll()) {
        addItem(putter.item);
        resume(putter);
        if (size() > 0) {
          break;
        }
      }
    }
    if (size() == 0) {
      if (shutDown) {
        throw new ShutDownException("get: " + this + " is shut down");
      }
      return Optional.empty();
    }
    if (!putters.isEmpty()) {
      scheduleUnlock();
    }
    return Optional.of(how.get());
  }

  private T take(String operation, @Nullable Duration limit, Supplier<T> how) {
    hub.checkHere(operation, this);
    if (size() > 0 && !putters.isEmpty()) {
      scheduleUnlock();
    }
    while (size() == 0) { // on a plain thread others may run between its turn and its return
      awaitItem(operation, limit);
    }
    return how.get();
  }

  private void awaitItem(String operation, @Nullable Duration limit) {
    checkMore(operation);
    hub.checkMayWait(operation);
    Getter getter = new Getter(hub, this);
    getters.add(getter);
    try {
      if (!putters.isEmpty()) {
        scheduleUnlock();
      }
      if (!awaitServed(getter, limit)) {
        throw new QueueEmpty(operation + ": no item in " + this + " within " + limit);
      }
    } finally {
      getters.remove(getter);
    }
  }

  private static boolean awaitServed(Waiter<Boolean> waiter, @Nullable Duration limit) {
    if (!waiter.awaitWithin(limit)) {
      return false;
    }
    waiter.get(); // throws what ended the wait instead
    return true;
  }

  private static Duration notNegative(String operation, Duration limit) {
    if (limit.isNegative()) {
      throw new IllegalArgumentException(operation + ": limit = " + limit + " (expected >= 0)");
    }
    return limit;
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
      boolean again = true;
      while (again) {
        again = false;
        if (!putters.isEmpty() && hasRoom()) {
          again = true;
          admit(putters.remove());
        }
        if (!getters.isEmpty() && size() > 0) {
          again = true;
          resume(getters.poll());
        }
      }
    } finally {
      unlocking = false;
    }
    endIfDrained();
  }

  private void admit(Putter<T> putter) {
    try {
      addItem(putter.item);
    } catch (RuntimeException refused) { // by a comparator
      putter.throwInto(refused);
      return;
    }
    resume(putter);
  }

  private static void resume(@Nullable Waiter<Boolean> waiter) {
    if (waiter != null) {
      waiter.switchTo(true);
    }
  }

  // ---- ending ------------------------------------------------------------------------------

  /**
   * No more items come: a loop over this queue ends when it is empty (Python: {@code
   * put(StopIteration)}). Those who wait for an item get a {@link NoSuchElementException}.
   */
  public void close() {
    closed = true;
    endIfDrained();
  }

  /** {@link #shutdown(boolean)} that lets the items be taken. */
  public void shutdown() {
    shutdown(false);
  }

  /**
   * Refuses more items with {@link ShutDownException}, also to those who wait for room; a {@code
   * get} of an empty queue throws it, too.
   *
   * @param immediate whether the items are dropped
   */
  public void shutdown(boolean immediate) {
    shutDown = true;
    if (immediate) {
      dropItems();
    }
    endIfDrained();
    for (var putter = putters.poll(); putter != null; putter = putters.poll()) {
      fail(putter, new ShutDownException("put: " + this + " is shut down"));
    }
  }

  /** For a shutdown that does not wait for the items. */
  void dropItems() {
    while (size() > 0) {
      items.remove();
    }
  }

  /** Those who still wait for an item when none is left, and none comes, are told so. */
  private void endIfDrained() {
    if ((closed || shutDown) && size() == 0) {
      for (var getter = getters.poll(); getter != null; getter = getters.poll()) {
        fail(
            getter,
            shutDown
                ? new ShutDownException("get: " + this + " is shut down")
                : new NoSuchElementException("get: " + this + " is closed, and empty"));
      }
    }
  }

  private void fail(Waiter<Boolean> waiter, RuntimeException failure) {
    if (hub.isHere()) {
      waiter.throwInto(failure);
    } else {
      hub.runCallback(() -> waiter.throwInto(failure));
    }
  }

  private void checkOpen(String operation) {
    if (shutDown) {
      throw new ShutDownException(operation + ": " + this + " is shut down");
    }
    if (closed) {
      throw new IllegalStateException(operation + ": " + this + " is closed; no more items come");
    }
  }

  private void checkMore(String operation) {
    if (shutDown) {
      throw new ShutDownException(operation + ": " + this + " is shut down");
    }
    if (closed) {
      throw new NoSuchElementException(operation + ": " + this + " is closed, and empty");
    }
  }

  /** Takes the items one by one, waiting for each, until {@link #close} and the last one. */
  @Override
  public Iterator<T> iterator() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        if (size() > 0) {
          return true;
        }
        if (closed) {
          return false;
        }
        try {
          peek();
          return true;
        } catch (NoSuchElementException ended) {
          return false;
        }
      }

      @Override
      public T next() {
        return get();
      }
    };
  }

  // ---- looking -----------------------------------------------------------------------------

  /** How many items there are. */
  public int size() {
    return items.size();
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return size() == 0;
  }

  /** Whether there is no room. */
  public boolean isFull() {
    return !hasRoom();
  }

  private boolean hasRoom() {
    return size() < maxSize;
  }

  /** The bound; empty if there is none. */
  public Optional<Integer> maxSize() {
    return maxSize == UNBOUNDED ? Optional.empty() : Optional.of(maxSize);
  }

  /** Changes the bound; zero or less: none. */
  public void setMaxSize(int max) {
    maxSize = max <= 0 ? UNBOUNDED : max;
    if (!putters.isEmpty()) {
      scheduleUnlock();
    }
  }

  final int bound() {
    return maxSize;
  }

  /** Another queue of this kind, with this bound and these items. */
  public SimpleQueue<T> copy() {
    return new SimpleQueue<>(maxSize, items.copy());
  }

  @Override
  public String toString() {
    return getClass().getSimpleName()
        + "@"
        + Integer.toHexString(System.identityHashCode(this))
        + " ("
        + size()
        + (maxSize == UNBOUNDED ? "" : " of " + maxSize)
        + " items"
        + (getters.isEmpty() ? "" : ", " + getters.size() + " getting")
        + (putters.isEmpty() ? "" : ", " + putters.size() + " putting")
        + (shutDown ? ", shut down" : closed ? ", closed" : "")
        + ")";
  }
}
