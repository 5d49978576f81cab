package io.greenloop.eventlet;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.eventlet.internal.Sneaky;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs blocking or CPU-bound code on threads of its own, while only the calling green thread waits
 * (Python: {@code eventlet.tpool}). 20 daemon threads, or what {@code -Deventlet.threadpool.size}
 * says; jobs wait in one line for them.
 *
 * <p>A job runs to its end, also if its caller was killed or out of time: what it gives is dropped
 * then. In a job nothing of the loop may be used.
 *
 * <p><b>Room:</b> loop, in a task, or a plain thread.
 */
public final class Tpool {
  private static final int DEFAULT_THREADS = 20;
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private static int threads = Integer.getInteger("eventlet.threadpool.size", DEFAULT_THREADS);
  private static @Nullable ExecutorService pool;

  private Tpool() {}

  /** A thread of the pool. */
  static final class Worker extends Thread {
    Worker(Runnable jobs, int number) {
      super(jobs, "tpool-" + number);
      setDaemon(true);
    }
  }

  /** Whether the caller is a job. */
  static boolean isJob() {
    return Thread.currentThread() instanceof Worker;
  }

  /**
   * Calls {@code job} on a thread of the pool, and waits for it. In a job it is called right there.
   *
   * @return what {@code job} returns; what it throws is thrown, the very object
   */
  public static <T extends @Nullable Object> T execute(Callable<? extends T> job) {
    ExecutorService workers = isJob() ? null : workers();
    try {
      if (workers == null) {
        return job.call();
      }
      return Eventlet.<T>awaiting(
          () -> Aio.<T>shield(EventLoop.current().runInExecutor(workers, logged(job))).join());
    } catch (Throwable thrown) {
      throw Sneaky.raise(thrown);
    }
  }

  private static <T extends @Nullable Object> Callable<T> logged(Callable<? extends T> job) {
    return () -> {
      try {
        return job.call();
      } catch (Throwable thrown) {
        if (EventletDebug.logsTpoolExceptions()) {
          System.getLogger("io.greenloop")
              .log(System.Logger.Level.WARNING, "a job of Tpool threw", thrown);
        }
        throw thrown;
      }
    };
  }

  /** The pool, made now if need be; null if jobs run in their callers. */
  private static synchronized @Nullable ExecutorService workers() {
    if (pool == null && threads > 0) {
      var numbers = new AtomicInteger();
      pool =
          new ThreadPoolExecutor(
              threads,
              threads,
              0,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              jobs -> new Worker(jobs, numbers.incrementAndGet()));
    } else if (pool == null) {
      System.getLogger("io.greenloop")
          .log(
              System.Logger.Level.WARNING,
              "Tpool has 0 threads: blocking code runs in its caller and holds the loop");
    }
    return pool;
  }

  /**
   * How many threads the pool gets; before its first use.
   *
   * @param number 0: jobs run in their callers, with a warning
   * @throws IllegalArgumentException if it is negative
   * @throws IllegalStateException if the pool has threads already; see {@link #killAll}
   */
  public static synchronized void setThreads(int number) {
    if (number < 0) {
      throw new IllegalArgumentException("setThreads: number = " + number + " (expected >= 0)");
    }
    if (pool != null) {
      throw new IllegalStateException(
          "setThreads: the pool runs with " + threads + " threads; call killAll() first");
    }
    threads = number;
  }

  /** How many threads the pool has, or will have. */
  public static synchronized int threads() {
    return threads;
  }

  /**
   * Ends the pool: lets jobs end, at most 5 seconds; those that take longer end on their own. The
   * next job gets a new pool.
   *
   * @return whether all have ended
   */
  public static boolean killAll() {
    return killAll(LIMIT);
  }

  /** {@link #killAll()} with another limit. */
  public static boolean killAll(Duration limit) {
    ExecutorService ending;
    synchronized (Tpool.class) {
      ending = pool;
      pool = null;
    }
    if (ending == null) {
      return true;
    }
    ending.shutdown();
    return Eventlet.<Boolean>awaiting(
        () ->
            EventLoop.current()
                .<Boolean>runInExecutor(
                    null, () -> ending.awaitTermination(limit.toNanos(), TimeUnit.NANOSECONDS))
                .join());
  }

  // ---- proxies -----------------------------------------------------------------------------

  /** {@link #proxy(Class, Object, ProxyOptions)} with none. */
  public static <I> I proxy(Class<I> type, I of) {
    return proxy(type, of, ProxyOptions.DEFAULT);
  }

  /**
   * An object whose methods run on the pool's threads, each call waited for (Python: {@code
   * tpool.Proxy}). {@code equals}, {@code hashCode}, {@code toString}, {@code size}, {@code length}
   * and {@code isEmpty} are called right here.
   *
   * @param type the interface to call it by
   */
  public static <I> I proxy(Class<I> type, I of, ProxyOptions options) {
    return type.cast(TpoolProxy.of(type, of, options));
  }
}
