package io.greenloop.testing.network;

import java.util.PriorityQueue;

/** What is under way, by the time at which it arrives. */
final class Wires {
  private record Event(long dueNanos, long number, Runnable action) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          (a, b) -> {
            int byTime = Long.compare(a.dueNanos - b.dueNanos, 0);
            return byTime != 0 ? byTime : Long.compare(a.number, b.number);
          });
  private long numbers;

  void at(long dueNanos, Runnable action) {
    events.add(new Event(dueNanos, numbers++, action));
  }

  boolean isEmpty() {
    return events.isEmpty();
  }

  /** When the next one arrives; there is one. */
  long nextDueNanos() {
    Event next = events.peek();
    if (next == null) {
      throw new IllegalStateException("nothing is under way");
    }
    return next.dueNanos;
  }

  /** Lets everything arrive that is due at {@code now}; whether that was anything. */
  boolean arrive(long now) {
    boolean any = false;
    for (Event next = events.peek();
        next != null && next.dueNanos - now <= 0;
        next = events.peek()) {
      events.remove();
      next.action.run();
      any = true;
    }
    return any;
  }
}
