package io.greenloop.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * Timers by due time; equal due times in scheduling order (L3). A cancelled timer leaves at once.
 *
 * <p>Most timers are set in the order of their due times: a program has few different time limits.
 * Those form a list, where they come and go at no cost; only the others are sorted. Loop room.
 */
final class Timers {
  private final TimerHeap sorted = new TimerHeap();
  private @Nullable TimerNode first; // of the list
  private @Nullable TimerNode last;
  private int listed;
  private int weak;
  private long nextSequence;

  int size() {
    return listed + sorted.size();
  }

  /** Whether somebody wants one of them to fire. */
  boolean keepAlive() {
    return size() > weak;
  }

  /** It keeps no run alive from here on. */
  void weaken(TimerNode node) {
    if (!node.weak) {
      node.weak = true;
      weak++;
    }
  }

  /** The earliest timer, or null. */
  @Nullable TimerNode first() {
    TimerNode inList = first;
    TimerNode inHeap = sorted.first();
    if (inList == null || inHeap == null) {
      return inList == null ? inHeap : inList;
    }
    return before(inHeap, inList) ? inHeap : inList;
  }

  void add(TimerNode node, long dueNanos) {
    node.dueNanos = dueNanos;
    node.sequence = nextSequence++;
    TimerNode latest = last;
    if (latest != null && before(node, latest)) {
      sorted.add(node);
      return;
    }
    node.index = TimerNode.LISTED;
    node.previous = latest;
    last = node;
    if (latest == null) {
      first = node;
    } else {
      latest.next = node;
    }
    listed++;
  }

  void remove(TimerNode node) {
    if (node.index == TimerNode.LISTED) {
      unlink(node);
    } else {
      sorted.remove(node);
    }
    node.index = TimerNode.NOT_QUEUED;
    if (node.weak) {
      node.weak = false;
      weak--;
    }
  }

  private void unlink(TimerNode node) {
    TimerNode earlier = node.previous;
    TimerNode later = node.next;
    if (earlier == null) {
      first = later;
    } else {
      earlier.next = later;
    }
    if (later == null) {
      last = earlier;
    } else {
      later.previous = earlier;
    }
    node.previous = null;
    node.next = null;
    listed--;
  }

  // A difference, not <: the clock's origin is arbitrary and may be near the overflow.
  static boolean before(TimerNode a, TimerNode b) {
    long difference = a.dueNanos - b.dueNanos;
    return difference != 0 ? difference < 0 : a.sequence < b.sequence;
  }
}
