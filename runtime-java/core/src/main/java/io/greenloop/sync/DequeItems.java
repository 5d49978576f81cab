package io.greenloop.sync;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** First in, first out; or last in, first out. */
final class DequeItems<T> implements Items<T> {
  private final ArrayDeque<T> deque = new ArrayDeque<>();
  private final boolean lastFirst;

  DequeItems(boolean lastFirst) {
    this.lastFirst = lastFirst;
  }

  @Override
  public void add(T item) {
    if (lastFirst) {
      deque.addFirst(item);
    } else {
      deque.addLast(item);
    }
  }

  @Override
  public @Nullable T poll() {
    return deque.pollFirst();
  }

  @Override
  public void putBack(T item) {
    deque.addFirst(item);
  }

  @Override
  public boolean contains(T item) {
    return deque.stream().anyMatch(each -> each == item);
  }

  @Override
  public boolean withdraw(T item) {
    Iterator<T> newestFirst = lastFirst ? deque.iterator() : deque.descendingIterator();
    while (newestFirst.hasNext()) {
      if (newestFirst.next() == item) {
        newestFirst.remove();
        return true;
      }
    }
    return false;
  }

  @Override
  public int size() {
    return deque.size();
  }

  @Override
  public void clear() {
    deque.clear();
  }
}
