package io.greenloop.gevent;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.PriorityQueue;

/** What a queue holds, and in which order it gives it. */
abstract class Items<T> {
  abstract void add(T item);

  /** The next one, taken; there is one. */
  abstract T remove();

  /** The next one; there is one. */
  abstract T first();

  abstract int size();

  abstract Items<T> copy();

  /** First in, first out, or last in, first out. */
  static final class Line<T> extends Items<T> {
    private final ArrayDeque<T> deque;
    private final boolean lastFirst;

    Line(Collection<? extends T> items, boolean lastFirst) {
      deque = new ArrayDeque<>(items);
      this.lastFirst = lastFirst;
    }

    @Override
    void add(T item) {
      deque.add(item);
    }

    @Override
    T remove() {
      return lastFirst ? deque.removeLast() : deque.remove();
    }

    @Override
    T first() {
      return lastFirst ? deque.getLast() : deque.element();
    }

    @Override
    int size() {
      return deque.size();
    }

    @Override
    Items<T> copy() {
      return new Line<>(deque, lastFirst);
    }
  }

  /** The least one first. */
  static final class Sorted<T> extends Items<T> {
    private final PriorityQueue<T> heap;
    private final Comparator<? super T> order;

    Sorted(Comparator<? super T> order, Collection<? extends T> items) {
      this.order = order;
      heap = new PriorityQueue<>(order);
      heap.addAll(items);
    }

    @Override
    void add(T item) {
      heap.add(item);
    }

    @Override
    T remove() {
      return heap.remove();
    }

    @Override
    T first() {
      return heap.element();
    }

    @Override
    int size() {
      return heap.size();
    }

    @Override
    Items<T> copy() {
      return new Sorted<>(order, heap);
    }
  }
}
