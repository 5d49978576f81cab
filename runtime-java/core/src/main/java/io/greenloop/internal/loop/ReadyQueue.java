package io.greenloop.internal.loop;

import static io.greenloop.internal.check.Known.present;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What may run now, first in, first out. An entry is an action ({@link Strand} or {@link Runnable})
 * and its owner; both live side by side in one ring, so that queueing allocates nothing. Most
 * entries have no owner here: strands and {@link Owned} actions know theirs, callbacks own
 * themselves, and {@link Owners} finds out about the rest when somebody asks. Each reference stored
 * here costs a barrier of the garbage collector, a null does not. Loop room.
 */
final class ReadyQueue {
  private static final int INITIAL_ENTRIES = 64;

  private @Nullable Object[] ring = new Object[2 * INITIAL_ENTRIES];
  private int head; // index of the first entry's action, always even
  private int size; // entries

  int size() {
    return size;
  }

  void add(Object action, @Nullable Object owner) {
    if (2 * size == ring.length) {
      grow();
    }
    int at = (head + 2 * size) & (ring.length - 1);
    ring[at] = action;
    ring[at + 1] = owner;
    size++;
  }

  /** The first action; the queue is not empty. */
  Object peekAction() {
    return present(ring[head]);
  }

  /** The owner of the first entry: the action itself if nobody else is known. */
  Object peekOwner() {
    return ownerAt(head);
  }

  private Object ownerAt(int at) {
    Object owner = ring[at + 1];
    return owner != null ? owner : Owners.of(present(ring[at]));
  }

  void removeFirst() {
    ring[head] = null;
    ring[head + 1] = null;
    head = (head + 2) & (ring.length - 1);
    size--;
  }

  /** Removes the newest entry if it is {@code action}. */
  void removeLast(Object action) {
    int at = (head + 2 * (size - 1)) & (ring.length - 1);
    if (size > 0 && ring[at] == action) {
      ring[at] = null;
      ring[at + 1] = null;
      size--;
    }
  }

  /**
   * Removes the entry of {@code action}, wherever it is.
   *
   * @return how many entries were before it, or -1 if there is none
   */
  int remove(Object action) {
    for (int i = 0; i < size; i++) {
      if (ring[(head + 2 * i) & (ring.length - 1)] == action) {
        closeGap(i);
        return i;
      }
    }
    return -1;
  }

  private void closeGap(int gap) {
    for (int i = gap; i < size - 1; i++) {
      int to = (head + 2 * i) & (ring.length - 1);
      int from = (to + 2) & (ring.length - 1);
      ring[to] = ring[from];
      ring[to + 1] = ring[from + 1];
    }
    int end = (head + 2 * (size - 1)) & (ring.length - 1);
    ring[end] = null;
    ring[end + 1] = null;
    size--;
  }

  /**
   * Brings a task step among the first {@code among} entries to the front, by {@code random}.
   * Callbacks stay in their order, and so do the steps of one owner: those are promised.
   */
  void shuffleFirst(int among, RandomGenerator random) {
    if (among < 2 || !isTaskStep(slot(0))) {
      return;
    }
    int picked = random.nextInt(among);
    if (!isTaskStep(slot(picked))) {
      return;
    }
    moveToFront(firstOfOwner(picked));
  }

  private int slot(int index) {
    return (head + 2 * index) & (ring.length - 1);
  }

  private boolean isTaskStep(int at) {
    Object action = ring[at];
    return action instanceof Strand || action instanceof Owned || ownerAt(at) != action;
  }

  private int firstOfOwner(int index) {
    Object owner = ownerAt(slot(index));
    for (int i = 0; i < index; i++) {
      if (ownerAt(slot(i)) == owner) {
        return i;
      }
    }
    return index;
  }

  private void moveToFront(int index) {
    Object action = ring[slot(index)];
    Object owner = ring[slot(index) + 1];
    for (int i = index; i > 0; i--) {
      ring[slot(i)] = ring[slot(i - 1)];
      ring[slot(i) + 1] = ring[slot(i - 1) + 1];
    }
    ring[slot(0)] = action;
    ring[slot(0) + 1] = owner;
  }

  private void grow() {
    var larger = new Object[2 * ring.length];
    int upper = ring.length - head;
    System.arraycopy(ring, head, larger, 0, upper);
    System.arraycopy(ring, 0, larger, upper, head);
    ring = larger;
    head = 0;
  }
}
