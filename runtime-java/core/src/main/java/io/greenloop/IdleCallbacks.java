package io.greenloop;

import java.util.ArrayDeque;

/** Those who want to know that a loop has nothing left to do. Loop room. */
final class IdleCallbacks {
  private final ArrayDeque<Entry> waiting = new ArrayDeque<>(0);

  /** Has an identity of its own: the same callback may be added twice. */
  private static final class Entry {
    final Runnable callback;

    Entry(Runnable callback) {
      this.callback = callback;
    }
  }

  Registration add(Runnable callback) {
    var entry = new Entry(callback);
    waiting.add(entry);
    return () -> waiting.remove(entry);
  }

  /** Calls those who wait now; returns whether there were any. */
  boolean callAll() {
    int left = waiting.size();
    boolean any = left > 0;
    for (var entry = waiting.poll(); entry != null; entry = --left > 0 ? waiting.poll() : null) {
      entry.callback.run();
    }
    return any;
  }
}
