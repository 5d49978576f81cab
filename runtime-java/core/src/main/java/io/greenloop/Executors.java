package io.greenloop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Jobs of a loop on other threads, and the pool they run on unless told otherwise. */
final class Executors {
  private static final int MAX_THREADS = 32;
  private static final long IDLE_SECONDS = 30;

  private final EventLoop loop;

  /** On the default pool. */
  private final Collection<RunningJob<?>> running = new ConcurrentLinkedQueue<>();

  private @Nullable ExecutorService pool;
  private boolean shutDown;

  Executors(EventLoop loop) {
    this.loop = loop;
  }

  void setDefault(ExecutorService executor) {
    pool = Objects.requireNonNull(executor, "executor");
  }

  <T extends @Nullable Object> LoopFuture<T> run(
      @Nullable Executor executor, Callable<? extends T> job) {
    Objects.requireNonNull(job, "job");
    boolean onDefault = executor == null;
    Executor on = executor == null ? defaultPool() : executor;
    var future = new JobFuture<T>(loop);
    Task<?> origin = loop.currentTaskOrNull();
    String what = Names.ofBody(job) + (origin == null ? "" : " of " + origin.describe());
    try {
      var started = new RunningJob<T>(what, future, job);
      on.execute(() -> runJob(started, onDefault));
    } catch (Throwable rejected) {
      future.giveUp();
      throw rejected;
    }
    return future;
  }

  private <T extends @Nullable Object> void runJob(RunningJob<T> started, boolean onDefault) {
    JobFuture<T> future = started.future;
    if (future.isDone()) { // cancelled before it started
      return;
    }
    if (onDefault) {
      running.add(started);
    }
    Runnable outcome;
    try {
      T result = started.job.call();
      outcome = () -> future.trySucceed(result);
    } catch (Throwable thrown) {
      outcome = () -> future.tryFail(thrown);
    }
    running.remove(started); // before the loop hears of the end: it may list who still runs
    loop.core().post(outcome, null); // a loop that has closed meanwhile drops it
  }

  private ExecutorService defaultPool() {
    if (shutDown) {
      throw new IllegalStateException(
          "runInExecutor: the default executor of " + loop + " has been shut down; pass your own");
    }
    if (pool == null) {
      pool = newPool(loop.core().name());
    }
    return pool;
  }

  private static ExecutorService newPool(String loopName) {
    int threads = Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors() + 4);
    var number = new AtomicInteger();
    var pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            body ->
                Thread.ofPlatform()
                    .daemon()
                    .name("greenloop-" + loopName + "-worker-" + number.incrementAndGet())
                    .unstarted(body));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /**
   * Parks the calling task until the pool has ended, or the limit is over; then interrupts what may
   * be interrupted.
   */
  void shutdown(Duration limit) {
    shutDown = true;
    ExecutorService ending = pool;
    if (ending == null) {
      return;
    }
    ending.shutdown();
    boolean ended =
        run(
                Executors::onOwnThread,
                () -> ending.awaitTermination(Times.nanos(limit), TimeUnit.NANOSECONDS))
            .join();
    if (!ended) {
      letGo(limit);
    }
  }

  private void letGo(Duration limit) {
    var interrupted = new ArrayList<String>();
    var left = new ArrayList<String>();
    for (RunningJob<?> started : running) {
      (started.interrupt() ? interrupted : left).add(started.what);
    }
    var message = new StringBuilder("the default executor of ").append(loop);
    message.append(" did not end within ").append(limit);
    if (!interrupted.isEmpty()) {
      message.append("; interrupted: ").append(interrupted);
    }
    if (!left.isEmpty()) {
      message.append("; still running: ").append(left);
    }
    loop.report(ErrorContext.of(message.toString(), null));
  }

  private static void onOwnThread(Runnable body) {
    Thread.ofPlatform().daemon().name("greenloop-executor-shutdown").start(body);
  }

  void close() {
    shutDown = true;
    if (pool != null) {
      pool.shutdown();
    }
  }

  /** Not a record: two may be alike in everything. */
  private static final class RunningJob<T extends @Nullable Object> {
    final String what;
    final JobFuture<T> future;
    final Callable<? extends T> job;

    RunningJob(String what, JobFuture<T> future, Callable<? extends T> job) {
      this.what = what;
      this.future = future;
      this.job = job;
    }

    /** False if it is not one that may be interrupted. */
    boolean interrupt() {
      if (!(job instanceof InterruptibleJob<?> interruptible)) {
        return false;
      }
      interruptible.cancel();
      future.cancel("the default executor is shut down"); // its outcome is no news to anybody
      return true;
    }
  }

  /** The future of a job: a result from outside. */
  private static final class JobFuture<T extends @Nullable Object> extends OutsideFuture<T> {
    JobFuture(EventLoop loop) {
      super(loop);
    }

    @Override
    String describe() {
      return "executor job";
    }
  }
}
