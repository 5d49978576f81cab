package io.greenloop;

import io.greenloop.coroutine.Generator;
import io.greenloop.internal.loop.Strand;
import io.greenloop.net.Server;
import io.greenloop.net.ServerOptions;
import io.greenloop.net.Stream;
import io.greenloop.net.StreamHandler;
import io.greenloop.net.Streams;
import io.greenloop.net.TlsOptions;
import io.greenloop.process.AsyncProcess;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/**
 * The functions of the running loop, made for a static import (Python: the module {@code asyncio}).
 *
 * <p>Those that wait park the calling task, at any depth of calls, and let the loop go on.
 *
 * <p><b>Room:</b> a task of a loop, except {@link #run}; what does not wait may be called from a
 * callback too.
 */
public final class Aio {
  private Aio() {}

  // ---- running -----------------------------------------------------------------------------

  /**
   * Runs a program: a new loop, {@code main} as its main task, an orderly shutdown.
   *
   * @return what {@code main} returns; what it throws is thrown here
   * @throws IllegalStateException if a loop runs in this thread already
   */
  public static <T extends @Nullable Object> T run(Callable<? extends T> main) {
    return run(RunOptions.DEFAULT, main);
  }

  /** {@link #run(Callable)} for a body without a result. */
  @LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public static void run(ThrowingRunnable main) {
    run(RunOptions.DEFAULT, Bodies.callable(main));
  }

  /** {@link #run(Callable)} with options. */
  public static <T extends @Nullable Object> T run(RunOptions options, Callable<? extends T> main) {
    Runner.refuseInsideLoop("Aio.run");
    try (var runner = new Runner(options)) {
      return runner.run(main);
    }
  }

  /** {@link #run(RunOptions, Callable)} for a body without a result. */
  @LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public static void run(RunOptions options, ThrowingRunnable main) {
    run(options, Bodies.callable(main));
  }

  // ---- tasks -------------------------------------------------------------------------------

  /** A task of the running loop for {@code body}; see {@link EventLoop#spawn(Callable)}. */
  public static <T extends @Nullable Object> Task<T> spawn(Callable<? extends T> body) {
    return EventLoop.running("spawn").spawn(body);
  }

  /** {@link #spawn(Callable)} for a body without a result. */
  @LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public static Task<@Nullable Void> spawn(ThrowingRunnable body) {
    return EventLoop.running("spawn").spawn(body);
  }

  /** {@link #spawn(Callable)} with a name, a context, an eager start. */
  public static <T extends @Nullable Object> Task<T> spawn(
      TaskOptions options, Callable<? extends T> body) {
    return EventLoop.running("spawn").spawn(options, body);
  }

  /**
   * A task that drives {@code generator}: what it yields is waited for (null: one turn), the result
   * is sent in, a failure or a cancel is thrown in. The task's result is what its body returns.
   *
   * <p><b>Parity:</b> generator-based coroutines ({@code asyncio.coroutine}, Tornado's {@code
   * gen.coroutine}, Twisted's {@code inlineCallbacks}), row GEN-20.
   */
  public static <R extends @Nullable Object> Task<R> coroutine(Generator<?, ?, R> generator) {
    EventLoop loop = EventLoop.running("coroutine");
    return loop.spawn(new GeneratorDriver<>(loop, generator));
  }

  /** The task whose code calls this; empty in a plain callback. */
  public static Optional<Task<?>> currentTask() {
    return Optional.ofNullable(EventLoop.running("currentTask").currentTaskOrNull());
  }

  /** The unfinished tasks of the running loop: a snapshot. */
  public static Set<Task<?>> allTasks() {
    return EventLoop.running("allTasks").allTasks();
  }

  /** The future of {@code awaitable}, which must belong to the running loop. */
  public static <T extends @Nullable Object> LoopFuture<T> ensureFuture(Awaitable<T> awaitable) {
    return EventLoop.running("ensureFuture").ensureFuture(awaitable);
  }

  /** A task for {@code body}. */
  public static <T extends @Nullable Object> Task<T> ensureFuture(Callable<? extends T> body) {
    return EventLoop.running("ensureFuture").ensureFuture(body);
  }

  /** A future of the running loop, to be completed by hand. */
  public static <T extends @Nullable Object> Promise<T> newPromise() {
    return EventLoop.running("newPromise").newPromise();
  }

  /** A future of the running loop with the outcome of {@code stage}. */
  public static <T extends @Nullable Object> LoopFuture<T> wrap(CompletionStage<T> stage) {
    return EventLoop.running("wrap").wrap(stage);
  }

  // ---- waiting -----------------------------------------------------------------------------

  /** Parks for {@code delay}; zero or less: exactly one turn, no timer. */
  public static void sleep(Duration delay) {
    EventLoop loop = EventLoop.running("sleep");
    long nanos = Times.nanos(delay);
    if (nanos == 0) {
      Waits.oneTurn(loop, "sleep");
    } else {
      Waits.untilTime(loop, loop.core().nanos() + nanos, "sleep");
    }
  }

  /** Lets everything that is ready run first (Python: {@code sleep(0)}). */
  public static void yieldNow() {
    Waits.oneTurn(EventLoop.running("yieldNow"), "yieldNow");
  }

  /**
   * The results of all, in the order of the arguments. The future fails with the first failure; the
   * others go on, and their failures are consumed. Cancelling it cancels every unfinished one.
   */
  public static <T extends @Nullable Object> LoopFuture<List<T>> gather(
      Collection<? extends Awaitable<? extends T>> awaitables) {
    return Gather.plain(EventLoop.running("gather"), awaitables);
  }

  /** {@link #gather(Collection)} of the arguments. */
  @SafeVarargs
  @SuppressWarnings("varargs")
  public static <T extends @Nullable Object> LoopFuture<List<T>> gather(
      Awaitable<? extends T>... awaitables) {
    return gather(List.of(awaitables));
  }

  /** Like {@link #gather(Collection)}, but failures are part of the result. */
  public static <T extends @Nullable Object> LoopFuture<List<Outcome<T>>> gatherSettled(
      Collection<? extends Awaitable<? extends T>> awaitables) {
    return Gather.settled(EventLoop.running("gatherSettled"), awaitables);
  }

  /** {@link #gatherSettled(Collection)} of the arguments. */
  @SafeVarargs
  @SuppressWarnings("varargs")
  public static <T extends @Nullable Object> LoopFuture<List<Outcome<T>>> gatherSettled(
      Awaitable<? extends T>... awaitables) {
    return gatherSettled(List.of(awaitables));
  }

  /**
   * Parks until enough of {@code awaitables} are done, or {@code limit} is over (Python: {@code
   * wait}). Cancels nothing and throws nothing on a timeout. Waits at least one turn.
   *
   * @param limit null for none
   * @throws IllegalArgumentException if there are none, or a member is a bare body
   */
  public static <F extends Awaitable<?>> WaitResult<F> waitUntil(
      WaitMode mode, @Nullable Duration limit, Collection<F> awaitables) {
    return new WaitUntil<>(EventLoop.running("waitUntil"), mode, awaitables).run(limit);
  }

  /** Parks until all are done. */
  public static <F extends Awaitable<?>> WaitResult<F> waitUntil(Collection<F> awaitables) {
    return waitUntil(WaitMode.ALL_COMPLETED, null, awaitables);
  }

  /**
   * Gives {@code awaitables} in the order of completion. Duplicates count once.
   *
   * <pre>{@code
   * for (Task<Page> task : asCompleted(tasks)) {
   *   show(task.join()); // done: does not wait
   * }
   * }</pre>
   */
  public static <F extends Awaitable<?>> CompletionIterator<F> asCompleted(
      Collection<F> awaitables) {
    return asCompleted(null, awaitables);
  }

  /**
   * {@link #asCompleted(Collection)} with a time limit: each one that is not done by then is an
   * {@link AsyncTimeoutException} of {@code next()}. Nothing is cancelled.
   *
   * @param limit null for none
   */
  public static <F extends Awaitable<?>> CompletionIterator<F> asCompleted(
      @Nullable Duration limit, Collection<F> awaitables) {
    return new CompletionIterator<>(EventLoop.running("asCompleted"), limit, awaitables);
  }

  /**
   * Runs all {@code bodies} at the same time, each as a task. The first that returns or throws
   * wins: the others are cancelled and waited for, and its result is returned or its throwable
   * thrown. One that is cancelled by hand drops out.
   *
   * <p>A failure of a loser is suppressed in the winner's; beside a winner's result it is reported
   * as that of a task that nobody joined. Cancelling the caller cancels all and waits for them. To
   * let an existing task take part, pass {@code task::join}; to lose cancels it.
   *
   * <p>Python: {@code asyncio.wait} with FIRST_COMPLETED, and the clean-up that has to follow it.
   *
   * @throws IllegalArgumentException if there are none
   * @throws CancelledError if the caller was cancelled, or all of them dropped out
   */
  public static <T extends @Nullable Object> T race(
      Collection<? extends Callable<? extends T>> bodies) {
    return new Race<T>("race", true, bodies).run();
  }

  /** {@link #race(Collection)} of the arguments. */
  @SafeVarargs
  @SuppressWarnings("varargs")
  public static <T extends @Nullable Object> T race(Callable<? extends T>... bodies) {
    return race(List.of(bodies));
  }

  /**
   * Like {@link #race(Collection)}, but the first that returns wins; failures before that count no
   * more.
   *
   * <p>Python: {@link #staggeredRace(Duration, Collection)} without the delay.
   *
   * @throws ExceptionGroup if none returns: the failures, in the order in which they came
   * @throws IllegalArgumentException if there are none
   * @throws CancelledError if the caller was cancelled, or all of them dropped out
   */
  public static <T extends @Nullable Object> T firstSuccess(
      Collection<? extends Callable<? extends T>> bodies) {
    return new Race<T>("firstSuccess", false, bodies).run();
  }

  /** {@link #firstSuccess(Collection)} of the arguments. */
  @SafeVarargs
  @SuppressWarnings("varargs")
  public static <T extends @Nullable Object> T firstSuccess(Callable<? extends T>... bodies) {
    return firstSuccess(List.of(bodies));
  }

  /**
   * {@link #firstSuccess(Collection)} of bodies that begin one after the other: the next one when
   * the one before it has failed, or {@code delay} after it began. So a slow attempt keeps nobody
   * waiting, and a quick one spares the others.
   *
   * <p>The first that returns wins, and the others are cancelled in the same step: of two that
   * could return in one turn the second is cancelled. Each cancel of the caller goes on to all that
   * run; nothing begins after it.
   *
   * <p>Python: {@code asyncio.staggered.staggered_race}, which "happy eyeballs" of {@code
   * create_connection} stands on. It gives winner, index and exceptions, and does not raise where
   * nobody wins.
   *
   * @param delay null: the next one begins only when the one before it has failed
   * @throws ExceptionGroup if none returns: the failures, in the order in which they came
   * @throws IllegalArgumentException if there are none
   * @throws CancelledError if the caller was cancelled, or all of them were
   */
  public static <T extends @Nullable Object> T staggeredRace(
      @Nullable Duration delay, Collection<? extends Callable<? extends T>> bodies) {
    return new StaggeredRace<T>(delay, bodies).run();
  }

  /** {@link #staggeredRace(Duration, Collection)} of the arguments. */
  @SafeVarargs
  @SuppressWarnings("varargs")
  public static <T extends @Nullable Object> T staggeredRace(
      @Nullable Duration delay, Callable<? extends T>... bodies) {
    return staggeredRace(delay, List.of(bodies));
  }

  /**
   * Waits for {@code awaitable}, at most {@code limit}. On expiry it is cancelled, its cleanup is
   * waited for, and {@link AsyncTimeoutException} is thrown; zero or less: at once unless it is
   * done.
   *
   * @param limit null for none
   */
  public static <T extends @Nullable Object> T waitFor(
      Awaitable<T> awaitable, @Nullable Duration limit) {
    LoopFuture<T> future = EventLoop.running("waitFor").ensureFuture(awaitable);
    if (limit == null || future.isDone()) {
      return future.join();
    }
    if (limit.isZero() || limit.isNegative()) {
      Quietly.cancelAndWait(future);
      try {
        return future.getNow();
      } catch (CancelledError cancelled) {
        throw new AsyncTimeoutException("waitFor: time limit of " + limit + " passed", cancelled);
      }
    }
    return TimeoutScope.<T>run(limit, scope -> future.join());
  }

  /**
   * Runs {@code body} in the calling task, at most {@code limit}; with zero or less it never runs.
   */
  public static <T extends @Nullable Object> T waitFor(Callable<? extends T> body, Duration limit) {
    if (limit.isZero() || limit.isNegative()) {
      throw new AsyncTimeoutException("waitFor: time limit of " + limit + " passed");
    }
    return timeout(limit, body);
  }

  /**
   * Runs {@code body} in the calling task with a time limit.
   *
   * @param limit null for none
   * @throws AsyncTimeoutException if the limit passed and nobody else cancelled the task
   */
  public static <T extends @Nullable Object> T timeout(
      @Nullable Duration limit, Callable<? extends T> body) {
    return TimeoutScope.run(limit, TimeoutScope.Body.<T>of(body));
  }

  /** {@link #timeout(Duration, Callable)} for a body without a result. */
  @LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public static void timeout(@Nullable Duration limit, ThrowingRunnable body) {
    TimeoutScope.run(limit, TimeoutScope.Body.of(Bodies.callable(body)));
  }

  /** {@link #timeout(Duration, Callable)} for a body that moves its deadline. */
  public static <T extends @Nullable Object> T timeoutScope(
      @Nullable Duration limit, TimeoutScope.Body<? extends T> body) {
    return TimeoutScope.<T>run(limit, body);
  }

  /** A time limit at a point of the loop's clock ({@link EventLoop#time()}). */
  public static <T extends @Nullable Object> T timeoutAt(
      Duration when, TimeoutScope.Body<? extends T> body) {
    return TimeoutScope.<T>run(when.minus(EventLoop.running("timeoutAt").time()), body);
  }

  /**
   * A future that follows {@code awaitable} and keeps a cancel of its waiter away from it. Does not
   * survive the shutdown of the loop.
   */
  public static <T extends @Nullable Object> LoopFuture<T> shield(Awaitable<T> awaitable) {
    return Shield.of(EventLoop.running("shield").ensureFuture(awaitable));
  }

  // ---- network -----------------------------------------------------------------------------

  /** A connection to {@code host}; see {@link Streams#openConnection(String, int)}. */
  public static Stream openConnection(String host, int port) throws IOException {
    return Streams.openConnection(host, port);
  }

  /** A TLS connection; see {@link Streams#openConnection(String, int, TlsOptions)}. */
  public static Stream openConnection(String host, int port, TlsOptions options)
      throws IOException {
    return Streams.openConnection(host, port, options);
  }

  /** A server; see {@link Streams#startServer}. */
  public static Server startServer(StreamHandler handler, SocketAddress... addresses)
      throws IOException {
    return Streams.startServer(handler, ServerOptions.DEFAULT, addresses);
  }

  /** Starts a process; see {@link AsyncProcess#start(ProcessBuilder)}. */
  public static AsyncProcess process(ProcessBuilder builder) throws IOException {
    return AsyncProcess.start(builder);
  }

  // ---- other threads -----------------------------------------------------------------------

  /**
   * Runs {@code job} on the loop's default executor with a copy of the context variables.
   * Cancelling drops a job that has not started; a running one goes on.
   */
  public static <T extends @Nullable Object> LoopFuture<T> toThread(Callable<? extends T> job) {
    return runInExecutor(null, new JobInContext<>(TaskContext.current().copy(), job));
  }

  /** Runs {@code job} on {@code executor}, or on the default one; without the context variables. */
  public static <T extends @Nullable Object> LoopFuture<T> runInExecutor(
      @Nullable Executor executor, Callable<? extends T> job) {
    return EventLoop.running("runInExecutor").runInExecutor(executor, job);
  }

  /**
   * {@link #runInExecutor}, but cancelling the future interrupts a job that runs. The future is
   * cancelled at once; the job ends when it notices.
   */
  public static <T extends @Nullable Object> LoopFuture<T> runInterruptible(
      @Nullable Executor executor, Callable<? extends T> job) {
    return EventLoop.running("runInterruptible").runInterruptible(executor, job);
  }

  /**
   * A future of the running loop with the outcome of {@code future}; cancelling it cancels that. A
   * plain future tells nobody when it is done: unless it is, a thread of the default pool waits for
   * it.
   */
  public static <T extends @Nullable Object> LoopFuture<T> wrap(Future<T> future) {
    return PlainFutures.wrap(EventLoop.running("wrap"), future);
  }

  /** {@link #wrap(CompletionStage)}: for what is both. */
  public static <T extends @Nullable Object> LoopFuture<T> wrap(CompletableFuture<T> future) {
    return wrap((CompletionStage<T>) future);
  }

  /**
   * Calls {@code body}, which may block outside of Greenloop's waits. In full mode such code parks
   * the task anyway and this is a plain call; in portable mode the loop goes on meanwhile, and the
   * body must not touch it.
   */
  public static <T extends @Nullable Object> T blocking(Callable<? extends T> body) {
    EventLoop loop = EventLoop.running("blocking");
    Strand strand = loop.core().currentStrand();
    if (strand == null) {
      return callUnchecked(body);
    }
    strand.beginForeign();
    try {
      return callUnchecked(body);
    } finally {
      strand.endForeign();
    }
  }

  private static <T extends @Nullable Object> T callUnchecked(Callable<? extends T> body) {
    try {
      return body.call();
    } catch (Exception e) {
      throw Unchecked.raise(e);
    }
  }
}
