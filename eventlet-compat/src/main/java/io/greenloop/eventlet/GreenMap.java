package io.greenloop.eventlet;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The results of {@link GreenPool#imap}, in the order of the items. A green thread of its own reads
 * the items, and is held up when the consumer is too far behind; {@link #close} ends it.
 *
 * <p>An error of the function is thrown at its place, and the next one can go on. Differs from
 * eventlet: an error of the items ends the results, and is thrown there, where eventlet's consumer
 * hangs.
 *
 * <p><b>Room:</b> loop, in a task, or a plain thread.
 *
 * @param <R> the results
 */
public final class GreenMap<R extends @Nullable Object> implements Iterator<R>, AutoCloseable {
  private final LightQueue<GreenThread<? extends R>> threads;
  private final GreenThread<?> producer;
  private @Nullable GreenThread<? extends R> fetched; // the next one, once hasNext has looked
  private final GreenThread<R> end;
  private boolean ended;

  GreenMap(GreenPool like, Callable<Boolean> hasNext, Callable<Callable<R>> next) {
    threads = new LightQueue<>(like.size());
    end = GreenThread.marker(Eventlet.loop("GreenPool.imap"));
    var pool = new GreenPool(like.size());
    producer =
        Eventlet.spawn(
            () -> {
              try {
                while (hasNext.call()) {
                  threads.put(pool.<R>spawn(next.call()));
                }
              } catch (Exception broken) {
                threads.put(GreenThread.failed(Eventlet.loop("GreenPool.imap"), broken));
              }
              threads.put(end);
            });
  }

  /** Whether there is another result; waits until that is known. */
  @Override
  public boolean hasNext() {
    if (fetched == null && !ended) {
      GreenThread<? extends R> thread = threads.get();
      ended = thread == end;
      fetched = ended ? null : thread;
    }
    return !ended;
  }

  /** The next result; waits for it. */
  @Override
  public R next() {
    if (!hasNext() || fetched == null) {
      throw new NoSuchElementException("next: the items have ended");
    }
    GreenThread<? extends R> thread = fetched;
    fetched = null;
    return thread.await();
  }

  /** Ends the green thread that reads the items; what works already goes on. Idempotent. */
  @Override
  public void close() {
    ended = true;
    fetched = null;
    producer.kill();
  }
}
