package io.greenloop.gevent;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * A {@link Queue} that gives the least item first.
 *
 * @param <T> the items
 */
public final class PriorityQueue<T> extends Queue<T> {
  /** An unbounded queue in natural order; an item that has none is refused by {@code put}. */
  public PriorityQueue() {
    this(UNBOUNDED);
  }

  /** A queue for at most {@code max} items, zero or less: no bound, in natural order. */
  public PriorityQueue(int max) {
    this(max, natural(), List.of());
  }

  /** A queue without a bound that holds {@code items}, in natural order. */
  public PriorityQueue(Collection<? extends T> items) {
    this(UNBOUNDED, natural(), items);
  }

  /** An unbounded queue. */
  public PriorityQueue(Comparator<? super T> order) {
    this(UNBOUNDED, order, List.of());
  }

  /** A queue with a bound, an order, and items. */
  public PriorityQueue(int max, Comparator<? super T> order, Collection<? extends T> items) {
    super(max, new Items.Sorted<>(order, items));
  }

  private PriorityQueue(int max, Items<T> items) {
    super(max, items);
  }

  @SuppressWarnings("unchecked") // as java.util.PriorityQueue does
  private static <T> Comparator<T> natural() {
    return (Comparator<T>) (Comparator<?>) Comparator.<Comparable<Object>>naturalOrder();
  }

  @Override
  public PriorityQueue<T> copy() {
    return copied(new PriorityQueue<>(bound(), items.copy()));
  }
}
