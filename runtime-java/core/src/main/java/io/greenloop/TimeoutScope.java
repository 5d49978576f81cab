package io.greenloop;

import io.greenloop.internal.loop.TimerNode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A time limit on a piece of a task's code (Python: {@code asyncio.Timeout}). When the deadline
 * passes, the task is cancelled; at the end of the body that cancel becomes an {@link
 * AsyncTimeoutException}, unless somebody else cancelled the task too.
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
  private State state = State.ENTERED;
  private @Nullable Duration limit;
  private long deadlineNanos; // if there is a limit
  private @Nullable TimerNode timer; // until it fires or the scope ends
  private @Nullable Runnable soon; // instead of a timer, when the deadline is not in the future

  private TimeoutScope(EventLoop loop, Task<?> task) {
    this.loop = loop;
    this.task = task;
    this.requestsAtEntry = task.deliveredRequests();
  }

  /** Runs {@code body} in the current task with a limit; null means none. */
  static <T extends @Nullable Object> T run(@Nullable Duration limit, Body<? extends T> body) {
    EventLoop loop = EventLoop.running("timeout");
    var scope = new TimeoutScope(loop, loop.taskThatMayWait("timeout"));
    scope.arm(limit);
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
    return limit == null ? Optional.empty() : Optional.of(Duration.ofNanos(deadlineNanos));
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
    disarm();
    arm(delay);
  }

  /** Whether the deadline passed while the body ran; stays true afterwards. */
  public boolean expired() {
    return state == State.EXPIRING || state == State.EXPIRED;
  }

  private void arm(@Nullable Duration delay) {
    limit = delay;
    if (delay == null) {
      return;
    }
    deadlineNanos = loop.core().nanos() + Times.nanos(delay);
    if (delay.isPositive()) {
      timer = new TimerNode((Runnable) this::expire, null);
      loop.core().schedule(timer, deadlineNanos);
    } else {
      // Ahead of what the body queues: even a bare yield meets the deadline.
      Runnable entry = new AtOnce();
      soon = entry;
      loop.core().ready(entry, null);
    }
  }

  private void disarm() {
    soon = null;
    if (timer != null) {
      loop.core().unschedule(timer);
      timer = null;
    }
  }

  /** A deadline that has passed already; no longer valid once another one is set. */
  private final class AtOnce implements Runnable {
    @Override
    public void run() {
      if (soon == this) {
        expire();
      }
    }
  }

  private void expire() {
    if (state == State.ENTERED) {
      state = State.EXPIRING;
      task.cancelFor(this, "time limit of " + limit + " passed");
    }
  }

  /** Ends the scope; returns whether the cancel that is under way is its own. */
  private boolean exit() {
    disarm();
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
      if (seen instanceof CancelledError) {
        throw new AsyncTimeoutException("time limit of " + limit + " passed", seen);
      }
      linkTimeout(seen);
    }
    throw Unchecked.raise(seen);
  }

  /** Another error won over the time limit: the limit stays visible behind it. */
  private void linkTimeout(Throwable other) {
    other.addSuppressed(new AsyncTimeoutException("time limit of " + limit + " passed"));
    if (other instanceof ExceptionGroup group) {
      group.exceptions().forEach(this::linkTimeout);
    }
  }
}
