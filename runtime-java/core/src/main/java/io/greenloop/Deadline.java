package io.greenloop;

import io.greenloop.internal.loop.TimerNode;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The deadline of a scope, which can be moved until it has passed. Loop room. */
final class Deadline {
  private final EventLoop loop;
  private final Runnable whenPassed;
  private @Nullable Duration limit;
  private long dueNanos; // if there is a limit
  private @Nullable TimerNode timer; // until it fires or the scope ends
  private @Nullable Runnable soon; // instead of a timer, when the deadline is not in the future

  Deadline(EventLoop loop, Runnable whenPassed) {
    this.loop = loop;
    this.whenPassed = whenPassed;
  }

  /** On the loop's clock, if there is one. */
  Optional<Duration> time() {
    return limit == null ? Optional.empty() : Optional.of(Duration.ofNanos(dueNanos));
  }

  /** What to say when it has passed. */
  String passed() {
    return "time limit of " + limit + " passed";
  }

  /** Moves it to {@code delay} from now; null: there is none. */
  void in(@Nullable Duration delay) {
    disarm();
    limit = delay;
    if (delay == null) {
      return;
    }
    dueNanos = loop.core().nanos() + Times.nanos(delay);
    if (delay.isPositive()) {
      timer = new TimerNode(whenPassed, null);
      loop.core().schedule(timer, dueNanos);
    } else {
      // Ahead of what the body queues: even a bare yield meets the deadline.
      Runnable entry = new AtOnce();
      soon = entry;
      loop.core().ready(entry, null);
    }
  }

  /** It will not pass any more. */
  void disarm() {
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
        whenPassed.run();
      }
    }
  }
}
