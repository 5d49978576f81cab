package io.greenloop;

import io.greenloop.reactor.LoopClock;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How to make a loop. Immutable: each method gives changed options.
 *
 * @param name in reports and thread names
 * @param clock the loop's time
 * @param debug see {@link EventLoop#setDebug}
 * @param scheduleSeed if present, the next task step among the ready ones is picked by this seed
 *     instead of first in, first out: finds code that relies on an order nobody promised
 */
public record LoopOptions(String name, LoopClock clock, boolean debug, OptionalLong scheduleSeed) {
  private static final AtomicLong NUMBERS = new AtomicLong();

  /** Name {@code loop-N}, real time, debug as {@code -Dgreenloop.debug} says, no seed. */
  public static LoopOptions defaults() {
    return new LoopOptions(
        "loop-" + NUMBERS.incrementAndGet(),
        LoopClock.SYSTEM,
        debugByDefault(),
        OptionalLong.empty());
  }

  /** With this name. */
  public LoopOptions withName(String name) {
    return new LoopOptions(name, clock, debug, scheduleSeed);
  }

  /** With this time. */
  public LoopOptions withClock(LoopClock clock) {
    return new LoopOptions(name, clock, debug, scheduleSeed);
  }

  /** With debug mode on or off. */
  public LoopOptions withDebug(boolean debug) {
    return new LoopOptions(name, clock, debug, scheduleSeed);
  }

  /** With this seed. */
  public LoopOptions withScheduleSeed(long seed) {
    return new LoopOptions(name, clock, debug, OptionalLong.of(seed));
  }

  @Nullable RandomGenerator schedule() {
    return scheduleSeed.isPresent() ? new SplittableRandom(scheduleSeed.getAsLong()) : null;
  }

  private static boolean debugByDefault() {
    return Boolean.getBoolean("greenloop.debug") || System.getenv("GREENLOOP_DEBUG") != null;
  }
}
