package io.greenloop;

import java.time.Duration;
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
  private final Collection<String> running = new ConcurrentLinkedQueue<>(); // may share a name
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
    Executor on = executor == null ? defaultPool() : executor;
    var future = new JobFuture<T>(loop);
    Task<?> origin = loop.currentTaskOrNull();
    String what = Names.ofBody(job) + (origin == null ? "" : " of " + origin.describe());
    try {
      on.execute(() -> runJob(future, job, what));
    } catch (Throwable rejected) {
      future.giveUp();
      throw rejected;
    }
    return future;
  }

  private <T> void runJob(JobFuture<T> future, Callable<? extends T> job, String what) {
    if (future.isDone()) { // cancelled before it started
      return;
    }
    running.add(what);
    Runnable outcome;
    try {
      T result = job.call();
      outcome = () -> future.trySucceed(result);
    } catch (Throwable thrown) {
      outcome = () -> future.tryFail(thrown);
    }
    running.remove(what); // before the loop hears of the end: it may list who still runs
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

  /** Parks the calling task until the pool has ended, or the limit is over. */
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
      loop.report(
          ErrorContext.of(
              "the default executor of "
                  + loop
                  + " did not end within "
                  + limit
                  + "; still running: "
                  + running,
              null));
    }
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
