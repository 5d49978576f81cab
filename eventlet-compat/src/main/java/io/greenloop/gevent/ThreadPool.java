package io.greenloop.gevent;

import io.greenloop.ErrorContext;
import io.greenloop.LoopClosedException;
import io.greenloop.Registration;
import io.greenloop.eventlet.internal.Hubs;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs what would hold the loop, or must not, on threads (Python: {@code gevent.threadpool}).
 * Threads are made on demand and end when they had no work for a while. A job is never interrupted:
 * who stops waiting for it leaves it running.
 *
 * <p><b>Room:</b> greenlets of the loop on which it was made; {@link #apply} also from its own
 * jobs, which it then calls on the spot.
 */
public final class ThreadPool extends Mapping {
  private static final ThreadLocal<@Nullable ThreadPool> WORKS_FOR = new ThreadLocal<>();
  private static final System.Logger LOG = System.getLogger("io.greenloop");
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final Hub hub;
  private final Event quiet = new Event();
  private final Semaphore slots;
  private int maxSize;
  private int outstanding;
  private java.util.concurrent.@Nullable ThreadPoolExecutor threads;

  /** A pool of at most {@code maxSize} threads, for the calling line's hub. */
  public ThreadPool(int maxSize) {
    this(maxSize, Hub.of("new ThreadPool"));
  }

  ThreadPool(int maxSize, Hub hub) {
    checkSize(maxSize);
    this.hub = hub;
    this.maxSize = maxSize;
    slots = new Semaphore(maxSize + 1);
    quiet.set();
  }

  private static void checkSize(int maxSize) {
    if (maxSize < 0) {
      throw new IllegalArgumentException("ThreadPool: size = " + maxSize + " (expected >= 0)");
    }
  }

  // ---- running jobs ------------------------------------------------------------------------

  /**
   * Runs {@code job} on a thread. Waits while more jobs are under way than there are threads.
   *
   * @return its outcome, later
   * @throws InvalidThreadUseError from another thread
   */
  public <T extends @Nullable Object> AsyncResult<T> spawn(Callable<? extends T> job) {
    return spawn(job, () -> {});
  }

  /** {@link #spawn(Callable)}; {@code check} throws if, after the wait, the job must not run. */
  <T extends @Nullable Object> AsyncResult<T> spawn(Callable<? extends T> job, Runnable check) {
    hub.checkHere("spawn", "this pool");
    slots.acquire();
    try {
      check.run();
    } catch (Throwable refused) {
      slots.release();
      throw refused;
    }
    AsyncResult<T> result = new AsyncResult<>();
    outstanding++;
    quiet.clear();
    Registration expected = hub.eventLoop().expectPosts();
    executor()
        .execute(
            () -> {
              Runnable outcome = run(job, result);
              post(
                  () -> {
                    expected.remove();
                    slots.release();
                    if (--outstanding == 0) {
                      quiet.set();
                    }
                    outcome.run();
                  });
            });
    return result;
  }

  private <T extends @Nullable Object> Runnable run(
      Callable<? extends T> job, AsyncResult<T> result) {
    WORKS_FOR.set(this);
    try {
      T value = job.call();
      return () -> result.set(value);
    } catch (Throwable thrown) {
      return () -> result.setException(thrown);
    } finally {
      WORKS_FOR.remove();
      Hubs.closeOwn(); // a job that waited had a hub of its own
    }
  }

  /** Hands {@code thrown}, which nobody waits for, to the loop; on any thread. */
  void report(String message, Throwable thrown) {
    post(() -> hub.eventLoop().report(ErrorContext.of(message, thrown)));
  }

  private void post(Runnable callback) {
    try {
      hub.eventLoop().callSoonThreadsafe(callback);
    } catch (LoopClosedException over) {
      LOG.log(System.Logger.Level.DEBUG, "a job of " + this + " outlived its loop", over);
    }
  }

  private java.util.concurrent.ThreadPoolExecutor executor() {
    java.util.concurrent.ThreadPoolExecutor present = threads;
    if (present == null) {
      String name = "gevent-threadpool-" + NAMES.incrementAndGet() + "-";
      AtomicInteger numbers = new AtomicInteger();
      present =
          new java.util.concurrent.ThreadPoolExecutor(
              Math.max(1, maxSize),
              Math.max(1, maxSize),
              Math.max(1, GeventConfig.threadPoolIdleTaskTimeout().toMillis()),
              TimeUnit.MILLISECONDS,
              new LinkedBlockingQueue<>(),
              work ->
                  Thread.ofPlatform()
                      .daemon()
                      .name(name + numbers.incrementAndGet())
                      .unstarted(work));
      present.allowCoreThreadTimeOut(true);
      threads = present;
    }
    return present;
  }

  // ---- its life ----------------------------------------------------------------------------

  /** Waits until no job is under way. */
  public void join() {
    quiet.await();
  }

  /** Ends the threads: at once, or when their jobs have ended. The next spawn makes new ones. */
  public void kill() {
    java.util.concurrent.ThreadPoolExecutor present = threads;
    threads = null;
    if (present != null) {
      present.shutdown();
    }
  }

  /** How many threads there may be. */
  public int maxSize() {
    return maxSize;
  }

  /** Changes {@link #maxSize}; jobs under way are left alone. */
  public void setMaxSize(int maxSize) {
    checkSize(maxSize);
    slots.grow(maxSize - this.maxSize);
    this.maxSize = maxSize;
    adjust();
  }

  /** Brings the threads in line with {@link #maxSize}; idle ones too many end. */
  public void adjust() {
    java.util.concurrent.ThreadPoolExecutor present = threads;
    if (present != null) {
      int size = Math.max(1, maxSize);
      present.setCorePoolSize(Math.min(size, present.getMaximumPoolSize()));
      present.setMaximumPoolSize(size);
      present.setCorePoolSize(size);
    }
  }

  /** How many threads there are. */
  public int size() {
    java.util.concurrent.ThreadPoolExecutor present = threads;
    return present == null ? 0 : present.getPoolSize();
  }

  /** How many jobs are under way or queued. */
  public int outstanding() {
    return outstanding;
  }

  // ---- for Mapping -------------------------------------------------------------------------

  @Override
  <R extends @Nullable Object> Outcome<R> start(Callable<? extends R> call) {
    AsyncResult<R> result = spawn(call);
    return new Outcome<>() {
      @Override
      public R get() {
        return result.get();
      }

      @Override
      public void whenReady(Consumer<Outcome<R>> callback) {
        result.rawLink(done -> callback.accept(this));
      }

      @Override
      public @Nullable Throwable failure() {
        return result.getException();
      }
    };
  }

  @Override
  boolean appliesInline() {
    return WORKS_FOR.get() == this;
  }

  @Override
  <R extends @Nullable Object> void callBack(Consumer<? super R> callback, R result) {
    callback.accept(result);
  }

  @Override
  public String toString() {
    return "thread pool of " + size() + " of " + maxSize + " threads, " + outstanding + " jobs";
  }
}
