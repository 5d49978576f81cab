package io.greenloop.gevent;

import io.greenloop.eventlet.internal.Sneaky;
import io.greenloop.gevent.Mapping.Outcome;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The results of {@link Mapping#imap} and {@link Mapping#imapUnordered}, to be read by one
 * greenlet. Filling it is the work of a greenlet of its own: {@link #close} kills that, so close it
 * if you leave it before its end.
 *
 * @param <R> a result
 */
@SuppressWarnings("IterableAndIterator") // for a for-each over what comes once, as in Python
public final class Results<R extends @Nullable Object>
    implements Iterator<R>, Iterable<R>, AutoCloseable {
  static final int UNBOUNDED = 0;

  private final SimpleQueue<Entry<R>> queue = new SimpleQueue<>();
  private final @Nullable Semaphore room;
  private final boolean ordered;
  private final Map<Integer, Entry<R>> early = new HashMap<>(); // waiting for those before them
  private int outstanding;
  private int lastIndex = -1;
  private int nextIndex;
  private boolean allSpawned;
  private boolean finished;
  private @Nullable Entry<R> next;
  private boolean over;
  private @Nullable Greenlet<?> filler;

  /** One result, or failure, or the end. */
  private record Entry<R extends @Nullable Object>(
      int index, R value, @Nullable Throwable failure, boolean isEnd) {}

  private Results(int maxBuffered, boolean ordered) {
    room = maxBuffered > 0 ? new Semaphore(maxBuffered) : null;
    this.ordered = ordered;
  }

  static <A, R extends @Nullable Object> Results<R> started(
      Mapping pool,
      Mapping.Function<? super A, ? extends R> function,
      Iterable<? extends A> arguments,
      int maxBuffered,
      boolean ordered) {
    var results = new Results<R>(maxBuffered, ordered);
    results.filler = Gevent.spawn(() -> results.fill(pool, function, arguments));
    return results;
  }

  private <A> void fill(
      Mapping pool,
      Mapping.Function<? super A, ? extends R> function,
      Iterable<? extends A> arguments) {
    try {
      for (A argument : arguments) {
        int index = ++lastIndex;
        if (room != null) {
          room.acquire();
        }
        outstanding++;
        pool.<R>start(() -> function.apply(argument)).whenReady(ended -> arrived(index, ended));
      }
      allSpawned = true;
      finishIfDone();
    } catch (Throwable failed) { // by the arguments, or killed
      if (!finished) {
        finished = true;
        queue.put(failure(lastIndex + 1, failed));
        queue.put(end(lastIndex + 2));
      }
      throw Sneaky.raise(failed);
    }
  }

  private void arrived(int index, Outcome<R> ended) {
    outstanding--;
    Throwable thrown = ended.failure();
    queue.put(
        thrown != null ? failure(index, thrown) : new Entry<>(index, ended.get(), null, false));
    finishIfDone();
  }

  private void finishIfDone() {
    if (allSpawned && outstanding == 0 && !finished) {
      finished = true;
      queue.put(end(lastIndex + 1));
    }
  }

  @SuppressWarnings("NullAway") // it has no value
  private static <R extends @Nullable Object> Entry<R> failure(int index, Throwable thrown) {
    return new Entry<>(index, null, thrown, false);
  }

  @SuppressWarnings("NullAway") // it has no value
  private static <R extends @Nullable Object> Entry<R> end(int index) {
    return new Entry<>(index, null, null, true);
  }

  // ---- reading -----------------------------------------------------------------------------

  /** Waits for the next result; false at the end. */
  @Override
  public boolean hasNext() {
    if (next == null && !over) {
      if (room != null) {
        room.release();
      }
      Entry<R> entry = ordered ? nextInOrder() : queue.get();
      if (entry.isEnd()) {
        over = true;
      } else {
        next = entry;
      }
    }
    return next != null;
  }

  private Entry<R> nextInOrder() {
    Entry<R> entry = early.remove(nextIndex);
    while (entry == null) {
      Entry<R> arrived = queue.get();
      if (arrived.index() == nextIndex) {
        entry = arrived;
      } else {
        early.put(arrived.index(), arrived);
      }
    }
    nextIndex++;
    return entry;
  }

  /**
   * The next result; throws what its call threw.
   *
   * @throws NoSuchElementException at the end
   */
  @Override
  public R next() {
    Entry<R> entry = hasNext() ? next : null;
    next = null;
    if (entry == null) {
      throw new NoSuchElementException("next: all results have been read");
    }
    if (entry.failure() != null) {
      throw Sneaky.raise(entry.failure());
    }
    return entry.value();
  }

  @Override
  public Iterator<R> iterator() {
    return this;
  }

  /** Spawns no more calls; those under way go on. Idempotent. */
  @Override
  public void close() {
    over = true;
    next = null;
    Greenlet<?> spawning = filler;
    if (spawning != null) {
      spawning.kill(KillOptions.DEFAULT.nonBlocking());
    }
  }
}
