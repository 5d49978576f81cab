package io.greenloop;

import io.greenloop.internal.loop.TimerNode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * What was passed to {@link Aio#asCompleted}, in the order of completion: the very objects, each
 * done when it is given. Leaving a loop over it early cancels nothing, and another loop goes on
 * where the first one stopped.
 *
 * <p><b>Room:</b> loop; what waits, in a task.
 *
 * @param <F> what is waited for
 */
@SuppressWarnings("IterableAndIterator") // a second loop over it goes on: that is the point
public final class CompletionIterator<F extends Awaitable<?>>
    implements Iterator<F>, Iterable<F>, AutoCloseable {
  private final EventLoop loop;
  private final @Nullable Duration limit;
  private final @Nullable TimerNode timer;

  /** What is not done yet, with the callback that tells us. */
  private final Map<F, Runnable> missing = new LinkedHashMap<>();

  /** What is done and has not been given out. */
  private final ArrayDeque<F> done = new ArrayDeque<>();

  /** Who asked for a result that is not there yet. */
  private final ArrayDeque<Slot> slots = new ArrayDeque<>();

  private int left;
  private boolean timedOut;
  private boolean closed;

  CompletionIterator(EventLoop loop, @Nullable Duration limit, Collection<F> given) {
    this.loop = loop;
    this.limit = limit;
    for (F item : given) {
      missing.computeIfAbsent(item, i -> () -> onDone(i));
      Awaitable<?> awaitable = item;
      loop.ensureFuture(awaitable);
    }
    left = missing.size();
    timer = limit == null || left == 0 ? null : new TimerNode((Runnable) this::expire, null);
    if (timer != null && limit != null) {
      loop.core().schedule(timer, Times.after(loop.core().nanos(), limit));
    }
    missing.forEach((item, callback) -> item.asFuture().addWaiter(callback, null));
  }

  /** Itself: a second loop goes on where the first one stopped. */
  @Override
  public Iterator<F> iterator() {
    return this;
  }

  @Override
  public boolean hasNext() {
    return left > 0;
  }

  /**
   * Parks until the next one is done.
   *
   * @throws AsyncTimeoutException for each one that was not done when the time limit passed
   * @throws NoSuchElementException if all have been given
   */
  @Override
  public F next() {
    LoopFuture<F> slot = nextDone();
    try {
      return slot.join();
    } catch (Throwable instead) { // a cancel, what was thrown in, a refusal: nothing is lost
      giveBack(slot);
      throw instead;
    }
  }

  private void giveBack(LoopFuture<F> slot) {
    if (closed) {
      return;
    }
    if (!slot.isDone()) {
      slot.cancel();
    } else if (slot.failure() == null) { // it came, but the wait threw something else
      left++;
      Slot next = slots.poll();
      if (next == null) {
        done.addFirst(slot.getNow());
      } else {
        next.trySucceed(slot.getNow());
      }
    }
  }

  /**
   * The next one as a future: several may be asked for before any is done, and waited for in any
   * order. Cancelling it gives the place back.
   *
   * @throws NoSuchElementException if all have been given
   */
  public LoopFuture<F> nextDone() {
    loop.checkRoom("nextDone");
    if (left == 0) {
      throw new NoSuchElementException("nextDone: all have been given");
    }
    left--;
    var slot = new Slot();
    F ready = done.poll();
    if (ready != null) {
      slot.trySucceed(ready);
    } else if (timedOut) {
      slot.expire();
    } else {
      slots.add(slot);
    }
    return slot;
  }

  /**
   * Stops watching what is not done; nothing of it is cancelled. Who waits for a place that is not
   * filled yet gets a {@link CancelledError}.
   */
  @Override
  public void close() {
    loop.checkRoom("close");
    closed = true;
    disarm();
    missing.forEach((item, callback) -> item.asFuture().removeWaiter(callback));
    missing.clear();
    for (Slot slot = slots.poll(); slot != null; slot = slots.poll()) {
      slot.cancel("asCompleted: closed before the next one was done");
    }
    left = 0;
  }

  private void disarm() {
    if (timer != null) {
      loop.core().unschedule(timer);
    }
  }

  private void onDone(F item) {
    if (missing.remove(item) == null) {
      return; // closed, or too late
    }
    if (missing.isEmpty()) {
      disarm();
    }
    Slot slot = slots.poll();
    if (slot == null) {
      done.add(item);
    } else {
      slot.trySucceed(item);
    }
  }

  private void expire() {
    timedOut = true;
    missing.forEach((item, callback) -> item.asFuture().removeWaiter(callback));
    for (Slot slot = slots.poll(); slot != null; slot = slots.poll()) {
      slot.expire();
    }
  }

  private final class Slot extends LoopFuture<F> {
    Slot() {
      super(CompletionIterator.this.loop);
    }

    void expire() {
      var failure =
          new Failure(
              new AsyncTimeoutException(
                  "asCompleted: time limit of " + limit + " passed; not done: " + missing.size()));
      failure.markSeen(); // a place that nobody waits for is no lost failure
      tryFail(failure);
    }

    @Override
    public boolean cancel(@Nullable String reason) {
      boolean cancelled = super.cancel(reason);
      if (cancelled) {
        slots.remove(this);
        left++;
      }
      return cancelled;
    }

    @Override
    Collection<? extends Awaitable<?>> sources() {
      return missing.keySet();
    }

    @Override
    boolean isLoopOnly() {
      return missing.keySet().stream().allMatch(i -> i.asFuture().isLoopOnly());
    }

    @Override
    String describe() {
      return "next of " + missing.size() + " (asCompleted)";
    }
  }
}
