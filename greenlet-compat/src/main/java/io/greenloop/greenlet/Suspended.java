package io.greenloop.greenlet;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The greenlets of a host that have switched away at least once and not ended, for reports. Keeps
 * none of them alive. A greenlet that runs through in one go is never listed, and pays nothing.
 *
 * <p>The host changes it; any thread may read, and sees what may be out of date.
 */
final class Suspended {
  private final ReferenceQueue<Greenlet> collected = new ReferenceQueue<>();
  private volatile @Nullable Entry newest;

  /** One greenlet. */
  static final class Entry extends WeakReference<Greenlet> {
    private final Suspended list;
    private volatile @Nullable Entry older;
    private @Nullable Entry newer;

    private Entry(Suspended list, Greenlet greenlet) {
      super(greenlet, list.collected);
      this.list = list;
    }

    /** Takes it off the list, once. Its own link stays, for a reader who stands here. */
    void remove() {
      Entry before = newer;
      Entry after = older;
      if (before != null) {
        before.older = after;
      } else if (list.newest == this) {
        list.newest = after;
      }
      if (after != null) {
        after.newer = before;
      }
      clear(); // else the collector would hand it over once more
    }
  }

  Entry add(Greenlet greenlet) {
    for (Reference<?> gone = collected.poll(); gone != null; gone = collected.poll()) {
      ((Entry) gone).remove();
    }
    var entry = new Entry(this, greenlet);
    Entry next = newest;
    entry.older = next;
    if (next != null) {
      next.newer = entry;
    }
    newest = entry;
    return entry;
  }

  /** In the order in which they first switched away. */
  Stream<Greenlet> stream() {
    List<Greenlet> found = new ArrayList<>();
    for (Entry entry = newest; entry != null; entry = entry.older) {
      Greenlet greenlet = entry.get();
      if (greenlet != null) {
        found.add(greenlet);
      }
    }
    Collections.reverse(found);
    return found.stream();
  }
}
