package io.greenloop.sync;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Takes items until its queue is closed and empty. */
final class QueueIterator<T> implements Iterator<T> {
  private final Queue<T> queue;
  private @Nullable T next;

  QueueIterator(Queue<T> queue) {
    this.queue = queue;
  }

  @Override
  public boolean hasNext() {
    if (next == null) {
      try {
        next = queue.get();
      } catch (QueueClosedException closed) {
        return false;
      }
    }
    return true;
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException("next: the queue is closed and empty");
    }
    T item = next;
    next = null;
    if (item == null) {
      throw new NoSuchElementException();
    }
    return item;
  }
}
