package io.greenloop.eventlet;

import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.ThrowingRunnable;
import io.greenloop.eventlet.internal.PlainGreenThread;
import io.greenloop.greenlet.Tuple;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/**
 * Green threads, a limited number at a time (Python: {@code eventlet.GreenPool}). Who spawns while
 * the pool is full waits; a worker of the full pool runs the function itself instead, so a pool
 * cannot wait for itself.
 *
 * <p>An error of a worker stays in its green thread; its place becomes free however it ends.
 *
 * <p><b>Room:</b> loop; what may wait needs a task, or a plain thread.
 */
public final class GreenPool {
  private static final int DEFAULT_SIZE = 1000;

  private final Semaphore places;
  private final Map<Task<?>, Runnable> workers = new LinkedHashMap<>(); // with how to kill them
  private int size;
  private Event<Boolean> idle = new Event<>(this);

  /** A pool of 1000. */
  public GreenPool() {
    this(DEFAULT_SIZE);
  }

  /**
   * A pool.
   *
   * @param size 0 makes every spawn wait
   * @throws IllegalArgumentException if {@code size} is negative
   */
  public GreenPool(int size) {
    if (size < 0) {
      throw new IllegalArgumentException("GreenPool: size = " + size + " (expected >= 0)");
    }
    this.size = size;
    places = new Semaphore(size);
  }

  // ---- spawning ----------------------------------------------------------------------------

  /**
   * A green thread of this pool; waits while the pool is full. Called by a worker of the full pool
   * it runs {@code function} right there: what it throws is thrown here then, and kept as well.
   */
  public <T extends @Nullable Object> GreenThread<T> spawn(Callable<? extends T> function) {
    EventLoop loop = Eventlet.loop("GreenPool.spawn");
    if (places.isLocked() && isWorker()) {
      return GreenThread.<T>runInline(loop, function);
    }
    awaitPlace();
    GreenThread<T> thread;
    try {
      thread = Eventlet.<T>spawn(function);
    } catch (Throwable refused) { // too many tasks, a closed loop
      places.release();
      throw refused;
    }
    Task<?> task = thread.task().orElseThrow();
    began(task, thread::kill);
    thread.link(ended -> ended(task));
    return thread;
  }

  /** {@link #spawn(Callable)} for a function without a result. */
  @LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public GreenThread<@Nullable Void> spawn(ThrowingRunnable function) {
    return spawn(Eventlet.callable(function));
  }

  /** {@link #spawn} where nobody waits for the result; what is thrown is only reported. */
  public void spawnN(ThrowingRunnable function) {
    EventLoop loop = Eventlet.loop("GreenPool.spawnN");
    if (places.isLocked() && isWorker()) {
      PlainGreenThread.runInline(loop, function, EventletDebug::reportsExceptions);
      return;
    }
    awaitPlace();
    try {
      var plain =
          new PlainGreenThread(
              loop, GreenThread.OPTIONS, function, EventletDebug::reportsExceptions, this::ended);
      began(plain.task(), plain::throwInto);
    } catch (Throwable refused) {
      places.release();
      throw refused;
    }
  }

  private boolean isWorker() {
    Task<?> current = Task.currentOrNull();
    return current != null && workers.containsKey(current);
  }

  private void began(Task<?> worker, Runnable kill) {
    if (idle.isReady()) { // else somebody may wait for it since before
      idle = new Event<>(this);
    }
    workers.put(worker, kill);
  }

  private void ended(Task<?> worker) {
    places.release();
    workers.remove(worker);
    tellIfIdle();
  }

  /** Whom one that ended has made room for may be thrown out of its wait. */
  private void awaitPlace() {
    try {
      places.acquire();
    } catch (Throwable thrown) {
      tellIfIdle();
      throw thrown;
    }
  }

  private void tellIfIdle() {
    if (places.balance() == size && !idle.isReady()) {
      idle.send(true);
    }
  }

  // ---- mapping -----------------------------------------------------------------------------

  /**
   * The results of {@code function} for each item, in the order of the items; computed by this
   * pool's size of workers at a time, at most about twice as many ahead.
   */
  public <A, R extends @Nullable Object> GreenMap<R> imap(
      Function<? super A, ? extends R> function, Iterable<? extends A> items) {
    Iterator<? extends A> each = items.iterator();
    return map(
        each::hasNext,
        () -> {
          A item = each.next();
          return () -> function.apply(item);
        });
  }

  /** {@link #imap(Function, Iterable)} of two at a time, to the end of the shorter one. */
  public <A, B, R extends @Nullable Object> GreenMap<R> imap(
      BiFunction<? super A, ? super B, ? extends R> function,
      Iterable<? extends A> first,
      Iterable<? extends B> second) {
    Iterator<? extends A> a = first.iterator();
    Iterator<? extends B> b = second.iterator();
    return map(
        () -> a.hasNext() && b.hasNext(),
        () -> {
          A left = a.next();
          B right = b.next();
          return () -> function.apply(left, right);
        });
  }

  /** The items of all, one of each at a time (Python: {@code imap(None, …)}). */
  public GreenMap<Tuple> imap(Iterable<?>... items) {
    List<Iterator<?>> each = new ArrayList<>();
    for (Iterable<?> of : items) {
      each.add(of.iterator());
    }
    return map(
        () -> !each.isEmpty() && each.stream().allMatch(Iterator::hasNext),
        () -> {
          Tuple tuple = Tuple.of(each.stream().map(Iterator::next).toArray());
          return () -> tuple;
        });
  }

  /** {@link #imap(Function, Iterable)} of items that are the two arguments. */
  public <A, B, R extends @Nullable Object> GreenMap<R> starmap(
      BiFunction<? super A, ? super B, ? extends R> function,
      Iterable<? extends Map.Entry<? extends A, ? extends B>> items) {
    return this.<Map.Entry<? extends A, ? extends B>, R>imap(
        pair -> function.apply(pair.getKey(), pair.getValue()), items);
  }

  private <R extends @Nullable Object> GreenMap<R> map(
      Callable<Boolean> hasNext, Callable<Callable<R>> next) {
    return new GreenMap<R>(this, hasNext, next);
  }

  // ---- the pool ----------------------------------------------------------------------------

  /** How many work, those included that have not begun. */
  public int running() {
    return workers.size();
  }

  /** How many could be spawned without waiting; negative after shrinking below {@link #running}. */
  public int free() {
    return places.counter();
  }

  /** How many wait to spawn. */
  public int waiting() {
    return Math.max(0, -places.balance());
  }

  /** How many may work at a time. */
  public int size() {
    return size;
  }

  /** Changes how many may work at a time; those who work go on, those who wait are let in. */
  public void resize(int size) {
    places.grow(size - this.size);
    this.size = size;
  }

  /**
   * Waits until nobody works any more, those included who are spawned meanwhile.
   *
   * @throws IllegalStateException in a worker of this pool, which would wait for itself
   */
  public void awaitAll() {
    if (isWorker()) {
      throw new IllegalStateException(
          "awaitAll: called by a worker of " + this + ", which would wait for itself");
    }
    if (running() > 0) {
      idle.await();
    }
  }

  /** Kills all that work, as if by {@link GreenThread#kill()}, the caller last; an extra. */
  public void killAll() {
    Task<?> caller = Task.currentOrNull();
    Runnable own = caller == null ? null : workers.get(caller);
    for (Runnable kill : List.copyOf(workers.values())) {
      if (kill != own) {
        kill.run();
      }
    }
    if (own != null) {
      own.run();
    }
  }

  @Override
  public String toString() {
    return "pool@"
        + Integer.toHexString(System.identityHashCode(this))
        + " ("
        + running()
        + " of "
        + size
        + " work, "
        + waiting()
        + " wait)";
  }
}
