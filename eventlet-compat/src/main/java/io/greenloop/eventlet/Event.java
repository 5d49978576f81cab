package io.greenloop.eventlet;

import io.greenloop.WaitQueue;
import io.greenloop.eventlet.internal.Limits;
import io.greenloop.eventlet.internal.Sneaky;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One result, sent once, for any number of waiters (Python: {@code eventlet.event.Event}).
 *
 * <p>Sending never runs a waiter: they are queued, in the order in which they came.
 *
 * @param <T> the result
 */
public final class Event<T extends @Nullable Object> {
  private final WaitQueue<Event<T>, @Nullable Void> waiters;
  private boolean sent;
  private @Nullable T result;
  private @Nullable Throwable exception;

  /** An event that nothing was sent to. */
  public Event() {
    waiters = new WaitQueue<>(this, (event, nothing) -> {});
  }

  /** An event whose waits are reported as waits for {@code owner}. */
  Event(Object owner) {
    waiters = new WaitQueue<>(owner, (event, nothing) -> {});
  }

  // ---- sending -----------------------------------------------------------------------------

  /**
   * Gives the result.
   *
   * @throws IllegalStateException if something was sent already
   */
  public void send(T result) {
    beginSend("send");
    this.result = result;
    waiters.serveAll(this);
  }

  /**
   * Makes every wait throw {@code failure}.
   *
   * @throws IllegalStateException if something was sent already
   */
  public void sendException(Throwable failure) {
    beginSend("sendException");
    exception = failure;
    waiters.serveAll(this);
  }

  private void beginSend(String operation) {
    if (sent) {
      throw new IllegalStateException(
          operation + ": " + this + " was sent to already; make a new event for a new result");
    }
    sent = true;
  }

  /**
   * Takes the result back, for a new one. Waiters that have not run yet see the new one.
   *
   * @throws IllegalStateException if nothing was sent
   * @deprecated as in eventlet: make a new event instead
   */
  @Deprecated
  public void reset() {
    if (!sent) {
      throw new IllegalStateException("reset: nothing was sent to " + this);
    }
    sent = false;
    result = null;
    exception = null;
  }

  // ---- waiting -----------------------------------------------------------------------------

  /** The result: waits for it, or gives it at once if it is there. Throws a sent exception. */
  public T await() {
    if (!sent) {
      Eventlet.waiting(this::awaitSent);
    }
    return outcome();
  }

  /** {@link #await()}, at most {@code limit}: empty when that is over, or when null was sent. */
  public Optional<T> await(Duration limit) {
    boolean inTime =
        sent
            || Eventlet.<Boolean>awaiting(
                () -> Limits.within("Event.await", limit, this::awaitSent));
    return inTime ? Optional.ofNullable(outcome()) : Optional.empty();
  }

  private void awaitSent() {
    while (!sent) {
      waiters.park("Event.await", null);
    }
  }

  private T outcome() {
    if (exception != null) {
      throw Sneaky.raise(exception);
    }
    return result();
  }

  @SuppressWarnings("NullAway") // null where T allows it
  private T result() {
    return result;
  }

  // ---- looking -----------------------------------------------------------------------------

  /** Whether something was sent, be it a result or an exception. */
  public boolean isReady() {
    return sent;
  }

  /** Whether a result was sent. */
  public boolean hasResult() {
    return sent && exception == null;
  }

  /** Whether an exception was sent. */
  public boolean hasException() {
    return exception != null;
  }

  /** The result, or {@code notReady} if nothing was sent; throws a sent exception. */
  public @Nullable T poll(@Nullable T notReady) {
    return sent ? outcome() : notReady;
  }

  /** The result, or {@code otherwise} if none was sent. */
  public @Nullable T pollResult(@Nullable T otherwise) {
    return hasResult() ? result() : otherwise;
  }

  /** The exception, or {@code otherwise} if none was sent. */
  public @Nullable Throwable pollException(@Nullable Throwable otherwise) {
    return exception != null ? exception : otherwise;
  }

  @Override
  public String toString() {
    return "event@"
        + Integer.toHexString(System.identityHashCode(this))
        + (exception != null ? " (exception)" : sent ? " (result)" : " (not sent)");
  }
}
