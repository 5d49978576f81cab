package io.greenloop.gevent;

import java.util.Collection;

/**
 * Another name of {@link Queue}, for ports: in gevent before 25.4 only this one could be joined.
 *
 * @param <T> the items
 */
public final class JoinableQueue<T> extends Queue<T> {
  /** An unbounded queue. */
  public JoinableQueue() {}

  /** A queue for at most {@code max} items; zero or less: no bound. */
  public JoinableQueue(int max) {
    super(max);
  }

  /** One with a bound, which holds {@code items}. */
  public JoinableQueue(int max, Collection<? extends T> items) {
    super(max, items);
  }
}
