package io.greenloop.internal.loop;

import static io.greenloop.internal.check.Known.present;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Timers by due time: a four-ary heap, in which each node knows its place. Loop room. */
final class TimerHeap {
  private static final int ARITY = 4;

  private @Nullable TimerNode[] heap = new TimerNode[16];
  private int size;

  int size() {
    return size;
  }

  /** The earliest timer, or null. */
  @Nullable TimerNode first() {
    return heap[0];
  }

  void add(TimerNode node) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    siftUp(node, size++);
  }

  void remove(TimerNode node) {
    int at = node.index;
    TimerNode last = at(--size);
    heap[size] = null;
    if (last == node) {
      return;
    }
    siftDown(last, at);
    if (last.index == at) {
      siftUp(last, at);
    }
  }

  private void siftUp(TimerNode node, int from) {
    int at = from;
    while (at > 0) {
      int up = (at - 1) / ARITY;
      TimerNode parent = at(up);
      if (!Timers.before(node, parent)) {
        break;
      }
      put(parent, at);
      at = up;
    }
    put(node, at);
  }

  private void siftDown(TimerNode node, int from) {
    int at = from;
    for (int child = ARITY * at + 1; child < size; child = ARITY * at + 1) {
      int least = child;
      for (int other = child + 1; other < child + ARITY && other < size; other++) {
        if (Timers.before(at(other), at(least))) {
          least = other;
        }
      }
      if (!Timers.before(at(least), node)) {
        break;
      }
      put(at(least), at);
      at = least;
    }
    put(node, at);
  }

  private TimerNode at(int index) {
    return present(heap[index]);
  }

  private void put(TimerNode node, int at) {
    heap[at] = node;
    node.index = at;
  }
}
