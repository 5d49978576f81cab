package io.greenloop.eventlet;

import java.util.ArrayDeque;

/**
 * A {@link Queue} that gives the newest item first (Python: {@code eventlet.queue.LifoQueue}).
 *
 * @param <T> the items, never null
 */
public final class LifoQueue<T> extends Queue<T> {
  private final ArrayDeque<T> stack = new ArrayDeque<>();

  /** A queue for at most {@code maxSize} items; 0 for a channel, negative for no limit. */
  public LifoQueue(int maxSize) {
    super(maxSize);
  }

  /** A queue without a limit. */
  public LifoQueue() {
    super();
  }

  @Override
  void addItem(T item) {
    stack.push(item);
  }

  @Override
  void putFirst(T item) {
    addItem(item);
  }

  @Override
  T remove() {
    return stack.pop();
  }

  @Override
  public int size() {
    return stack.size();
  }
}
