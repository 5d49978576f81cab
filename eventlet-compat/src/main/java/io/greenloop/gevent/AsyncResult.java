package io.greenloop.gevent;

import io.greenloop.Awaitable;
import io.greenloop.EventLoop;
import io.greenloop.LoopFuture;
import io.greenloop.Promise;
import io.greenloop.eventlet.internal.Sneaky;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A value, or a failure, that comes later (Python: {@code gevent.event.AsyncResult}).
 *
 * <p>It may be set again; the last value counts. It is a target for links: {@code
 * greenlet.link(result)} copies the outcome.
 *
 * <p><b>Room:</b> the loop it belongs to; {@link #set} and {@link #setException} from any thread.
 *
 * @param <T> the value
 */
public final class AsyncResult<T extends @Nullable Object> extends Linkable<AsyncResult<T>>
    implements Waitable<AsyncResult<T>>, Awaitable<T>, Consumer<Greenlet<? extends T>> {
  private volatile boolean hasValue;
  private volatile @Nullable T value;
  private volatile @Nullable Throwable exception;

  /** One without an outcome. It belongs to the loop that waits for it first. */
  public AsyncResult() {
    super(false);
  }

  @Override
  AsyncResult<T> self() {
    return this;
  }

  // ---- setting -----------------------------------------------------------------------------

  /** Gives the value, and wakes those who wait, in a later turn. */
  public void set(T value) {
    change(
        "set",
        () -> {
          this.value = value;
          hasValue = true;
          notifyIfReady();
        });
  }

  /** {@link #set} of nothing, for a result that only says "done". */
  public void set() {
    set(none());
  }

  /** Gives a failure, which {@link #get()} throws. */
  public void setException(Throwable failure) {
    change(
        "setException",
        () -> {
          exception = failure;
          notifyIfReady();
        });
  }

  /**
   * Takes over the outcome of {@code source}: for {@link Greenlet#link}. Of one that was killed:
   * its exit, as a failure.
   */
  @Override
  public void accept(Greenlet<? extends T> source) {
    Throwable thrown = source.failure();
    if (thrown != null) {
      setException(thrown);
    } else {
      set(source.result());
    }
  }

  // ---- waiting -----------------------------------------------------------------------------

  /**
   * The value; waits for it. Throws a failure that was set, the very object.
   *
   * @throws BlockingSwitchOutError in the hub
   */
  public T get() {
    if (!isReady()) {
      awaitLink("AsyncResult.get", null);
    }
    return outcome();
  }

  /**
   * {@link #get()}, at most {@code limit}.
   *
   * @throws Timeout when that is over
   */
  public T get(Duration limit) {
    if (!isReady() && !awaitLink("AsyncResult.get", limit)) {
      throw Timeout.over(limit);
    }
    return outcome();
  }

  /**
   * The outcome, if it is there (Python: {@code get_nowait}).
   *
   * @throws Timeout if it is not
   */
  public T getNow() {
    if (!isReady()) {
      throw Timeout.notReady(this);
    }
    return outcome();
  }

  private T outcome() {
    Throwable thrown = exception;
    if (!hasValue && thrown != null) {
      throw Sneaky.raise(thrown);
    }
    return present();
  }

  @SuppressWarnings("NullAway") // null where T allows it
  private T present() {
    return value;
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <V extends @Nullable Object> V none() {
    return null;
  }

  /** Waits for an outcome, and throws nothing: the value; empty for a failure, or null. */
  public Optional<T> await() {
    return awaitWithin(null);
  }

  /** {@link #await()}, at most {@code limit}; also empty when that is over. */
  public Optional<T> await(Duration limit) {
    return awaitWithin(limit);
  }

  private Optional<T> awaitWithin(@Nullable Duration limit) {
    if (isReady()) {
      letOthersGoFirst("AsyncResult.await");
    } else {
      awaitLink("AsyncResult.await", limit);
    }
    return Optional.ofNullable(present());
  }

  // ---- looking -----------------------------------------------------------------------------

  @Override
  public boolean isReady() {
    return hasValue || exception != null;
  }

  /** {@link #isReady}. */
  @Override
  public boolean isDone() {
    return isReady();
  }

  /** Whether it has a value. */
  public boolean isSuccessful() {
    return hasValue;
  }

  /** The value; null if there is none. */
  public @Nullable T getValue() {
    return value;
  }

  /** The failure; null if there is none. */
  public @Nullable Throwable getException() {
    return exception;
  }

  /** A result cannot be cancelled: false, as in gevent. */
  public boolean cancel() {
    return false;
  }

  /** Always false. */
  public boolean isCancelled() {
    return false;
  }

  // ---- for code of other kinds -------------------------------------------------------------

  /** A future of the running loop with this outcome. Cancelling it leaves this as it is. */
  @Override
  public LoopFuture<T> asFuture() {
    Promise<T> promise = EventLoop.current().newPromise();
    if (isReady()) {
      settle(promise);
    } else {
      rawLink(self -> settle(promise));
    }
    return promise;
  }

  private void settle(Promise<T> promise) {
    Throwable thrown = exception;
    if (!hasValue && thrown != null) {
      promise.tryCompleteExceptionally(thrown);
    } else {
      promise.tryComplete(present());
    }
  }

  /** {@link #asFuture} for code that knows the JDK only. */
  public CompletableFuture<T> toCompletableFuture() {
    return asFuture().toCompletableFuture();
  }

  @Override
  public String toString() {
    return "async result@"
        + Integer.toHexString(System.identityHashCode(this))
        + (hasValue ? " (value)" : exception != null ? " (failed)" : " (unset)");
  }
}
