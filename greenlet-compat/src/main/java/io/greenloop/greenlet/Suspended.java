package io.greenloop.greenlet;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The greenlets of a host that have switched away at least once and not ended, for reports. Keeps
 * none of them alive. A greenlet that runs through in one go is never listed, and pays nothing.
 *
 * <p>The host changes it; any thread may read, and sees what may be out of date.
 */
final class Suspended {
  private final Queue<Entry> collected = new ConcurrentLinkedQueue<>();

  /** Weakly: a virtual thread that nobody will unpark is collected, and its greenlets with it. */
  private final WeakReference<Thread> host;

  private volatile @Nullable Entry newest;

  Suspended(Thread host) {
    this.host = new WeakReference<>(host);
  }

  /** One greenlet. */
  static class Entry extends WeakReference<Greenlet> {
    private final Suspended list;
    private volatile @Nullable Entry older;
    private @Nullable Entry newer;

    private Entry(Suspended list, Greenlet greenlet) {
      super(greenlet, Leaks.COLLECTED);
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
        if (after == null) {
          Leaks.WATCHED.remove(list);
        }
      }
      if (after != null) {
        after.newer = before;
      }
      clear(); // else the collector would hand it over once more
    }

    @Nullable Throwable createdAt() {
      return null;
    }

    /** Its greenlet was collected: the host, if there still is one, takes it off the list. */
    void lost() {
      list.collected.add(this);
    }
  }

  /** One of debug mode; the others are smaller by a field. */
  private static final class Traced extends Entry {
    private final Throwable createdAt;

    Traced(Suspended list, Greenlet greenlet, Throwable createdAt) {
      super(list, greenlet);
      this.createdAt = createdAt;
    }

    @Override
    Throwable createdAt() {
      return createdAt;
    }
  }

  Entry add(Greenlet greenlet) {
    for (Entry gone = collected.poll(); gone != null; gone = collected.poll()) {
      gone.remove();
    }
    Throwable createdAt = greenlet.createdAt();
    Entry entry =
        createdAt == null ? new Entry(this, greenlet) : new Traced(this, greenlet, createdAt);
    Entry next = newest;
    entry.older = next;
    if (next == null) {
      Leaks.watch(this);
    } else {
      next.newer = entry;
    }
    newest = entry;
    return entry;
  }

  /** Whether its host has ended or was collected, and so was all that it lists. */
  boolean isLost() {
    Thread thread = host.get();
    if (thread != null && thread.getState() != Thread.State.TERMINATED) {
      return false;
    }
    for (Entry entry = newest; entry != null; entry = entry.older) {
      if (entry.get() != null) {
        return false;
      }
    }
    return true;
  }

  /** In the order in which they first switched away. */
  List<Greenlet> all() {
    List<Greenlet> found = new ArrayList<>();
    for (Entry entry = newest; entry != null; entry = entry.older) {
      Greenlet greenlet = entry.get();
      if (greenlet != null) {
        found.add(greenlet);
      }
    }
    Collections.reverse(found);
    return found;
  }
}
