package io.greenloop.sync;

import java.util.Comparator;

/**
 * A {@link Queue} that gives out the smallest item first (Python: {@code asyncio.PriorityQueue});
 * equal ones in the order in which they came.
 *
 * @param <T> an item
 */
public final class PriorityQueue<T> extends Queue<T> {
  /** A queue without a bound. */
  public PriorityQueue(Comparator<? super T> order) {
    this(0, order);
  }

  /** A queue for at most {@code maxSize} items; zero or less: without a bound. */
  public PriorityQueue(int maxSize, Comparator<? super T> order) {
    super(maxSize, new SortedItems<>(order));
  }

  /** A queue of things that have an order of their own. */
  public static <T extends Comparable<? super T>> PriorityQueue<T> natural() {
    return new PriorityQueue<>(Comparator.naturalOrder());
  }
}
