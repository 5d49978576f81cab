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

  /** First in, first out. */
  static final class Fifo<T> extends Items<T> {
    private final ArrayDeque<T> deque;

    Fifo(Collection<? extends T> items) {
      deque = new ArrayDeque<>(items);
    }

    @Override
    void add(T item) {
      deque.add(item);
    }

    @Override
    T remove() {
      return deque.remove();
    }

    @Override
    T first() {
      return deque.element();
    }

    @Override
    int size() {
      return deque.size();
    }

    @Override
    Items<T> copy() {
      return new Fifo<>(deque);
    }
  }

  /** Last in, first out. */
  static final class Lifo<T> extends Items<T> {
    private final ArrayDeque<T> deque;

    Lifo(Collection<? extends T> items) {
      deque = new ArrayDeque<>(items);
    }

    @Override
    void add(T item) {
      deque.add(item);
    }

    @Override
    T remove() {
      return deque.removeLast();
    }

    @Override
    T first() {
      return deque.getLast();
    }

    @Override
    int size() {
      return deque.size();
    }

    @Override
    Items<T> copy() {
      return new Lifo<>(deque);
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
