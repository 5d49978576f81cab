package io.greenloop.sync;

import java.util.Comparator;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Smallest first; equal ones in the order in which they came. */
final class SortedItems<T> implements Items<T> {
  private final java.util.PriorityQueue<Entry<T>> heap;
  private long added;
  private long putBack;

  private record Entry<T>(T item, long sequence) {}

  SortedItems(Comparator<? super T> order) {
    heap =
        new java.util.PriorityQueue<>(
            Comparator.<Entry<T>, T>comparing(Entry::item, order)
                .thenComparingLong(Entry::sequence));
  }

  @Override
  public void add(T item) {
    heap.add(new Entry<>(item, added++));
  }

  @Override
  public @Nullable T poll() {
    Entry<T> entry = heap.poll();
    return entry == null ? null : entry.item;
  }

  @Override
  public void putBack(T item) {
    heap.add(new Entry<>(item, --putBack)); // before its equals
  }

  @Override
  public boolean contains(T item) {
    return heap.stream().anyMatch(each -> each.item == item);
  }

  @Override
  public boolean withdraw(T item) {
    for (Iterator<Entry<T>> entries = heap.iterator(); entries.hasNext(); ) {
      if (entries.next().item == item) {
        entries.remove();
        return true;
      }
    }
    return false;
  }

  @Override
  public int size() {
    return heap.size();
  }

  @Override
  public void clear() {
    heap.clear();
  }
}
