package io.greenloop.sync;

import io.greenloop.WaitQueue;
import io.greenloop.Waiter;
import java.util.Iterator;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A queue between tasks (Python: {@code asyncio.Queue}), first in, first out; see {@link LifoQueue}
 * and {@link PriorityQueue}.
 *
 * <p>Differs from asyncio: an item goes straight to the first waiting getter, and a free place to
 * the first waiting putter, whose item is in the queue from that moment. Nobody who comes later can
 * take them, so a waiter waits once. If a getter is cancelled with the item in its hands, the next
 * one gets it, or it goes back to the front (even if the queue is full by then); if a putter is
 * cancelled after its item went in, the item is withdrawn; if somebody has taken it by then, the
 * put has happened, and the cancel hits the next wait. So a put that throws has put nothing.
 *
 * <p>Iterating takes items until the queue is closed and empty.
 *
 * <p>{@link #rendezvous} gives a queue without any place: an item passes from hand to hand.
 *
 * @param <T> an item, never null
 */
public sealed class Queue<T> extends LoopBound implements Iterable<T>, AutoCloseable
    permits LifoQueue, PriorityQueue {
  private final int maxSize;
  private final int places;
  private final Items<T> items;
  private final WaitQueue<T, @Nullable Void> getters =
      new WaitQueue<>(new Want("an item of ", this), (item, nothing) -> handBack(item));
  private final WaitQueue<@Nullable Void, Offer<T>> putters =
      new WaitQueue<>(new Want("room in ", this), (nothing, offer) -> withdraw(offer));
  private final WaitQueue<@Nullable Void, @Nullable Void> joiners =
      new WaitQueue<>(new Want("the work on ", this), (nothing, none) -> {});
  private int unfinished;
  private boolean closed;
  private boolean drained;

  private record Want(String what, Queue<?> of) {
    @Override
    public String toString() {
      return what + of;
    }
  }

  /** A queue without a bound. */
  public Queue() {
    this(0);
  }

  /** A queue for at most {@code maxSize} items; zero or less: without a bound. */
  public Queue(int maxSize) {
    this(maxSize, new DequeItems<>(false));
  }

  Queue(int maxSize, Items<T> items) {
    this(maxSize, maxSize > 0 ? maxSize : Integer.MAX_VALUE, items);
  }

  private Queue(int maxSize, int places, Items<T> items) {
    this.maxSize = maxSize;
    this.places = places;
    this.items = items;
  }

  /**
   * A queue without any place (eventlet: {@code Queue(0)}; Kotlin: {@code Channel()}): a put waits
   * until a get takes its item, and a get until somebody puts. {@link #tryPut} succeeds only while
   * somebody waits for an item.
   *
   * <p>Only an item that was handed to a getter who was cancelled, and that nobody else waits for,
   * lies in it; the next get takes that one.
   */
  public static <T> Queue<T> rendezvous() {
    return new Queue<>(0, 0, new DequeItems<>(false));
  }

  // ---- putting -----------------------------------------------------------------------------

  /**
   * Puts {@code item} in; parks the calling task while the queue is full. Does not park, nor notice
   * a pending cancel, when there is room.
   *
   * @throws QueueClosedException if the queue is closed, or is closed while this waits
   */
  public void put(T item) {
    if (tryPut(item)) {
      return;
    }
    bind();
    putters.park("Queue.put", new Offer<>(item), this::isTaken);
  }

  /**
   * Puts {@code item} in if there is room.
   *
   * @throws QueueClosedException if the queue is closed
   */
  public boolean tryPut(T item) {
    enter("Queue.put");
    Objects.requireNonNull(item, "item");
    if (closed) {
      throw closed("put");
    }
    if (getters.serveFirst(item)) {
      unfinished++;
      return true;
    }
    if (!hasPlace()) {
      return false;
    }
    items.add(item);
    unfinished++;
    return true;
  }

  /** Puts {@code item} in for {@code waiter}: in this call if there is room. */
  public void put(T item, Waiter<@Nullable Void> waiter) {
    put(new Offer<>(item), waiter);
  }

  void put(Offer<T> offer, Waiter<@Nullable Void> waiter) {
    boolean done = !closed && tryPut(offer.item());
    bind();
    putters.add(waiter, offer);
    if (done) {
      putters.serveFirst(null);
    } else if (closed) {
      putters.failAll(() -> closed("put"));
    }
  }

  // ---- getting -----------------------------------------------------------------------------

  /**
   * Takes the next item; parks the calling task while there is none. Does not park, nor notice a
   * pending cancel, when there is one.
   *
   * @throws QueueClosedException if the queue is closed and empty, or gets so while this waits
   */
  public T get() {
    enter("Queue.get");
    T item = poll();
    if (item != null) {
      return item;
    }
    if (closed) {
      throw closed("get");
    }
    bind();
    return getters.park("Queue.get", null);
  }

  /**
   * Takes the next item if there is one.
   *
   * @throws QueueClosedException if the queue is closed and empty
   */
  public Optional<T> tryGet() {
    enter("Queue.get");
    T item = poll();
    if (item == null && closed) {
      throw closed("get");
    }
    return Optional.ofNullable(item);
  }

  /** Takes the next item for {@code waiter}: in this call if there is one. */
  public void get(Waiter<T> waiter) {
    enter("Queue.get");
    T item = poll();
    bind();
    getters.add(waiter, null);
    if (item != null) {
      getters.serveFirst(item);
    } else if (closed) {
      getters.failAll(() -> closed("get"));
    }
  }

  private @Nullable T poll() {
    if (putters.isEmpty()) {
      return items.poll();
    }
    T item = items.poll();
    if (item == null) { // a queue without places: from hand to hand
      return takeFromPutter();
    }
    admitPutters();
    return item;
  }

  private void admitPutters() {
    while (!putters.isEmpty() && hasPlace()) {
      items.add(takeFromPutter());
    }
  }

  private T takeFromPutter() {
    T item = putters.firstBrought().item();
    unfinished++;
    putters.serveFirst(null);
    return item;
  }

  private boolean hasPlace() {
    return items.size() < places;
  }

  /** From a getter that was cancelled with {@code item} in its hands. */
  private void handBack(T item) {
    if (drained) {
      finished(1);
    } else if (!getters.serveFirst(item)) {
      items.putBack(item);
    }
  }

  /** Whether somebody has the item of a putter that was served. */
  boolean isTaken(Offer<T> offer) {
    return !items.contains(offer.item());
  }

  /** From a putter that was cancelled after {@code item} went in. */
  private void withdraw(Offer<T> offer) {
    if (items.withdraw(offer.item())) {
      finished(1);
      admitPutters();
    }
  }

  // ---- the work on the items ---------------------------------------------------------------

  /**
   * Says that the work on an item taken earlier is done.
   *
   * @throws IllegalStateException if it is said more often than items were put in
   */
  public void taskDone() {
    enter("Queue.taskDone");
    if (unfinished == 0) {
      throw new IllegalStateException(
          "Queue.taskDone: no item of "
              + identity()
              + " is unfinished; call it once for each item");
    }
    finished(1);
  }

  /** Parks the calling task until the work on every item put in is done; see {@link #taskDone}. */
  public void join() {
    enter("Queue.join");
    if (unfinished > 0) {
      bind();
      joiners.park("Queue.join", null);
    }
  }

  /** Serves {@code waiter} when the work on every item is done: in this call if it is. */
  public void join(Waiter<@Nullable Void> waiter) {
    enter("Queue.join");
    bind();
    joiners.add(waiter, null);
    if (unfinished == 0) {
      joiners.serveAll(null);
    }
  }

  private void finished(int count) {
    unfinished -= count;
    if (unfinished == 0) {
      joiners.serveAll(null);
    }
  }

  // ---- closing -----------------------------------------------------------------------------

  /**
   * Closes the queue: {@code put} fails from now on, waiting ones too; {@code get} gives what is
   * left, then fails (Python: {@code shutdown()}). Idempotent.
   */
  @Override
  public void close() {
    enter("Queue.close");
    closed = true;
    putters.failAll(() -> closed("put"));
    if (items.size() == 0) {
      getters.failAll(() -> closed("get"));
    }
  }

  /** {@link #close}, and drops what is left; the dropped items count as done. */
  public void closeNow() {
    close();
    drained = true;
    int dropped = items.size();
    items.clear();
    if (dropped > 0) {
      finished(dropped);
    }
  }

  private QueueClosedException closed(String operation) {
    return new QueueClosedException("Queue." + operation + ": " + identity() + " is closed");
  }

  // ---- looking -----------------------------------------------------------------------------

  /** How many items are in the queue. */
  public int size() {
    return items.size();
  }

  /** Whether no item is in the queue. */
  public boolean isEmpty() {
    return items.size() == 0;
  }

  /** Whether a put would wait. */
  public boolean isFull() {
    return !hasPlace() && getters.isEmpty();
  }

  /** The bound; zero or less if there is none, and for a {@link #rendezvous}. */
  public int maxSize() {
    return maxSize;
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    return closed;
  }

  /** Takes items, parking the calling task while there is none, until the queue is closed. */
  @Override
  public Iterator<T> iterator() {
    return new QueueIterator<>(this);
  }

  /** {@link #iterator} as a stream; for the calling task only. */
  public Stream<T> stream() {
    return StreamSupport.stream(spliterator(), false);
  }

  @Override
  public String toString() {
    return identity() + " (" + items.size() + (maxSize > 0 ? " of " + maxSize : "") + " items)";
  }
}
