package io.greenloop.testing;

import io.greenloop.ErrorContext;
import io.greenloop.EventLoop;
import io.greenloop.LoopOptions;
import io.greenloop.RunOptions;
import io.greenloop.Runner;
import io.greenloop.ThrowingRunnable;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopCores;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/**
 * A loop for one test: virtual time, a trail of what happened when, and the errors that nobody else
 * was told of.
 *
 * <pre>{@code
 * try (var t = TestLoop.virtual()) {
 *   t.loop().callLater(ofMillis(50), () -> t.note("late"));
 *   t.loop().callLater(ofMillis(20), () -> t.note("early"));
 *
 *   t.runUntilIdle(); // the clock jumps 0, 20, 50 ms; nobody waits
 *
 *   assertThat(t.trail()).containsExactly("early@20", "late@50");
 * }
 * }</pre>
 *
 * <p>Or as one program: {@code t.run(() -> { … })} runs a main task and then shuts the loop down as
 * {@code Aio.run} does.
 *
 * <p><b>Errors:</b> what is reported to the loop's exception handler is kept. A test that expects
 * some asks with {@link #errors}; {@link #close} fails with those that nobody asked for.
 *
 * <p><b>Room:</b> the thread of the test; {@link #note} from anywhere.
 */
public final class TestLoop implements AutoCloseable {
  private final EventLoop loop;
  private final LoopCore core;
  private final Runner runner;
  private final Trail trail;
  private final List<ErrorContext> errors = new ArrayList<>();
  private int errorsSeen;

  private TestLoop(LoopOptions options) {
    trail = new Trail(options.clock());
    loop = EventLoop.create(options);
    core = LoopCores.of(loop);
    loop.setExceptionHandler((l, error) -> keep(error));
    runner = new Runner(RunOptions.DEFAULT.handleInterrupt(false).loopFactory(() -> loop));
  }

  // ---- making one --------------------------------------------------------------------------

  /** Virtual time, first in, first out. */
  public static TestLoop virtual() {
    return of(LoopOptions.defaults().withClock(new VirtualClock()));
  }

  /**
   * Virtual time; the next task step among the ready ones is picked by {@code seed}.
   *
   * @param seed the same one gives the same run, if nothing outside of the loop takes part
   */
  public static TestLoop virtual(long seed) {
    return of(LoopOptions.defaults().withClock(new VirtualClock()).withScheduleSeed(seed));
  }

  /**
   * What {@link Exploration} runs programs on: everything that the contract leaves open goes by
   * {@code seed}. That is which of the ready task steps is next, and how late a timer fires.
   *
   * @param seed the same one gives the same run, if nothing outside of the loop takes part
   */
  public static TestLoop exploring(long seed) {
    return of(LoopOptions.defaults().withClock(VirtualClock.late(seed)).withScheduleSeed(seed));
  }

  /** Real time: for what happens outside of the loop. Mark such tests {@link RealTime}. */
  public static TestLoop real() {
    return of(LoopOptions.defaults());
  }

  /** A loop with these options; its exception handler is this test loop's. */
  public static TestLoop of(LoopOptions options) {
    return new TestLoop(options);
  }

  /** The loop. */
  public EventLoop loop() {
    return loop;
  }

  // ---- the trail ---------------------------------------------------------------------------

  /** Adds {@code what} and the time: {@code "a@20"} for 20 ms on the loop's clock. Any thread. */
  public void note(@Nullable Object what) {
    trail.note(what);
  }

  /** What has been noted so far, in order. */
  public List<String> trail() {
    return trail.entries();
  }

  // ---- running -----------------------------------------------------------------------------

  /**
   * Runs {@code main} as the main task, then shuts the loop down in an orderly way and closes it.
   *
   * @return what {@code main} returns; what it throws is thrown here
   */
  public <T extends @Nullable Object> T run(Callable<? extends T> main) {
    try (runner) {
      return runner.run(main);
    }
  }

  /** {@link #run(Callable)} for a body without a result. */
  @LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public void run(ThrowingRunnable main) {
    this.<@Nullable Void>run(
        () -> {
          main.run();
          return null;
        });
  }

  /**
   * Runs until nothing is ready, no timer is set, and nothing outside is known to wake the loop.
   * Tasks that wait for something that nobody will do stay as they are; the loop can go on.
   */
  public void runUntilIdle() {
    core.stopWhenIdle(true);
    try {
      loop.runForever();
    } finally {
      core.stopWhenIdle(false);
    }
  }

  /**
   * Runs for {@code time} of the loop's clock: everything that is due by then, and what follows
   * from it, and nothing later.
   */
  public void advance(Duration time) {
    advanceTo(core.nanos() + time.toNanos());
  }

  private void advanceTo(long targetNanos) {
    loop.callAt(Duration.ofNanos(targetNanos), loop::stop);
    loop.runForever();
    while (core.readyEntries() > 0 || isTimerDue(targetNanos)) {
      loop.stop(); // before a run: one turn
      loop.runForever();
    }
  }

  private boolean isTimerDue(long nanos) {
    return core.pendingTimers() > 0 && core.nextDueNanos() - nanos <= 0;
  }

  // ---- errors ------------------------------------------------------------------------------

  private void keep(ErrorContext error) {
    synchronized (errors) {
      errors.add(error);
    }
  }

  /** What was reported to the exception handler so far; from now on it counts as expected. */
  public List<ErrorContext> errors() {
    synchronized (errors) {
      errorsSeen = errors.size();
      return List.copyOf(errors);
    }
  }

  /** The messages of {@link #errors}. */
  public List<String> errorMessages() {
    return errors().stream().map(ErrorContext::message).toList();
  }

  /**
   * Cancels what is left, waits for it, and closes the loop.
   *
   * @throws AssertionError if errors were reported that the test has not asked for
   */
  @Override
  public void close() {
    if (!loop.isClosed()) {
      runner.loop();
      runner.close();
    }
    List<ErrorContext> unexpected;
    synchronized (errors) {
      unexpected = List.copyOf(errors.subList(errorsSeen, errors.size()));
    }
    if (unexpected.isEmpty()) {
      return;
    }
    var failure =
        new AssertionError(
            "reported to the exception handler of "
                + loop
                + ", and not asked for by errors(): "
                + String.join("; ", unexpected.stream().map(ErrorContext::message).toList()));
    unexpected.stream()
        .map(ErrorContext::exception)
        .filter(thrown -> thrown != null)
        .forEach(failure::addSuppressed);
    throw failure;
  }
}
