package io.greenloop.eventlet;

import io.greenloop.Aio;
import io.greenloop.Awaitable;
import io.greenloop.EventLoop;
import io.greenloop.LoopFuture;
import io.greenloop.RunOptions;
import io.greenloop.Task;
import io.greenloop.ThrowingRunnable;
import io.greenloop.eventlet.internal.Hubs;
import io.greenloop.eventlet.internal.PlainGreenThread;
import io.greenloop.greenlet.Greenlet;
import io.greenloop.greenlet.GreenletExit;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/**
 * The functions of eventlet, made for a static import (Python: the module {@code eventlet}).
 *
 * <pre>{@code
 * Eventlet.run(() -> {
 *   GreenThread<String> hello = Eventlet.spawn(() -> "hello");
 *   return hello.await();
 * });
 * }</pre>
 *
 * <p>They work on the running loop: in a program run by {@link #run} or {@code Aio.run}, in a
 * script, in any task. A plain thread gets a hub of its own at the first call, which runs while the
 * thread waits, so that a ported {@code main} needs no wrapper.
 *
 * <p><b>Room:</b> a task or callback of a running loop, or a plain thread; what waits is refused in
 * a callback.
 */
public final class Eventlet {
  /** As eventlet's hub, which waits for ever where nothing can wake it. */
  static final RunOptions HUB = RunOptions.DEFAULT.reportDeadLock();

  private Eventlet() {}

  // ---- running -----------------------------------------------------------------------------

  /**
   * Runs an eventlet program: {@code main} is its main green thread. Its end is the end of the
   * program: green threads that are left are cancelled. What must end a program ({@code
   * ExitRequest}, Ctrl-C) and was thrown in a green thread is thrown in main, where it waits. Where
   * nothing can wake the program any more, that is logged once, and it waits for ever, as under
   * eventlet's hub.
   *
   * @return what {@code main} returns; what it throws is thrown here
   */
  public static <T extends @Nullable Object> T run(Callable<? extends T> main) {
    return run(RunOptions.DEFAULT, main);
  }

  /** {@link #run(Callable)} for a main without a result. */
  @LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public static void run(ThrowingRunnable main) {
    run(RunOptions.DEFAULT, callable(main));
  }

  /** {@link #run(Callable)} with options. */
  public static <T extends @Nullable Object> T run(RunOptions options, Callable<? extends T> main) {
    return Aio.<T>run(options.reportDeadLock(), () -> Hubs.<T>asMain(main));
  }

  // ---- spawning ----------------------------------------------------------------------------

  /**
   * A green thread that runs {@code function} in a later turn; they start in the order of spawning.
   * What it throws is kept for {@link GreenThread#await()}, and reported.
   */
  public static <T extends @Nullable Object> GreenThread<T> spawn(Callable<? extends T> function) {
    return new GreenThread<T>(loop("spawn"), function).start();
  }

  /** {@link #spawn(Callable)} for a function without a result. */
  @LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public static GreenThread<@Nullable Void> spawn(ThrowingRunnable function) {
    return spawn(callable(function));
  }

  /**
   * Runs {@code function} in a later turn, cheaper than {@link #spawn}: nobody can wait for it or
   * link to it, and what it throws is only reported.
   *
   * @return its face: it can be killed, but not switched to
   */
  public static Greenlet spawnN(ThrowingRunnable function) {
    return new PlainGreenThread(
        loop("spawnN"), GreenThread.OPTIONS, function, EventletDebug::reportsExceptions);
  }

  /** {@link #spawn}, {@code delay} from now; also if the calling code has ended by then. */
  public static <T extends @Nullable Object> GreenThread<T> spawnAfter(
      Duration delay, Callable<? extends T> function) {
    return new GreenThread<T>(loop("spawnAfter"), function).startAfter(delay, null);
  }

  /** {@link #spawnAfter(Duration, Callable)} for a function without a result. */
  @LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public static GreenThread<@Nullable Void> spawnAfter(Duration delay, ThrowingRunnable function) {
    return spawnAfter(delay, callable(function));
  }

  /**
   * {@link #spawnAfter(Duration, Callable)}, but if the task that calls this has ended by then,
   * {@code function} is not run, and a wait for it never ends.
   */
  public static <T extends @Nullable Object> GreenThread<T> spawnAfterLocal(
      Duration delay, Callable<? extends T> function) {
    Task<?> spawner = Task.currentOrNull();
    return new GreenThread<T>(loop("spawnAfterLocal"), function)
        .startAfter(delay, spawner == null ? null : () -> !spawner.isDone());
  }

  /** {@link #spawnAfterLocal(Duration, Callable)} for a function without a result. */
  public static GreenThread<@Nullable Void> spawnAfterLocal(
      Duration delay, ThrowingRunnable function) {
    return spawnAfterLocal(delay, callable(function));
  }

  /**
   * A green thread that ends as {@code awaitable} does; killing it cancels that (Python: {@code
   * eventlet.asyncio.spawn_for_awaitable}).
   */
  public static <T extends @Nullable Object> GreenThread<T> spawnForAwaitable(
      Awaitable<T> awaitable) {
    LoopFuture<T> future = awaitable.asFuture();
    GreenThread<T> waiting = spawn(() -> future.join());
    waiting.link(ended -> cancelUnlessDone(future)); // also if it never started
    return waiting;
  }

  private static void cancelUnlessDone(LoopFuture<?> future) {
    if (!future.isDone()) {
      future.cancel("the green thread that waited for it was killed");
    }
  }

  /** {@link #spawnForAwaitable(Awaitable)} for what other libraries give. */
  public static <T extends @Nullable Object> GreenThread<T> spawnForAwaitable(
      CompletionStage<T> stage) {
    return spawnForAwaitable(loop("spawnForAwaitable").wrap(stage));
  }

  /** The greenlet whose code calls this; for a green thread, and for main, its face. */
  public static Greenlet current() {
    return Greenlet.current();
  }

  // ---- waiting -----------------------------------------------------------------------------

  /** Lets everything run that is ready. In a callback: a no-op. */
  public static void sleep() {
    sleep(Duration.ZERO);
  }

  /**
   * Sleeps for {@code time}; zero or less: lets everything run that is ready, and in a callback
   * does nothing.
   *
   * @throws IllegalStateException in a callback, for more than zero
   */
  public static void sleep(Duration time) {
    if (!isInCallback() || !(time.isZero() || time.isNegative())) {
      loop("sleep");
      waiting(() -> Aio.sleep(time));
    }
  }

  // ---- killing -----------------------------------------------------------------------------

  /** {@link GreenThread#kill()}. */
  public static void kill(GreenThread<?> thread) {
    thread.kill();
  }

  /** {@link GreenThread#kill(Throwable)}. */
  public static void kill(GreenThread<?> thread, Throwable failure) {
    thread.kill(failure);
  }

  /** Throws a {@link GreenletExit} into what {@link #spawnN} gave; a no-op if it has ended. */
  public static void kill(Greenlet plain) {
    plain.throwInto();
  }

  /** Throws {@code failure} into what {@link #spawnN} gave; a no-op if it has ended. */
  public static void kill(Greenlet plain, Throwable failure) {
    plain.throwInto(failure);
  }

  // ---- time limits -------------------------------------------------------------------------

  /**
   * Runs {@code body} with a time limit.
   *
   * @throws Timeout when the limit is over
   */
  public static <T extends @Nullable Object> T withTimeout(
      Duration limit, Callable<? extends T> body) {
    return Timeout.<T>limit(Timeout.start(limit), body);
  }

  /** {@link #withTimeout(Duration, Callable)}, but {@code fallback} when the limit is over. */
  public static <T extends @Nullable Object> T withTimeout(
      Duration limit, T fallback, Callable<? extends T> body) {
    Timeout own = Timeout.start(limit);
    try {
      return Timeout.<T>limit(own, body);
    } catch (Timeout over) {
      if (over != own) {
        throw over;
      }
      return fallback;
    }
  }

  // ---- parts -------------------------------------------------------------------------------

  /** The loop of the calling line; on a thread without one, its own, made on demand. */
  static EventLoop loop(String operation) {
    refuseInJob(operation);
    return Hubs.loop("Eventlet." + operation, HUB);
  }

  /** Whether the caller is a callback, which must not wait. */
  static boolean isInCallback() {
    if (Task.currentOrNull() != null) {
      return false;
    }
    EventLoop loop = EventLoop.currentOrNull();
    return loop != null && loop.isRunning();
  }

  private static void refuseInJob(String operation) {
    if (Tpool.isJob()) {
      throw new IllegalStateException(
          operation
              + ": called in a job of Tpool, on thread '"
              + Thread.currentThread().getName()
              + "'; hand work to the loop with its callSoonThreadsafe");
    }
  }

  /** Runs {@code wait}; on a thread without a loop, on its own hub. */
  static void waiting(ThrowingRunnable wait) {
    Eventlet.<@Nullable Void>awaiting(callable(wait));
  }

  /** Runs {@code wait}, and gives what it gives; on a thread without a loop, on its own hub. */
  static <T extends @Nullable Object> T awaiting(Callable<? extends T> wait) {
    if (Task.currentOrNull() == null) {
      refuseInJob("wait");
    }
    return Hubs.<T>waiting(HUB, wait);
  }

  static Callable<@Nullable Void> callable(ThrowingRunnable function) {
    return () -> {
      function.run();
      return null;
    };
  }
}
