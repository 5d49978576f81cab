package io.greenloop.eventlet;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Queue} that gives the smallest item first (Python: {@code
 * eventlet.queue.PriorityQueue}).
 *
 * @param <T> the items, never null
 */
public final class PriorityQueue<T> extends Queue<T> {
  private final java.util.PriorityQueue<T> heap;

  /** A queue of items that compare themselves, without a limit. */
  public PriorityQueue() {
    this(-1, null);
  }

  /** A queue without a limit, in the order of {@code comparator}. */
  public PriorityQueue(Comparator<? super T> comparator) {
    this(-1, comparator);
  }

  /** A queue for at most {@code maxSize} items; 0 for a channel, negative for no limit. */
  public PriorityQueue(int maxSize, @Nullable Comparator<? super T> comparator) {
    super(maxSize);
    heap = new java.util.PriorityQueue<>(comparator);
  }

  @Override
  void addItem(T item) {
    heap.add(item);
  }

  @Override
  void putFirst(T item) {
    addItem(item);
  }

  @Override
  T remove() {
    return heap.remove();
  }

  @Override
  public int size() {
    return heap.size();
  }
}
