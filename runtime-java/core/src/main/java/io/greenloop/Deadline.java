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
  private @Nullable Runnable armed; // what passes it
  private @Nullable TimerNode timer; // of that, if the deadline is in the future

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
    Runnable entry = new Passing();
    armed = entry;
    if (delay.isPositive()) {
      timer = new TimerNode(entry, null);
      loop.core().schedule(timer, dueNanos);
    } else {
      // Ahead of what the body queues: even a bare yield meets the deadline.
      loop.core().ready(entry, null);
    }
  }

  /** It will not pass any more. */
  void disarm() {
    armed = null;
    if (timer != null) {
      loop.core().unschedule(timer);
      timer = null;
    }
  }

  /** Is in the ready queue once its time has come, and may be overtaken there by a move. */
  private final class Passing implements Runnable {
    @Override
    public void run() {
      if (armed == this) {
        whenPassed.run();
      }
    }
  }
}
