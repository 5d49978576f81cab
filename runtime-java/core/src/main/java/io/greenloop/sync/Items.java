package io.greenloop.sync;

import org.jspecify.annotations.Nullable;

/** What a queue holds, in the order in which it gives it out. */
interface Items<T> {
  /** Adds a new item. */
  void add(T item);

  /** Takes the next item, or null. */
  @Nullable T poll();

  /** Puts an item back that was taken last. */
  void putBack(T item);

  /** Whether this very object is there. */
  boolean contains(T item);

  /** Removes this very object, the newest if it is there more than once. */
  boolean withdraw(T item);

  int size();

  void clear();
}
