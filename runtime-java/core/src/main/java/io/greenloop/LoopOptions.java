package io.greenloop;

import io.greenloop.reactor.LoopClock;
import io.greenloop.reactor.Network;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
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
 * @param spin how long the loop looks for something to do before it lets its thread sleep
 */
public record LoopOptions(
    String name,
    LoopClock clock,
    boolean debug,
    OptionalLong scheduleSeed,
    OptionalInt maxTasks,
    Optional<Duration> taskBudget,
    Network network,
    Duration spin) {
  /** The system property that sets how long loops spin, in microseconds; see {@link #withSpin}. */
  public static final String SPIN_PROPERTY = "greenloop.spin";

  /** Longer ones would look like a stall. */
  private static final Duration LONGEST_SPIN = Duration.ofMillis(10);

  private static final AtomicLong NUMBERS = new AtomicLong();

  /**
   * Checks the limits.
   *
   * @throws IllegalArgumentException if one of them is not positive, or {@code spin} is longer than
   *     10 ms
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
    if (spin.isNegative() || spin.compareTo(LONGEST_SPIN) > 0) {
      throw new IllegalArgumentException(
          "LoopOptions: spin = " + spin + " (expected PT0S to " + LONGEST_SPIN + ")");
    }
  }

  /**
   * Name {@code loop-N}, real time, debug as {@code -Dgreenloop.debug} says, no seed, no limits,
   * spinning as {@code -Dgreenloop.spin} says.
   */
  public static LoopOptions defaults() {
    return new LoopOptions(
        "loop-" + NUMBERS.incrementAndGet(),
        LoopClock.SYSTEM,
        debugByDefault(),
        OptionalLong.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Network.SYSTEM,
        spinByDefault());
  }

  /** With this name. */
  public LoopOptions withName(String name) {
    return new LoopOptions(name, clock, debug, scheduleSeed, maxTasks, taskBudget, network, spin);
  }

  /** With this time. */
  public LoopOptions withClock(LoopClock clock) {
    return new LoopOptions(name, clock, debug, scheduleSeed, maxTasks, taskBudget, network, spin);
  }

  /** With debug mode on or off. */
  public LoopOptions withDebug(boolean debug) {
    return new LoopOptions(name, clock, debug, scheduleSeed, maxTasks, taskBudget, network, spin);
  }

  /** With this seed. */
  public LoopOptions withScheduleSeed(long seed) {
    return new LoopOptions(
        name, clock, debug, OptionalLong.of(seed), maxTasks, taskBudget, network, spin);
  }

  /**
   * With at most {@code tasks} unfinished tasks at a time, the main task among them; one more is a
   * {@link java.util.concurrent.RejectedExecutionException} of who spawns it.
   *
   * @throws IllegalArgumentException if that is less than 1
   */
  public LoopOptions withMaxTasks(int tasks) {
    return new LoopOptions(
        name, clock, debug, scheduleSeed, OptionalInt.of(tasks), taskBudget, network, spin);
  }

  /**
   * With a warning for each task whose steps have run for longer than {@code budget} in all, not
   * counting what it waits. Costs a look at the clock before and after each step.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public LoopOptions withTaskBudget(Duration budget) {
    return new LoopOptions(
        name, clock, debug, scheduleSeed, maxTasks, Optional.of(budget), network, spin);
  }

  /** With another network than the operating system's: a simulated one, in tests. */
  public LoopOptions withNetwork(Network network) {
    return new LoopOptions(name, clock, debug, scheduleSeed, maxTasks, taskBudget, network, spin);
  }

  /**
   * Looks for something to do for so long before its thread sleeps: what comes meanwhile is served
   * without a wake-up of the thread, which takes the operating system tens of microseconds. It
   * costs a processor for that time whenever the loop rests, so it pays where answers are awaited
   * for less than that, on a machine with a processor to spare. {@code Duration.ZERO}, the default,
   * sleeps at once.
   *
   * @throws IllegalArgumentException if it is negative or longer than 10 ms
   */
  public LoopOptions withSpin(Duration spin) {
    return new LoopOptions(name, clock, debug, scheduleSeed, maxTasks, taskBudget, network, spin);
  }

  @Nullable RandomGenerator schedule() {
    return scheduleSeed.isPresent() ? new SplittableRandom(scheduleSeed.getAsLong()) : null;
  }

  private static Duration spinByDefault() {
    String micros = System.getProperty(SPIN_PROPERTY, "0");
    try {
      return Duration.of(Long.parseLong(micros), ChronoUnit.MICROS);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          SPIN_PROPERTY + " = '" + micros + "' (expected a number of microseconds)", e);
    }
  }

  private static boolean debugByDefault() {
    return Boolean.getBoolean("greenloop.debug") || System.getenv("GREENLOOP_DEBUG") != null;
  }
}
