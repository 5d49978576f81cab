package io.greenloop;

import static io.greenloop.internal.check.Known.present;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Runs main tasks one after the other on one loop, and ends it in an orderly way (Python: {@code
 * asyncio.Runner}). The loop is made at the first use. All runs share one context unless one is
 * given.
 *
 * <p>{@link #close} cancels what is left, waits for it, reports what failed, closes what was
 * registered with {@link EventLoop#onShutdown}, shuts the default executor, and closes the loop;
 * each step is taken even if one before it failed.
 *
 * <p><b>Room:</b> one thread off the loop.
 */
public final class Runner implements AutoCloseable {
  private static final Duration EXECUTOR_LIMIT = Duration.ofMinutes(5);

  private final RunOptions options;
  private @Nullable EventLoop loop;
  private @Nullable TaskContext context;
  private @Nullable Throwable known; // what the last run threw
  private boolean closed;

  /** A runner with default options. */
  public Runner() {
    this(RunOptions.DEFAULT);
  }

  /** A runner with options. */
  public Runner(RunOptions options) {
    this.options = options;
  }

  /**
   * The loop, made now if need be.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public EventLoop loop() {
    if (closed) {
      throw new IllegalStateException("Runner is closed; make a new one");
    }
    if (loop == null) {
      loop = options.newLoop();
      context = TaskContext.current().copy();
      if (options.installsLoop()) {
        EventLoop.setCurrent(loop);
      }
    }
    return loop;
  }

  /** Runs {@code main} in the context that all runs share. */
  public <T extends @Nullable Object> T run(Callable<? extends T> main) {
    refuseInsideLoop("Runner.run");
    EventLoop on = loop();
    return run(on, present(context), main);
  }

  /** Runs {@code main} in {@code context}. */
  public <T extends @Nullable Object> T run(Callable<? extends T> main, TaskContext context) {
    refuseInsideLoop("Runner.run");
    return run(loop(), context, main);
  }

  private <T extends @Nullable Object> T run(
      EventLoop on, TaskContext in, Callable<? extends T> main) {
    return await(
        on,
        on.setUp("run", () -> on.spawn(TaskOptions.DEFAULT.context(in), (Callable<T>) main::call)));
  }

  private <T extends @Nullable Object> T await(EventLoop on, Task<T> task) {
    try (var limit = RunLimit.on(task, options.timeoutOrNull());
        var interrupt = Interruption.of(task, options)) {
      try {
        return on.runUntilComplete((Awaitable<T>) task);
      } catch (CancelledError cancelled) {
        interrupt.translate(cancelled);
        limit.translate(cancelled);
        throw cancelled;
      } catch (Throwable thrown) {
        known = thrown;
        throw thrown;
      }
    }
  }

  /** Runs a task of another kind as the main task, in the context that all runs share. */
  public <T extends @Nullable Object> T run(TaskDriver<T> main) {
    refuseInsideLoop("Runner.run");
    EventLoop on = loop();
    TaskContext in = present(context);
    return await(on, on.setUp("run", () -> on.drive(TaskOptions.DEFAULT.context(in), main)));
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    EventLoop ending = loop;
    if (ending != null && ending.isRunning()) {
      throw new IllegalStateException("Runner.close: " + ending + " runs; let its run end first");
    }
    closed = true;
    if (ending == null) {
      return;
    }
    Throwable fatal;
    try {
      fatal = end(ending);
    } finally {
      ending.close();
    }
    if (fatal != null && fatal != known) {
      throw Unchecked.raise(fatal);
    }
  }

  /** Takes every step of the end, also when a task ends the run with something fatal meanwhile. */
  private static @Nullable Throwable end(EventLoop ending) {
    Task<Boolean> end =
        ending.setUp(
            "close",
            () ->
                TaskFactories.lazy().create(ending, TaskOptions.DEFAULT, () -> orderlyEnd(ending)));
    Throwable fatal = null;
    while (!end.isDone()) {
      try {
        ending.runUntilComplete((Awaitable<Boolean>) end);
      } catch (Throwable thrown) {
        if (!Fatal.isFatal(thrown)) {
          throw thrown;
        }
        fatal = thrown;
      }
    }
    return fatal;
  }

  private static boolean orderlyEnd(EventLoop ending) {
    try {
      ending.shutdown().cancelTasks();
    } finally {
      try {
        ending.shutdown().closeGenerators();
        ending.shutdown().closeRegistered();
      } finally {
        ending.shutdownExecutor(EXECUTOR_LIMIT);
      }
    }
    return true;
  }

  static void refuseInsideLoop(String operation) {
    EventLoop here = EventLoop.runningHere();
    if (here != null) {
      throw new IllegalStateException(
          operation
              + " cannot be called from "
              + here
              + ", which runs in this thread; call the body directly, or spawn it");
    }
  }
}
