package io.greenloop;

import io.greenloop.reactor.LoopClock;
import io.greenloop.reactor.Network;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
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
 * @param maxTasks if present, {@code spawn} is refused while so many tasks live
 * @param taskBudget if present, a task whose steps have run for longer in all is logged, once, as
 *     slow callbacks are in debug mode; it is not stopped
 * @param network where its channels and addresses come from
 */
public record LoopOptions(
    String name,
    LoopClock clock,
    boolean debug,
    OptionalLong scheduleSeed,
    OptionalInt maxTasks,
    Optional<Duration> taskBudget,
    Network network) {
  private static final AtomicLong NUMBERS = new AtomicLong();

  /**
   * Checks the limits.
   *
   * @throws IllegalArgumentException if one of them is not positive
   */
  public LoopOptions {
    if (maxTasks.isPresent() && maxTasks.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "LoopOptions: maxTasks = " + maxTasks.getAsInt() + " (expected >= 1)");
    }
    if (taskBudget.isPresent() && !taskBudget.get().isPositive()) {
      throw new IllegalArgumentException(
          "LoopOptions: taskBudget = " + taskBudget.get() + " (expected > PT0S)");
    }
  }

  /**
   * Name {@code loop-N}, real time, debug as {@code -Dgreenloop.debug} says, no seed, no limits.
   */
  public static LoopOptions defaults() {
    return new LoopOptions(
        "loop-" + NUMBERS.incrementAndGet(),
        LoopClock.SYSTEM,
        debugByDefault(),
        OptionalLong.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Network.SYSTEM);
  }

  /** With this name. */
  public LoopOptions withName(String name) {
    return new LoopOptions(name, clock, debug, scheduleSeed, maxTasks, taskBudget, network);
  }

  /** With this time. */
  public LoopOptions withClock(LoopClock clock) {
    return new LoopOptions(name, clock, debug, scheduleSeed, maxTasks, taskBudget, network);
  }

  /** With debug mode on or off. */
  public LoopOptions withDebug(boolean debug) {
    return new LoopOptions(name, clock, debug, scheduleSeed, maxTasks, taskBudget, network);
  }

  /** With this seed. */
  public LoopOptions withScheduleSeed(long seed) {
    return new LoopOptions(
        name, clock, debug, OptionalLong.of(seed), maxTasks, taskBudget, network);
  }

  /**
   * With at most {@code tasks} unfinished tasks at a time, the main task among them; one more is a
   * {@link java.util.concurrent.RejectedExecutionException} of who spawns it.
   *
   * @throws IllegalArgumentException if that is less than 1
   */
  public LoopOptions withMaxTasks(int tasks) {
    return new LoopOptions(
        name, clock, debug, scheduleSeed, OptionalInt.of(tasks), taskBudget, network);
  }

  /**
   * With a warning for each task whose steps have run for longer than {@code budget} in all, not
   * counting what it waits. Costs a look at the clock before and after each step.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public LoopOptions withTaskBudget(Duration budget) {
    return new LoopOptions(
        name, clock, debug, scheduleSeed, maxTasks, Optional.of(budget), network);
  }

  /** With another network than the operating system's: a simulated one, in tests. */
  public LoopOptions withNetwork(Network network) {
    return new LoopOptions(name, clock, debug, scheduleSeed, maxTasks, taskBudget, network);
  }

  @Nullable RandomGenerator schedule() {
    return scheduleSeed.isPresent() ? new SplittableRandom(scheduleSeed.getAsLong()) : null;
  }

  private static boolean debugByDefault() {
    return Boolean.getBoolean("greenloop.debug") || System.getenv("GREENLOOP_DEBUG") != null;
  }
}
