package io.greenloop.flow;

import io.greenloop.EventLoop;
import io.greenloop.LoopClosedException;
import io.greenloop.Promise;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The items of a publisher; each goes to one task, if several take them. Iterating parks while
 * there is none, ends when the publisher completes, and throws what the publisher failed with,
 * after the items that came before it.
 *
 * <p><b>Room:</b> the loop that subscribed; the signals of the publisher may come on any thread.
 *
 * @param <T> an item
 */
public final class ReceivedItems<T> implements Iterable<T>, AutoCloseable {
  private final EventLoop loop;
  private final int buffer;
  private final AtomicReference<Flow.@Nullable Subscription> upstream = new AtomicReference<>();

  /**
   * In the order in which they came: a signal from a request of ours comes on the loop, and would
   * overtake an earlier one of another thread that is still on its way.
   */
  private final ConcurrentLinkedQueue<Runnable> signals = new ConcurrentLinkedQueue<>();

  /** Whether an entry of the loop is on its way that hears the signals. */
  private final AtomicBoolean told = new AtomicBoolean();

  // On the loop only.
  private final ArrayDeque<T> items = new ArrayDeque<>();
  private int taken; // since the last request
  private boolean ended;
  private @Nullable Throwable failure;

  /** One for each task that waits: a task that is cancelled cancels its own. */
  private final Set<Promise<@Nullable Void>> waiting = new LinkedHashSet<>();

  ReceivedItems(EventLoop loop, int buffer) {
    this.loop = loop;
    this.buffer = buffer;
  }

  // ---- taking ------------------------------------------------------------------------------

  /** Takes the items; each goes to one of the iterators, if there are several. */
  @Override
  public Iterator<T> iterator() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return ReceivedItems.this.hasNext();
      }

      @Override
      public T next() {
        return ReceivedItems.this.next();
      }
    };
  }

  /** Parks the calling task until there is an item, or the end: then false. */
  public boolean hasNext() {
    loop.checkRoom("ReceivedItems.hasNext");
    while (items.isEmpty() && !ended) {
      Promise<@Nullable Void> waited = loop.newPromise(); // a signal from outside ends it
      waiting.add(waited);
      try {
        waited.join();
      } finally {
        waiting.remove(waited);
      }
    }
    if (!items.isEmpty()) {
      return true;
    }
    Throwable failed = failure;
    if (failed != null) {
      throw ReceivedItems.<RuntimeException>raise(failed);
    }
    return false;
  }

  /**
   * Takes the next item; parks the calling task until there is one.
   *
   * @throws NoSuchElementException at the end
   */
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException("next: the publisher has completed");
    }
    T item = items.remove();
    taken++;
    if (taken > buffer / 2) { // asks for many at once, and before the buffer is empty
      long more = taken;
      taken = 0;
      Objects.requireNonNull(upstream.get()).request(more);
    }
    return item;
  }

  /** Cancels the subscription and drops what has not been taken. Idempotent. */
  @Override
  public void close() {
    loop.checkRoom("ReceivedItems.close");
    items.clear();
    end(null);
    Flow.Subscription subscription = upstream.get();
    if (subscription != null) {
      subscription.cancel();
    }
  }

  // ---- signals, from any thread ------------------------------------------------------------

  /** What the publisher gets to see. */
  Flow.Subscriber<T> subscriber() {
    return new Signals();
  }

  private final class Signals implements Flow.Subscriber<T> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      if (!upstream.compareAndSet(null, Objects.requireNonNull(subscription, "subscription"))) {
        subscription.cancel(); // a publisher subscribes us once
        return;
      }
      post(
          () -> {
            if (ended) {
              subscription.cancel();
            } else {
              subscription.request(buffer);
            }
          });
    }

    @Override
    public void onNext(T item) {
      Objects.requireNonNull(item, "item");
      post(
          () -> {
            if (!ended) {
              items.add(item);
              tell();
            }
          });
    }

    @Override
    public void onError(Throwable thrown) {
      Objects.requireNonNull(thrown, "thrown");
      post(() -> end(thrown));
    }

    @Override
    public void onComplete() {
      post(() -> end(null));
    }
  }

  private void end(@Nullable Throwable thrown) {
    if (!ended) {
      ended = true;
      failure = thrown;
      tell();
    }
  }

  /** Tells all: one who is cancelled before it runs has taken nothing. */
  private void tell() {
    for (Promise<@Nullable Void> waited : waiting) {
      waited.tryComplete(null);
    }
    waiting.clear();
  }

  private void hear() {
    told.set(false); // before the look: who comes from here on tells again
    try {
      for (Runnable signal = signals.poll(); signal != null; signal = signals.poll()) {
        signal.run();
      }
    } finally {
      if (!signals.isEmpty()) { // one has thrown: the others are heard all the same
        post();
      }
    }
  }

  /** A subscriber throws nothing at its publisher: one whose loop is closed cancels. */
  private void post(Runnable signal) {
    signals.add(signal);
    post();
  }

  private void post() {
    if (told.getAndSet(true)) {
      return; // one entry hears all
    }
    try {
      loop.callSoonThreadsafe(this::hear);
    } catch (LoopClosedException closed) {
      Flow.Subscription subscription = upstream.get();
      if (subscription != null) {
        subscription.cancel();
      }
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // whatever it is
  private static <X extends Throwable> X raise(Throwable failure) throws X {
    throw (X) failure;
  }
}
