package io.greenloop;

import org.jspecify.annotations.Nullable;

/**
 * Somebody who stands in a {@link WaitQueue}: a parked task, or code that wants to be called, such
 * as a Kotlin continuation. Stands in one queue, once.
 *
 * <table>
 *   <caption>States</caption>
 *   <tr><td>new</td><td>not queued yet</td></tr>
 *   <tr><td>waiting</td><td>in a queue</td></tr>
 *   <tr><td>served</td><td>was handed something, or told a failure</td></tr>
 *   <tr><td>gone</td><td>left by {@link #abandon}</td></tr>
 * </table>
 *
 * <p><b>Room:</b> loop or setup.
 *
 * @param <T> what is handed to it
 */
public abstract class Waiter<T extends @Nullable Object> {
  private enum State {
    NEW,
    WAITING,
    SERVED,
    FAILED,
    GONE
  }

  private State state = State.NEW;

  // For WaitQueue, which links its waiters through these.
  @Nullable WaitQueue<T, ?> queue;
  @Nullable Waiter<T> previous;
  @Nullable Waiter<T> next;
  @Nullable Object brought;
  @Nullable Task<?> task;

  private @Nullable Object value; // handed to it, or the failure

  /** For subclasses. */
  protected Waiter() {}

  /**
   * Called when something is handed to this waiter, inside the call that hands it over: schedules
   * what is to happen, and does nothing else.
   */
  protected abstract void onServed(T value);

  /**
   * Called when the wait fails, inside the call that fails it: schedules, and does nothing else.
   */
  protected abstract void onFailed(Throwable failure);

  /** Whether it stands in a queue. */
  public final boolean isWaiting() {
    return state == State.WAITING;
  }

  /** Whether something was handed to it, which it may still pass on. */
  final boolean isServed() {
    return state == State.SERVED;
  }

  /**
   * Gives up: leaves the queue; or, if something was handed to it that it has not used, or it was
   * told a failure that it has not heard of, passes that on. So nothing is lost, whenever it is
   * called. Only the first call does anything.
   *
   * @return whether it was still waiting
   * @throws WrongThreadException if a task queued this waiter, and the call does not come from the
   *     loop of that task
   */
  public final boolean abandon() {
    Task<?> waiting = task;
    if (waiting != null) {
      waiting.loop().checkRoom("abandon");
    }
    State before = state;
    state = State.GONE;
    WaitQueue<T, ?> from = queue;
    if (before == State.WAITING && from != null) {
      from.unlink(this);
      return true;
    }
    if (before == State.SERVED && from != null) {
      from.passOn(this, takeValue());
    }
    if (before == State.FAILED && from != null && value instanceof Throwable failure) {
      from.passOnFailure(this, failure);
    }
    return false;
  }

  /** What it waits for, or was handed. */
  final Object subject() {
    WaitQueue<T, ?> in = queue;
    return in == null ? "nothing" : in.subject();
  }

  final void queuedIn(WaitQueue<T, ?> queue, @Nullable Object brought) {
    if (state != State.NEW) {
      throw new IllegalStateException(
          "add to " + queue + ": this waiter is used up; make a new one for each wait");
    }
    this.queue = queue;
    this.brought = brought;
    state = State.WAITING;
  }

  /** Makes it as new, for another wait. */
  final void renew() {
    queue = null;
    brought = null;
    task = null;
    value = null;
    state = State.NEW;
  }

  final void serve(T handed) {
    value = handed;
    state = State.SERVED;
    onServed(handed);
  }

  /** {@link #serve} for a waiter that runs inside the call, if it can. */
  final void serveNow(T handed) {
    value = handed;
    state = State.SERVED;
    onServedNow(handed);
  }

  /** A waiter that is no task has nothing that could run now. */
  void onServedNow(T handed) {
    onServed(handed);
  }

  final void fail(Throwable failure) {
    value = failure;
    state = State.FAILED;
    onFailed(failure);
  }

  /** After the wait of a task: what it was handed; throws what the wait failed with. */
  final T outcome() {
    if (state == State.FAILED && value instanceof Throwable failure) {
      throw Unchecked.raise(failure);
    }
    return takeValue();
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // null where T allows it
  private T takeValue() {
    return (T) value;
  }
}
