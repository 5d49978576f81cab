package io.greenloop.gevent;

import io.greenloop.Handle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives what is waited for in the order in which it becomes ready (Python: {@code gevent.iwait}).
 * Ends when enough have come, or the time is over. Close it if you leave it before its end.
 *
 * <p><b>Room:</b> one greenlet.
 *
 * @param <W> what is waited for
 */
@SuppressWarnings("IterableAndIterator") // for a for-each over what comes once, as in Python
public final class WaitIterator<W extends Waitable<?>>
    implements Iterator<W>, Iterable<W>, AutoCloseable {
  private final Hub hub;
  private final List<W> objects;
  private final @Nullable Duration limit;
  private final ArrayDeque<Object> arrived = new ArrayDeque<>();
  private final Consumer<@Nullable Object> link = this::ready;
  private @Nullable Waiter<Boolean> waiting;
  private @Nullable Handle timer;
  private int left;
  private boolean begun;
  private boolean ended;
  private @Nullable W next;

  WaitIterator(Collection<? extends W> objects, @Nullable Duration limit, int count) {
    hub = Hub.of("iwait");
    this.objects = new ArrayList<>(objects);
    this.limit = limit;
    left = Math.min(count, this.objects.size());
  }

  private void begin() {
    begun = true;
    for (W object : objects) {
      object.rawLink(link);
    }
    if (limit != null) {
      timer = hub.eventLoop().callLater(Waiter.due(limit), () -> ready(this));
    }
  }

  private void ready(@Nullable Object object) {
    arrived.add(object == null ? this : object);
    Waiter<Boolean> waiter = waiting;
    if (waiter != null) {
      waiting = null;
      waiter.switchTo(true);
    }
  }

  /** Waits for the next one; false at the end. */
  @Override
  @SuppressWarnings("unchecked") // links pass the object that they are a link of
  public boolean hasNext() {
    if (next != null) {
      return true;
    }
    if (ended) {
      return false;
    }
    if (!begun) {
      begin();
    }
    if (left <= 0) {
      close();
      return false;
    }
    left--;
    boolean got = false;
    try {
      awaitArrival();
      Object first = arrived.poll();
      got = first != null && first != this;
      next = got ? (W) first : null;
      return got;
    } finally {
      if (!got) {
        close();
      }
    }
  }

  private void awaitArrival() {
    if (arrived.isEmpty()) {
      Waiter<Boolean> waiter = new Waiter<>(hub, "one of ", objects);
      waiting = waiter;
      try {
        waiter.get();
      } finally {
        waiting = null;
      }
    }
  }

  @Override
  public W next() {
    W object = hasNext() ? next : null;
    next = null;
    if (object == null) {
      throw new NoSuchElementException("iwait: all have come, or the time is over");
    }
    return object;
  }

  @Override
  public Iterator<W> iterator() {
    return this;
  }

  /** Takes back what is linked; idempotent. */
  @Override
  public void close() {
    ended = true;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    objects.forEach(object -> object.unlink(link));
    objects.clear();
  }
}
