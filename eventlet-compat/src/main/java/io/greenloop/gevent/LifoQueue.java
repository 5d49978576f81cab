package io.greenloop.gevent;

import java.util.Collection;
import java.util.List;

/**
 * A {@link Queue} that gives the newest item first.
 *
 * @param <T> the items
 */
public final class LifoQueue<T> extends Queue<T> {
  /** An unbounded queue. */
  public LifoQueue() {
    this(UNBOUNDED);
  }

  /** A queue for at most {@code max} items; zero or less: no bound. */
  public LifoQueue(int max) {
    this(max, List.of());
  }

  /** One with a bound, which holds {@code items}. */
  public LifoQueue(int max, Collection<? extends T> items) {
    super(max, new Items.Line<>(items, true));
  }

  private LifoQueue(int max, Items<T> items) {
    super(max, items);
  }

  @Override
  public LifoQueue<T> copy() {
    return copied(new LifoQueue<>(bound(), items.copy()));
  }
}
