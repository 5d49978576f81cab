package io.greenloop;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.watch.Watched;
import org.jspecify.annotations.Nullable;

/** A run of a loop as the watchdog sees it. */
final class WatchedRun implements Watched {
  private final EventLoop loop;

  WatchedRun(EventLoop loop) {
    this.loop = loop;
  }

  /** Whose code runs, in words. */
  static String describeOwner(@Nullable Object owner) {
    if (owner instanceof Task<?> task) {
      return task.describe();
    }
    return owner == null ? "a callback" : owner.toString();
  }

  @Override
  public LoopCore core() {
    return loop.core();
  }

  @Override
  public String describe(@Nullable Object owner) {
    return describeOwner(owner);
  }

  @Override
  public boolean isIdleWithoutReason() {
    return loop.runs().isIdleWithoutReason();
  }

  @Override
  public String suspicion(long seconds) {
    return DeadLock.suspicion(loop, seconds);
  }
}
