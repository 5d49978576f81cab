package io.greenloop.inspect;

import io.greenloop.EventLoop;
import io.greenloop.Task;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A loop that makes no step, because something that runs on it does not let go. Immutable.
 *
 * <p>A task that waits in a wait of Greenloop, or (with the JVM flags) in a blocking call of the
 * JDK, holds nobody up and is no stall.
 */
public final class Stall {
  private final io.greenloop.internal.watch.Stall seen;

  Stall(io.greenloop.internal.watch.Stall seen) {
    this.seen = seen;
  }

  /** The loop that is held. */
  public EventLoop loop() {
    return (EventLoop) seen.core().face();
  }

  /** Who holds it, in words: {@code task 'a'}, {@code callback in Foo}. */
  public String holder() {
    return seen.holder();
  }

  /** The task that holds it, unless it is a callback. */
  public Optional<Task<?>> task() {
    return seen.owner() instanceof Task<?> task ? Optional.of(task) : Optional.empty();
  }

  /** The greenlet, generator or coroutine that runs in the task or callback, in words. */
  public Optional<String> coroutine() {
    return Optional.ofNullable(seen.coroutine());
  }

  /** For how long it has been held, at least. */
  public Duration duration() {
    return Duration.ofNanos(seen.nanos());
  }

  /** The user's part of the stack when it was seen, innermost first. */
  public List<StackTraceElement> frames() {
    return seen.frames();
  }

  /** Loop, holder, time and stack, as the log prints them. */
  @Override
  public String toString() {
    return seen.text();
  }
}
