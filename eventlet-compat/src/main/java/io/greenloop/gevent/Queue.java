package io.greenloop.gevent;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * A {@link SimpleQueue} that knows how much of what was put is not done yet (Python: {@code
 * gevent.queue.Queue} and {@code JoinableQueue}).
 *
 * @param <T> the items
 */
public class Queue<T> extends SimpleQueue<T> {
  private final Event allDone = new Event();
  private int unfinished;

  /** An unbounded queue. */
  public Queue() {
    this(UNBOUNDED);
  }

  /** A queue for at most {@code max} items; zero or less: no bound, as in gevent. */
  public Queue(int max) {
    this(max, new Items.Line<>(List.of(), false));
  }

  /** One with a bound, which holds {@code items}. */
  public Queue(int max, Collection<? extends T> items) {
    this(max, new Items.Line<>(items, false));
  }

  Queue(int max, Items<T> items) {
    super(max, items);
    count(items.size());
  }

  /** A queue that holds {@code items}, without a bound; they are unfinished. */
  public static <T> Queue<T> of(Collection<? extends T> items) {
    return new Queue<>(UNBOUNDED, new Items.Line<>(items, false));
  }

  private void count(int unfinished) {
    this.unfinished = unfinished;
    if (unfinished == 0) {
      allDone.set();
    } else {
      allDone.clear();
    }
  }

  @Override
  void addItem(T item) {
    super.addItem(item);
    count(unfinished + 1);
  }

  /**
   * One of the items that were taken is done.
   *
   * @throws IllegalStateException if called more often than there were items
   */
  public void taskDone() {
    if (unfinished <= 0) {
      throw new IllegalStateException("taskDone: all items of " + this + " are done already");
    }
    count(unfinished - 1);
  }

  /** How many items are not done. */
  public int unfinishedTasks() {
    return unfinished;
  }

  /** Waits until all items are done. */
  public void join() {
    allDone.await();
  }

  /** {@link #join()}, at most {@code limit}; returns whether all were done. */
  public boolean join(Duration limit) {
    return allDone.await(limit);
  }

  @Override
  void dropItems() {
    int dropped = size();
    super.dropItems();
    count(Math.max(0, unfinished - dropped));
  }

  @Override
  public Queue<T> copy() {
    return copied(new Queue<>(bound(), items.copy()));
  }

  final <Q extends Queue<T>> Q copied(Q made) {
    Queue<T> copy = made;
    if (unfinished > 0) {
      copy.count(unfinished);
    }
    return made;
  }
}
