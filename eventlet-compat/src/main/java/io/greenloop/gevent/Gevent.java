package io.greenloop.gevent;

import io.greenloop.Aio;
import io.greenloop.Awaitable;
import io.greenloop.Handle;
import io.greenloop.Registration;
import io.greenloop.RunOptions;
import io.greenloop.Task;
import io.greenloop.TaskContext;
import io.greenloop.TaskOptions;
import io.greenloop.ThrowingRunnable;
import io.greenloop.eventlet.internal.Hubs;
import io.greenloop.eventlet.internal.PlainGreenThread;
import io.greenloop.eventlet.internal.Sneaky;
import io.greenloop.greenlet.GreenletExit;
import io.greenloop.inspect.TaskDump;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/**
 * The functions of gevent, made for a static import (Python: the module {@code gevent}).
 *
 * <pre>{@code
 * Gevent.run(() -> {
 *   var jobs = urls.stream().map(url -> Gevent.spawn(() -> fetch(url))).toList();
 *   Gevent.joinAll(jobs, Duration.ofSeconds(2));
 *   jobs.forEach(job -> print(job.getValue()));
 * });
 * }</pre>
 *
 * <p>They work on the running loop: in a program run by {@link #run} or {@code Aio.run}, in a
 * script, in any task; on a plain thread, a hub is made on demand and runs while that waits.
 *
 * <p><b>Room:</b> a task or callback of a running loop; what waits needs a task.
 */
public final class Gevent {
  /** The gevent whose behaviour this follows (Python: {@code gevent.__version__}). */
  public static final String VERSION = "26.5";

  /** The parts of {@link #VERSION} (Python: {@code version_info}). */
  public static final List<Integer> VERSION_INFO = List.of(26, 5, 0);

  private static final TaskOptions RAW = TaskOptions.DEFAULT.namePrefix("RawGreenlet");

  private Gevent() {}

  // ---- running -----------------------------------------------------------------------------

  /**
   * Runs a gevent program: {@code main} is its main greenlet. Its end is the end of the program:
   * greenlets that are left are cancelled. What must end a program ({@code ExitRequest}, Ctrl-C)
   * and was thrown in a greenlet is thrown in main, where it waits. Where nothing can wake the
   * program any more, main gets a {@link io.greenloop.LoopExit} that says who waits for what.
   *
   * @return what {@code main} returns; what it throws is thrown here
   */
  public static <T extends @Nullable Object> T run(Callable<? extends T> main) {
    return Gevent.<T>run(RunOptions.DEFAULT, main);
  }

  /** {@link #run(Callable)} for a main without a result. */
  @LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public static void run(ThrowingRunnable main) {
    run(RunOptions.DEFAULT, callable(main));
  }

  /** {@link #run(Callable)} with options. */
  public static <T extends @Nullable Object> T run(RunOptions options, Callable<? extends T> main) {
    Callable<T> watched =
        () -> {
          if (GeventConfig.monitorThread()) {
            hub().startPeriodicMonitoringThread();
          }
          return Hubs.<T>asMain(main);
        };
    return switch (GeventConfig.loopExit()) {
      case RAISE -> Aio.<T>run(options, watched);
      case WARN -> Aio.<T>run(options.reportDeadLock(), watched);
      case OFF ->
          Aio.<T>run(
              options,
              () -> {
                try (var _ = hub().eventLoop().expectPosts()) {
                  return watched.call();
                }
              });
    };
  }

  // ---- spawning ----------------------------------------------------------------------------

  /**
   * A greenlet that calls {@code function} in a later turn; they start in the order of spawning.
   */
  public static <T extends @Nullable Object> Greenlet<T> spawn(Callable<? extends T> function) {
    Greenlet<T> greenlet = new Greenlet<>(function);
    greenlet.start();
    return greenlet;
  }

  /** {@link #spawn(Callable)} for a function without a result. */
  @LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public static Greenlet<@Nullable Void> spawn(ThrowingRunnable function) {
    return spawn(callable(function));
  }

  /** {@link #spawn(Callable)}, {@code delay} from now; a kill before that prevents it. */
  public static <T extends @Nullable Object> Greenlet<T> spawnLater(
      Duration delay, Callable<? extends T> function) {
    Greenlet<T> greenlet = new Greenlet<>(function);
    greenlet.startLater(delay);
    return greenlet;
  }

  /** {@link #spawnLater(Duration, Callable)} for a function without a result. */
  @LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public static Greenlet<@Nullable Void> spawnLater(Duration delay, ThrowingRunnable function) {
    return spawnLater(delay, callable(function));
  }

  /**
   * Runs {@code function} in a later turn, cheaper than {@link #spawn}: nobody can wait for it or
   * link to it, and what it throws is only reported.
   *
   * @return its face: it can be killed, but not switched to
   */
  public static io.greenloop.greenlet.Greenlet spawnRaw(ThrowingRunnable function) {
    Hub hub = Hub.of("Gevent.spawnRaw");
    hub.checkAlive("spawnRaw");
    return new PlainGreenThread(
        hub.eventLoop(), RAW.context(new TaskContext()), function, () -> true);
  }

  /**
   * Calls {@code function} every {@code period}, in a greenlet: first {@code period} from now, and
   * each time counted from the end of the call before.
   */
  public static Greenlet<@Nullable Void> every(Duration period, ThrowingRunnable function) {
    return spawn(
        () -> {
          for (; ; ) {
            sleep(period);
            function.run();
          }
        });
  }

  // ---- who and where -----------------------------------------------------------------------

  /** The hub of the calling line's loop. */
  public static Hub hub() {
    return Hub.of("Gevent.hub");
  }

  /** The greenlet whose code calls this; empty in main, in other tasks, and in the hub. */
  public static Optional<Greenlet<?>> current() {
    Task<?> task = Task.currentOrNull();
    return task != null && task.attachment() instanceof Greenlet<?> greenlet
        ? Optional.of(greenlet)
        : Optional.empty();
  }

  // ---- sleeping ----------------------------------------------------------------------------

  /** Lets everything run that is ready. */
  public static void sleep() {
    sleep(Duration.ZERO);
  }

  /**
   * Sleeps for {@code time}; zero or less: lets everything run that is ready.
   *
   * @throws BlockingSwitchOutError in the hub
   */
  public static void sleep(Duration time) {
    Hub hub = Hub.of("Gevent.sleep");
    hub.checkMayWait("Gevent.sleep");
    if (Task.currentOrNull() != null) {
      Aio.sleep(time);
    } else {
      Hub.waiting(() -> Aio.sleep(time));
    }
  }

  /**
   * {@link #sleep(Duration)}; with {@code ref} false it keeps nothing alive: where nothing else is
   * left to do, main gets a {@link io.greenloop.LoopExit}.
   */
  public static void sleep(Duration time, boolean ref) {
    if (ref || time.isZero() || time.isNegative()) {
      sleep(time);
      return;
    }
    Hub hub = Hub.of("Gevent.sleep");
    hub.checkMayWait("Gevent.sleep");
    Waiter<Boolean> waiter = new Waiter<>(hub, "a sleep that keeps nothing alive");
    Handle timer = hub.eventLoop().callLater(time, () -> waiter.switchTo(true)).unref();
    try {
      waiter.get();
    } finally {
      timer.cancel();
    }
  }

  /** Waits until nothing else is ready to run. */
  public static void idle() {
    Hub.of("Gevent.idle").awaitQuiet();
  }

  // ---- waiting for many --------------------------------------------------------------------

  /** Waits until all have ended, and returns them in the order in which they did. */
  public static <W extends Waitable<?>> List<W> joinAll(Collection<? extends W> greenlets) {
    return joinAll(greenlets, JoinOptions.DEFAULT);
  }

  /** {@link #joinAll(Collection)}, at most {@code limit}: then those that have ended by then. */
  public static <W extends Waitable<?>> List<W> joinAll(
      Collection<? extends W> greenlets, Duration limit) {
    return joinAll(greenlets, JoinOptions.DEFAULT.timeout(limit));
  }

  /** {@link #joinAll(Collection)} with options. */
  public static <W extends Waitable<?>> List<W> joinAll(
      Collection<? extends W> greenlets, JoinOptions options) {
    List<W> done = new ArrayList<>();
    try (var each = new WaitIterator<W>(greenlets, options.timeoutOrNull(), options.count())) {
      while (each.hasNext()) {
        W ended = each.next();
        if (options.raisesError()) {
          raiseErrorOf(ended);
        }
        done.add(ended);
      }
    }
    return done;
  }

  private static void raiseErrorOf(Waitable<?> ended) {
    Throwable thrown =
        switch (ended) {
          case Greenlet<?> greenlet -> greenlet.getException();
          case AsyncResult<?> result -> result.getException();
          default -> null;
        };
    if (thrown != null) {
      throw Sneaky.raise(thrown);
    }
  }

  /** Waits until all {@code objects} are ready, and returns them in the order in which they are. */
  public static <W extends Waitable<?>> List<W> await(Collection<? extends W> objects) {
    return joinAll(objects, JoinOptions.DEFAULT);
  }

  /** {@link #await(Collection)}, at most {@code limit}: then those that are ready by then. */
  public static <W extends Waitable<?>> List<W> await(
      Collection<? extends W> objects, Duration limit) {
    return joinAll(objects, limit);
  }

  /** {@link #await(Collection)} with options. */
  public static <W extends Waitable<?>> List<W> await(
      Collection<? extends W> objects, JoinOptions options) {
    return joinAll(objects, options);
  }

  /** Waits for something that belongs to another kind of code of this loop: a task, a future. */
  public static <T extends @Nullable Object> T await(Awaitable<T> other) {
    return Hub.<T>waiting(() -> other.asFuture().join());
  }

  /** Waits until there is nothing left to do; see {@link Hub#awaitIdle()}. For main. */
  public static void awaitIdle() {
    hub().awaitIdle();
  }

  /** {@link #awaitIdle()}, at most {@code limit}; returns whether nothing was left. */
  public static boolean awaitIdle(Duration limit) {
    return hub().awaitIdle(limit);
  }

  /**
   * Gives {@code objects} one by one, as they become ready. One that is there twice comes twice.
   * Close it if you leave it before its end.
   */
  public static <W extends Waitable<?>> WaitIterator<W> iwait(Collection<? extends W> objects) {
    return new WaitIterator<>(objects, null, Integer.MAX_VALUE);
  }

  /** {@link #iwait(Collection)} that ends when {@code limit} is over. */
  public static <W extends Waitable<?>> WaitIterator<W> iwait(
      Collection<? extends W> objects, Duration limit) {
    return new WaitIterator<>(objects, limit, Integer.MAX_VALUE);
  }

  /** {@link #iwait(Collection)} with options. */
  public static <W extends Waitable<?>> WaitIterator<W> iwait(
      Collection<? extends W> objects, JoinOptions options) {
    return new WaitIterator<>(objects, options.timeoutOrNull(), options.count());
  }

  /**
   * Calls all {@code functions} at once; the first that ends wins, and the others are killed.
   *
   * @return its result; what it threw is thrown
   */
  @SafeVarargs
  @SuppressWarnings("varargs")
  public static <T extends @Nullable Object> T firstOf(Callable<? extends T>... functions) {
    List<Greenlet<T>> runners = new ArrayList<>();
    try {
      for (Callable<? extends T> function : functions) {
        runners.add(Gevent.<T>spawn(function));
      }
      return await(runners, JoinOptions.DEFAULT.count(1)).getFirst().get();
    } finally {
      killAll(runners, KillOptions.DEFAULT.nonBlocking());
    }
  }

  /** Waits for the first of {@code objects} that is ready. */
  @SafeVarargs
  @SuppressWarnings("varargs")
  public static <W extends Waitable<?>> W awaitAny(W... objects) {
    return await(Arrays.asList(objects), JoinOptions.DEFAULT.count(1)).getFirst();
  }

  // ---- killing -----------------------------------------------------------------------------

  /** Throws a {@link GreenletExit} into {@code greenlet}, in a later turn. */
  public static void kill(Greenlet<?> greenlet) {
    kill(greenlet, new GreenletExit());
  }

  /** Throws {@code failure} into {@code greenlet}, in a later turn. */
  public static void kill(Greenlet<?> greenlet, Throwable failure) {
    greenlet.kill(KillOptions.DEFAULT.exception(failure).nonBlocking());
  }

  /** Throws a {@link GreenletExit} into what {@link #spawnRaw} gave, in a later turn. */
  public static void kill(io.greenloop.greenlet.Greenlet raw) {
    kill(raw, new GreenletExit());
  }

  /** Throws {@code failure} into what {@link #spawnRaw} gave, in a later turn. */
  public static void kill(io.greenloop.greenlet.Greenlet raw, Throwable failure) {
    hub().runCallback(() -> raw.throwInto(failure));
  }

  /** Throws a {@link GreenletExit} into all, and waits until they have ended. */
  public static void killAll(Collection<?> greenlets) {
    killAll(greenlets, KillOptions.DEFAULT);
  }

  /**
   * Kills all of {@code greenlets}, raw ones too: all get it in one callback; those that are not
   * started never run.
   *
   * @throws Timeout if the options have a limit, and that is over
   */
  public static void killAll(Collection<?> greenlets, KillOptions options) {
    KillAll.run(hub(), greenlets, options);
  }

  // ---- time limits -------------------------------------------------------------------------

  /**
   * Runs {@code body} with a time limit.
   *
   * @throws Timeout when the limit is over
   */
  public static <T extends @Nullable Object> T withTimeout(
      Duration limit, Callable<? extends T> body) {
    return new Timeout(limit).<T>around(body);
  }

  /** {@link #withTimeout(Duration, Callable)}, but {@code fallback} when the limit is over. */
  public static <T extends @Nullable Object> T withTimeout(
      Duration limit, T fallback, Callable<? extends T> body) {
    var own = new Timeout(limit);
    try {
      return own.<T>around(body);
    } catch (Timeout over) {
      if (over != own) {
        throw over;
      }
      return fallback;
    }
  }

  // ---- scopes ------------------------------------------------------------------------------

  /**
   * Runs {@code body} with {@code greenlet} (Python: {@code with greenlet:}): joins it at the end;
   * an error of the body is thrown into it, with a wait for its end, and then thrown here.
   */
  public static <G extends Greenlet<?>> void scoped(G greenlet, Consumer<? super G> body) {
    try {
      body.accept(greenlet);
    } catch (Throwable thrown) {
      greenlet.kill(thrown);
      throw thrown;
    }
    try {
      greenlet.join();
    } finally {
      greenlet.kill();
    }
  }

  // ---- signals and channels ----------------------------------------------------------------

  /**
   * Calls {@code handler} in a fresh greenlet each time a signal arrives (Python: {@code
   * signal_handler}).
   *
   * @param signal its name without SIG: {@code TERM}, {@code HUP}
   * @return takes it back
   * @throws IllegalArgumentException if there is no such signal here
   */
  public static Registration onSignal(String signal, ThrowingRunnable handler) {
    return hub().loop().signals().add(signal, () -> spawnRaw(handler));
  }

  /** Waits until {@code channel} can be read. It is in non-blocking mode from then on. */
  public static void awaitReadable(SelectableChannel channel) {
    Select.await(channel, Loop.READ, null, null);
  }

  /**
   * {@link #awaitReadable(SelectableChannel)}, at most {@code limit}.
   *
   * @throws java.net.SocketTimeoutException when that is over
   */
  public static void awaitReadable(SelectableChannel channel, Duration limit) throws IOException {
    Select.await(channel, Loop.READ, limit, null);
  }

  /** {@link #awaitReadable(SelectableChannel)}; throws what {@code whenOver} makes at the limit. */
  public static void awaitReadable(
      SelectableChannel channel, Duration limit, Supplier<? extends Throwable> whenOver) {
    Select.await(channel, Loop.READ, limit, whenOver);
  }

  /** Waits until {@code channel} can be written. */
  public static void awaitWritable(SelectableChannel channel) {
    Select.await(channel, Loop.WRITE, null, null);
  }

  /**
   * {@link #awaitWritable(SelectableChannel)}, at most {@code limit}.
   *
   * @throws java.net.SocketTimeoutException when that is over
   */
  public static void awaitWritable(SelectableChannel channel, Duration limit) throws IOException {
    Select.await(channel, Loop.WRITE, limit, null);
  }

  /** Waits until {@code channel} can be read or written. */
  public static void awaitReadableOrWritable(SelectableChannel channel) {
    Select.await(channel, Loop.READ | Loop.WRITE, null, null);
  }

  /**
   * {@code function}, with an error of the kind {@code errors} as its result instead of thrown
   * (Python: {@code gevent.util.wrap_errors}).
   */
  public static Callable<@Nullable Object> wrapErrors(
      Class<? extends Throwable> errors, Callable<?> function) {
    return () -> {
      try {
        return function.call();
      } catch (Throwable thrown) {
        if (errors.isInstance(thrown)) {
          return thrown;
        }
        throw Sneaky.raise(thrown);
      }
    };
  }

  // ---- looking -----------------------------------------------------------------------------

  /** All tasks of all loops, greenlets among them, with their stacks. Any thread. */
  public static String dump() {
    return TaskDump.capture().text();
  }

  // ---- parts -------------------------------------------------------------------------------

  static Callable<@Nullable Void> callable(ThrowingRunnable function) {
    return () -> {
      function.run();
      return null;
    };
  }

  static <T extends @Nullable Object> T callUnchecked(Callable<? extends T> call) {
    try {
      return call.call();
    } catch (Exception thrown) {
      throw Sneaky.raise(thrown);
    }
  }
}
