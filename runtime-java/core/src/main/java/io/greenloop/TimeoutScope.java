package io.greenloop;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A time limit on a piece of a task's code (Python: {@code asyncio.Timeout}). When the deadline
 * passes, the task is cancelled; at the end of the body that cancel becomes an {@link
 * AsyncTimeoutException}, unless somebody else cancelled the task too. An error that was made of
 * the cancel, or of the interrupt that it was to foreign code, stands behind it as a cause; another
 * error passes, with the time limit as a suppressed one.
 *
 * <p><b>Room:</b> loop.
 */
public final class TimeoutScope {
  private enum State {
    ENTERED,
    EXPIRING,
    EXPIRED,
    EXITED
  }

  private final EventLoop loop;
  private final Task<?> task;
  private final int requestsAtEntry;
  private final int shieldsAtEntry;
  private State state = State.ENTERED;
  private final Deadline deadline;

  private TimeoutScope(EventLoop loop, Task<?> task) {
    this.loop = loop;
    this.task = task;
    this.requestsAtEntry = task.deliveredRequests();
    this.shieldsAtEntry = task.shields();
    this.deadline = new Deadline(loop, this::expire);
  }

  /** Runs {@code body} in the current task with a limit; null means none. */
  static <T extends @Nullable Object> T run(@Nullable Duration limit, Body<? extends T> body) {
    EventLoop loop = EventLoop.running("timeout");
    var scope = new TimeoutScope(loop, loop.taskThatMayWait("timeout"));
    scope.deadline.in(limit);
    T result;
    try {
      result = body.run(scope);
    } catch (Throwable thrown) {
      throw scope.exitBy(thrown);
    }
    scope.exit();
    return result;
  }

  /**
   * Code that runs under a time limit.
   *
   * @param <T> the result
   */
  @FunctionalInterface
  public interface Body<T extends @Nullable Object> {
    /** Runs with the scope, by which the deadline may be moved. */
    T run(TimeoutScope scope) throws Exception;

    /** A body that does not look at its scope. */
    static <T extends @Nullable Object> Body<T> of(Callable<? extends T> body) {
      return scope -> body.call();
    }
  }

  /** The deadline on the loop's clock ({@link EventLoop#time()}), if there is one. */
  public Optional<Duration> deadline() {
    return deadline.time();
  }

  /**
   * Moves the deadline to {@code delay} from now; null disables it.
   *
   * @throws IllegalStateException once the deadline has passed, or outside of the body
   */
  public void reschedule(@Nullable Duration delay) {
    loop.checkRoom("reschedule");
    if (state != State.ENTERED) {
      throw new IllegalStateException(
          "reschedule: this timeout is "
              + state.name().toLowerCase(java.util.Locale.ROOT)
              + "; only a running one can be moved");
    }
    deadline.in(delay);
  }

  /** Whether the deadline passed while the body ran; stays true afterwards. */
  public boolean expired() {
    return state == State.EXPIRING || state == State.EXPIRED;
  }

  private void expire() {
    if (state == State.ENTERED) {
      state = State.EXPIRING;
      task.cancelFor(this, deadline.passed(), shieldsAtEntry, false);
    }
  }

  /** Ends the scope; returns whether the cancel that is under way is its own. */
  private boolean exit() {
    deadline.disarm();
    if (state != State.EXPIRING) {
      state = State.EXITED;
      return false;
    }
    state = State.EXPIRED;
    return task.withdraw(this) <= requestsAtEntry;
  }

  private RuntimeException exitBy(Throwable thrown) {
    Throwable seen = task.unmask(thrown);
    if (exit()) {
      if (isMadeOfCancel(seen)) {
        throw new AsyncTimeoutException(deadline.passed(), seen);
      }
      linkTimeout(seen);
    }
    throw Unchecked.raise(seen);
  }

  /** A library that wraps all that is thrown wraps our cancel as well. */
  private static boolean isMadeOfCancel(Throwable seen) {
    return !Fatal.isFatal(seen)
        && !(seen instanceof ExceptionGroup) // of failures: a group keeps no cancel
        && Interrupts.isCancelBehind(seen);
  }

  /** Another error won over the time limit: the limit stays visible behind it. */
  private void linkTimeout(Throwable other) {
    other.addSuppressed(new AsyncTimeoutException(deadline.passed()));
    if (other instanceof ExceptionGroup group) {
      group.exceptions().forEach(this::linkTimeout);
    }
  }
}
