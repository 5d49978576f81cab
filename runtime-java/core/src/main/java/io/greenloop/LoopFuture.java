package io.greenloop;

import io.greenloop.internal.loop.Owned;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A result that a loop will have later: the read side (Python: {@code asyncio.Future}). {@link
 * Promise} is the side that completes it, {@link Task} is completed by its body.
 *
 * <p>Completing never runs anything inside the call: callbacks and waiting tasks are queued, in the
 * order in which they came, and run in the next turn.
 *
 * <p><b>Room:</b> the loop it belongs to, unless a method says otherwise.
 *
 * @param <T> the result
 */
public abstract class LoopFuture<T extends @Nullable Object> implements Awaitable<T> {
  private final EventLoop loop;
  private final Waiters waiters = new Waiters();
  private FutureState state = FutureState.PENDING;
  private @Nullable Object outcome; // the result, or the Failure

  LoopFuture(EventLoop loop) {
    this.loop = loop;
  }

  // ---- reading -----------------------------------------------------------------------------

  /** The loop this future belongs to. Any thread. */
  public final EventLoop loop() {
    return loop;
  }

  /** Whether there is an outcome. Any thread, where it may be out of date at once. */
  @Override
  public final boolean isDone() {
    return state != FutureState.PENDING;
  }

  /** Whether it was cancelled. */
  public final boolean isCancelled() {
    return state == FutureState.CANCELLED;
  }

  /** Pending, finished or cancelled. */
  public final FutureState state() {
    return state;
  }

  /**
   * Waits for the outcome: parks the calling task until there is one. Does not park, nor notice a
   * pending cancel, when there is one already. Kotlin suspend code uses {@code await()}.
   *
   * <p>Cancelling the waiting task cancels this future first; put {@link Aio#shield} between them
   * where that is not wanted.
   *
   * @return the result
   * @throws CancelledError if this future or the calling task was cancelled
   * @throws IllegalStateException in a callback (no task to park), in this very task, on another
   *     loop, or while pinned; the original throwable, whatever its type, if this future failed
   */
  public T join() {
    if (state == FutureState.PENDING) {
      Waits.untilDone(this, "join");
    } else {
      loop.checkRoom("join");
    }
    return outcomeForWaiter();
  }

  /**
   * The result, without waiting.
   *
   * @throws InvalidStateException if there is no outcome yet
   * @throws CancelledError if it was cancelled; the original throwable if it failed
   */
  public final T getNow() {
    checkDone("getNow");
    return outcomeForWaiter();
  }

  /**
   * What it failed with, or null if it has a result.
   *
   * @throws InvalidStateException if there is no outcome yet
   * @throws CancelledError if it was cancelled
   */
  public final @Nullable Throwable exceptionNow() {
    checkDone("exceptionNow");
    if (!(outcome instanceof Failure failure)) {
      return null;
    }
    if (state == FutureState.CANCELLED) {
      throw failure.cancelled();
    }
    failure.markSeen();
    return failure.thrown;
  }

  /**
   * Queues {@code callback} for the time when this future is done, with a copy of the present
   * context; right away if it is done already. Callbacks run in the order of registration, one
   * entry each; what one throws goes to the loop's exception handler.
   */
  public final Registration whenDone(Consumer<? super LoopFuture<T>> callback) {
    loop.checkRoom("whenDone");
    Objects.requireNonNull(callback, "callback");
    Callback entry = loop.newCallback(new Callback.Notice<>(this, callback));
    addWaiter(entry, null);
    return () -> {
      loop.checkRoom("remove");
      return waiters.remove(entry);
    };
  }

  /**
   * Queues {@code step} when this future is done, at once if it is: as code of the calling task, in
   * the order in which waiters came. Unlike {@link #whenDone} it costs nothing beyond the step: for
   * bridges to other coroutine machinery.
   */
  public final void stepWhenDone(Runnable step) {
    loop.checkRoom("stepWhenDone");
    addWaiter(step, step instanceof Owned ? null : loop.currentTaskOrNull());
  }

  /**
   * Takes back what {@link #stepWhenDone} registered.
   *
   * @return false if it is queued or has run
   */
  public final boolean dropStep(Runnable step) {
    loop.checkRoom("dropStep");
    return removeWaiter(step);
  }

  /**
   * A {@code CompletableFuture} with the outcome of this one. Cancelling it cancels this one. Any
   * thread may wait for it, except those of the loop. If the loop is closed before, it fails with
   * {@link LoopClosedException}.
   */
  public CompletableFuture<T> toCompletableFuture() {
    return loop.bridges().toCompletableFuture(this);
  }

  @Override
  public final LoopFuture<T> asFuture() {
    return this;
  }

  // ---- cancelling --------------------------------------------------------------------------

  /** {@link #cancel(String)} without a reason. */
  public final boolean cancel() {
    return cancel(null);
  }

  /**
   * Cancels this future at once, if it is still pending.
   *
   * @param reason travels in the {@link CancelledError}
   * @return false if it was done
   */
  public boolean cancel(@Nullable String reason) {
    loop.checkRoom("cancel");
    return tryCancel(new Failure(reason));
  }

  // ---- completing: for this package --------------------------------------------------------

  final boolean trySucceed(T result) {
    return settle(FutureState.FINISHED, result);
  }

  final boolean tryFail(Throwable thrown) {
    return tryFail(new Failure(thrown));
  }

  final boolean tryFail(Failure failure) {
    if (!settle(FutureState.FINISHED, failure)) {
      return false;
    }
    loop.failures().watch(this, failure);
    return true;
  }

  final boolean tryCancel(Failure failure) {
    return settle(FutureState.CANCELLED, failure);
  }

  private boolean settle(FutureState settled, @Nullable Object with) {
    if (state != FutureState.PENDING) {
      return false;
    }
    outcome = with;
    state = settled;
    onSettled();
    waiters.queueAll(loop.core());
    return true;
  }

  /** Runs inside the call that settles it, before any waiter is queued. */
  void onSettled() {}

  /** Takes the outcome of {@code other}, which is done. */
  final void settleLike(LoopFuture<? extends T> other) {
    if (other.outcome instanceof Failure failure) {
      failure.markSeen();
      if (other.isCancelled()) {
        tryCancel(new Failure((Throwable) failure.cancelled()));
      } else {
        tryFail(failure.throwable(false));
      }
    } else {
      trySucceed(other.value());
    }
  }

  // ---- waiting: for this package -----------------------------------------------------------

  /** Queues {@code action} when done: a strand to mount or a runnable; at once if done. */
  final void addWaiter(Object action, @Nullable Object owner) {
    if (isDone()) {
      loop.core().ready(action, owner);
    } else {
      waiters.add(action, owner);
    }
  }

  final boolean removeWaiter(Object action) {
    return waiters.remove(action);
  }

  /** Takes back the waiter of class {@code kind}, if there is one. */
  final <A> @Nullable A takeWaiter(Class<A> kind) {
    return waiters.take(kind);
  }

  final T outcomeForWaiter() {
    if (outcome instanceof Failure failure) {
      throw failure.forWaiter(loop, state == FutureState.CANCELLED);
    }
    return value();
  }

  /** The failure, cancelled or not, or null; does not count as seen. */
  final @Nullable Failure failure() {
    return outcome instanceof Failure f ? f : null;
  }

  /** Whether its waiter gets a {@link CancelledError}: it was cancelled, or failed with one. */
  final boolean endsWaitCancelled() {
    return outcome instanceof Failure f
        && (state == FutureState.CANCELLED || f.thrown instanceof CancelledError);
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // null where T allows it
  private T value() {
    return (T) outcome;
  }

  /**
   * The unfinished futures that this one waits for at this moment: the members of a gather, what a
   * task waits for, and who holds the lock it waits for. Nothing is recorded for this while tasks
   * run: it is read off the waits themselves.
   *
   * <p><b>Room:</b> loop or setup; from another thread it may be out of date at once.
   */
  public final Set<LoopFuture<?>> awaits() {
    if (isDone()) {
      return Set.of();
    }
    var pending = new LinkedHashSet<LoopFuture<?>>();
    for (Awaitable<?> source : sources()) {
      LoopFuture<?> future = source.asFuture();
      if (!future.isDone()) {
        pending.add(future);
      }
    }
    return pending;
  }

  /** What {@link #awaits} reads: may hold what is done, too. */
  Collection<? extends Awaitable<?>> sources() {
    return List.of();
  }

  /** What a proof of dead-lock needs to know: can only code of this loop complete it? */
  boolean isLoopOnly() {
    return false;
  }

  private void checkDone(String operation) {
    if (state == FutureState.PENDING) {
      throw new InvalidStateException(
          operation + ": " + this + " is not done yet; wait for it with join()");
    }
  }

  /** Name and kind, for reports. */
  String describe() {
    return "future@" + Integer.toHexString(System.identityHashCode(this));
  }

  @Override
  public String toString() {
    return describe() + " (" + state.name().toLowerCase(java.util.Locale.ROOT) + ")";
  }
}
