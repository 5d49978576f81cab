package io.greenloop.eventlet;

import io.greenloop.EventLoop;
import io.greenloop.WaitQueue;
import io.greenloop.eventlet.internal.Hubs;
import io.greenloop.eventlet.internal.Limits;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A queue between green threads, without bookkeeping of what is done (Python: {@code
 * eventlet.queue.LightQueue}). A size of 0 makes a channel: an item passes when somebody gets it.
 *
 * <p>A put with room and a get with an item never yield. What a waiting side gets is decided in a
 * turn of the hub, all of it in one: until then an item that was put is in the queue, and a get
 * that comes meanwhile takes it. Both sides are served first come, first served; one that is killed
 * or out of time leaves the line, and loses nothing.
 *
 * <p>Differs from eventlet: a channel's {@link #poll} succeeds while a putter waits, as its {@link
 * #offer} does while a getter waits.
 *
 * <p><b>Room:</b> loop; in a callback what need not wait.
 *
 * @param <T> the items, never null
 */
@SuppressWarnings("this-escape") // into what its waiters are reported to wait for
public class LightQueue<T> {
  private final WaitQueue<T, @Nullable Void> getters =
      new WaitQueue<>(this, (item, nothing) -> giveBack(item));
  private final WaitQueue<@Nullable Void, Offered<T>> putters =
      new WaitQueue<>(this, (value, brought) -> {});
  private final ArrayDeque<T> items = new ArrayDeque<>();
  private int maxSize;
  private boolean unlockQueued;

  /** The item of a putter that waits; null once it has been passed on. */
  private static final class Offered<T> {
    @Nullable T item;
    final boolean untilRoom; // or until the hub's turn only

    Offered(T item, boolean untilRoom) {
      this.item = item;
      this.untilRoom = untilRoom;
    }
  }

  /**
   * A queue for at most {@code maxSize} items.
   *
   * @param maxSize 0 for a channel, negative for no limit
   */
  public LightQueue(int maxSize) {
    this.maxSize = maxSize;
  }

  /** A queue without a limit. */
  public LightQueue() {
    this(-1);
  }

  // ---- the items: an order of their own in subclasses ----------------------------------------

  void addItem(T item) {
    items.add(item);
  }

  /** {@link #addItem}, and what a subclass keeps of it. */
  void add(T item) {
    addItem(item);
  }

  T remove() {
    return items.remove();
  }

  /** It was handed to somebody who was cancelled: it is the next one again. */
  void putFirst(T item) {
    items.addFirst(item);
  }

  private void giveBack(T item) {
    putFirst(item);
    queueUnlock();
  }

  /** How many items are in it. */
  public int size() {
    return items.size();
  }

  // ---- putting -----------------------------------------------------------------------------

  /** Puts {@code item}; waits for room. */
  public void put(T item) {
    if (!putNow(item)) {
      Eventlet.waiting(() -> awaitPut(item));
    }
  }

  /**
   * {@link #put(Object)}, waiting at most {@code limit}.
   *
   * @throws QueueFullException if there was no room in time; {@code item} is not in the queue then
   */
  public void put(T item, Duration limit) {
    if (!putNow(item)) {
      Eventlet.waiting(
          () -> {
            if (!Limits.within("Queue.put", limit, () -> awaitPut(item))) {
              throw new QueueFullException("put: " + this + " had no room for " + limit);
            }
          });
    }
  }

  /** Puts {@code item} if that need not wait; through a channel: if somebody gets it. */
  public boolean tryPut(T item) {
    return tryPut(item, kept -> {});
  }

  /**
   * {@link #tryPut(Object)} of something that must not be lost.
   *
   * @param kept gets {@code item}, in a callback, if the caller is thrown out of this before
   *     somebody has it
   */
  final boolean tryPut(T item, Consumer<? super T> kept) {
    if (putNow(item)) {
      return true;
    }
    if (getters.isEmpty()) {
      return false;
    }
    if (Eventlet.isInCallback()) {
      add(item);
      getters.runFirst(remove());
      return true;
    }
    var offered = new Offered<>(item, false);
    try {
      Eventlet.waiting(
          () -> {
            queueUnlock();
            putters.park("Queue.offer", offered);
          });
    } catch (Throwable thrown) {
      if (offered.item != null) {
        Eventlet.loop("Queue").callSoon(() -> kept.accept(item));
      }
      throw thrown;
    }
    return offered.item == null;
  }

  /** {@link #tryPut} (Python: {@code put_nowait}, which raises {@code Full}). */
  public boolean offer(T item) {
    return tryPut(item);
  }

  private boolean putNow(T item) {
    checkRoom("put");
    if (maxSize >= 0 && size() >= maxSize) {
      return false;
    }
    add(item);
    if (!getters.isEmpty()) {
      queueUnlock();
    }
    return true;
  }

  private void awaitPut(T item) {
    if (putNow(item)) { // on a plain thread others have run meanwhile
      return;
    }
    if (!getters.isEmpty()) {
      queueUnlock();
    }
    var offered = new Offered<>(item, true);
    putters.park("Queue.put", offered);
    if (offered.item != null) { // there is room now
      add(item);
    }
  }

  // ---- getting -----------------------------------------------------------------------------

  /** The first item; waits for it. */
  public T get() {
    if (size() > 0) {
      return removeNow();
    }
    Taken<T> taken = new Taken<>();
    Eventlet.waiting(() -> taken.item = awaitGet());
    return taken.present();
  }

  /** {@link #get()}. */
  public T take() {
    return get();
  }

  /**
   * {@link #get()}, waiting at most {@code limit}.
   *
   * @throws QueueEmptyException if there was no item in time
   */
  public T get(Duration limit) {
    if (size() > 0) {
      return removeNow();
    }
    Taken<T> taken = new Taken<>();
    Eventlet.waiting(
        () -> {
          if (!Limits.within("Queue.get", limit, () -> taken.item = awaitGet())) {
            throw new QueueEmptyException("get: " + this + " had no item for " + limit);
          }
        });
    return taken.present();
  }

  /**
   * The first item if there is one; of a channel, and in a callback: else what a putter waits to
   * pass on.
   */
  public Optional<T> tryGet() {
    return Optional.ofNullable(poll());
  }

  /** {@link #tryGet}, or null (Python: {@code get_nowait}, which raises {@code Empty}). */
  public @Nullable T poll() {
    if (size() > 0) {
      return removeNow();
    }
    if (putters.isEmpty()) {
      return null;
    }
    if (Eventlet.isInCallback()) {
      return takeFromPutter();
    }
    if (maxSize != 0) {
      return null; // there is room, and its putters come in by the hub's turn: nobody is lost
    }
    Taken<T> taken = new Taken<>();
    Eventlet.waiting(
        () -> {
          queueUnlock(); // before the limit: it passes the putter's item on
          Limits.within("Queue.poll", Duration.ZERO, () -> taken.item = awaitGet());
        });
    return taken.item;
  }

  private T takeFromPutter() {
    Offered<T> offered = putters.firstBrought();
    T item = offered.item;
    offered.item = null;
    if (item == null) {
      throw new IllegalStateException("takeFromPutter: " + this + ": passed on twice");
    }
    putters.runFirst(null);
    return item;
  }

  private T removeNow() {
    checkRoom("get");
    if (!putters.isEmpty()) {
      queueUnlock();
    }
    return remove();
  }

  private @Nullable T awaitGet() {
    if (size() > 0) { // on a plain thread others have run meanwhile
      return removeNow();
    }
    if (!putters.isEmpty()) {
      queueUnlock();
    }
    try {
      return getters.park("Queue.get", null);
    } catch (Throwable thrown) {
      queueUnlock(); // the one behind it may have relied on this one
      throw thrown;
    }
  }

  /** Room for what a wait has brought. */
  private static final class Taken<T> {
    @Nullable T item;

    T present() {
      if (item == null) {
        throw new IllegalStateException("a getter was resumed without an item");
      }
      return item;
    }
  }

  // ---- the two sides meet ------------------------------------------------------------------

  private void queueUnlock() {
    if (!unlockQueued) {
      EventLoop loop = loopOfThoseWhoWait();
      (loop == null ? Eventlet.loop("Queue") : loop).callSoon(this::unlock);
      unlockQueued = true;
    }
  }

  private @Nullable EventLoop loopOfThoseWhoWait() {
    EventLoop loop = Hubs.loopOf(getters);
    return loop == null ? Hubs.loopOf(putters) : loop;
  }

  /** Refuses what would concern those who wait, from elsewhere. */
  private void checkRoom(String operation) {
    EventLoop loop = loopOfThoseWhoWait();
    if (loop != null) {
      loop.checkRoom(operation);
    }
  }

  private void unlock() {
    try {
      bringTogether();
    } finally {
      unlockQueued = false; // what they asked for meanwhile was done as well
    }
  }

  private void bringTogether() {
    while (true) {
      if (size() > 0 && !getters.isEmpty()) {
        getters.runFirst(remove());
      } else if (!putters.isEmpty() && !getters.isEmpty()) {
        Offered<T> offered = putters.firstBrought();
        T item = offered.item;
        if (item == null) {
          putters.runFirst(null);
          continue;
        }
        offered.item = null;
        add(item);
        // The getter runs first: the putter keeps its place in the line meanwhile.
        getters.runFirst(remove());
        if (!putters.isEmpty() && putters.firstBrought() == offered) {
          putters.runFirst(null);
        }
      } else if (!putters.isEmpty() && (maxSize < 0 || size() < maxSize)) {
        putters.runFirst(null);
      } else {
        if (getters.isEmpty()) { // others were before those who relied on one
          putters.serveThose(offered -> !offered.untilRoom, null);
        }
        return;
      }
    }
  }

  // ---- looking -----------------------------------------------------------------------------

  /** Whether it has no items; a channel never has any. */
  public boolean isEmpty() {
    return size() == 0;
  }

  /** Whether a put would wait; a channel is always full. */
  public boolean isFull() {
    return maxSize >= 0 && size() >= maxSize;
  }

  /** How many wait to put. */
  public int putting() {
    return putters.size();
  }

  /** How many wait to get. */
  public int getting() {
    return getters.size();
  }

  /** How many items it takes; negative for no limit. */
  public int maxSize() {
    return maxSize;
  }

  /**
   * Changes the limit; growing lets waiting putters in.
   *
   * @param maxSize 0 for a channel, negative for no limit
   */
  public void resize(int maxSize) {
    boolean grows = this.maxSize >= 0 && (maxSize < 0 || maxSize > this.maxSize);
    this.maxSize = maxSize;
    if (grows && !putters.isEmpty()) {
      queueUnlock();
    }
  }

  @Override
  public String toString() {
    return getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT)
        + "@"
        + Integer.toHexString(System.identityHashCode(this))
        + " ("
        + size()
        + (maxSize < 0 ? " items" : " of " + maxSize + " items")
        + ")";
  }
}
