package io.greenloop.internal.loop;

import static io.greenloop.internal.check.Known.present;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Timers by due time; equal due times in scheduling order (L3). A four-ary heap: each node knows
 * its place, so that a cancelled timer leaves at once. Loop room.
 */
final class TimerHeap {
  private static final int ARITY = 4;

  private @Nullable TimerNode[] heap = new TimerNode[16];
  private int size;
  private long nextSequence;

  int size() {
    return size;
  }

  /** The earliest timer, or null. */
  @Nullable TimerNode first() {
    return heap[0];
  }

  void add(TimerNode node, long dueNanos) {
    node.dueNanos = dueNanos;
    node.sequence = nextSequence++;
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    siftUp(node, size++);
  }

  void remove(TimerNode node) {
    int at = node.index;
    node.dequeued();
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
      if (!before(node, parent)) {
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
        if (before(at(other), at(least))) {
          least = other;
        }
      }
      if (!before(at(least), node)) {
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

  // A difference, not <: the clock's origin is arbitrary and may be near the overflow.
  private static boolean before(TimerNode a, TimerNode b) {
    long difference = a.dueNanos - b.dueNanos;
    return difference != 0 ? difference < 0 : a.sequence < b.sequence;
  }
}
