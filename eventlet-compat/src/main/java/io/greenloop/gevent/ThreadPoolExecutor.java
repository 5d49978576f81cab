package io.greenloop.gevent;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ThreadPool} for code that wants an {@code ExecutorService} (Python: {@code
 * gevent.threadpool.ThreadPoolExecutor}): jobs run on threads, and who waits for their futures
 * parks its greenlet. A job is never interrupted.
 *
 * <p><b>Room:</b> greenlets of the loop on which it was made.
 */
public final class ThreadPoolExecutor extends AbstractExecutorService {
  private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE / 2);

  private final ThreadPool pool;
  private boolean shutDown;

  /** An executor of at most {@code maxWorkers} threads. */
  public ThreadPoolExecutor(int maxWorkers) {
    pool = new ThreadPool(maxWorkers);
  }

  /**
   * The outcome of a job, which comes later.
   *
   * @param <T> what the job returns
   */
  public static final class Job<T extends @Nullable Object> implements RunnableFuture<T> {
    private final AsyncResult<T> result = new AsyncResult<>();
    private final Callable<? extends T> body;

    private Job(Callable<? extends T> body) {
      this.body = body;
    }

    /** The same as an {@link AsyncResult}, which can be waited for together with others. */
    public AsyncResult<T> result() {
      return result;
    }

    /**
     * Calls {@code callback} in the hub once it is done, at the next turn if it is (Python: {@code
     * add_done_callback}). It must not wait; what it throws is reported.
     */
    public void addDoneCallback(Consumer<? super Job<T>> callback) {
      result.rawLink(ready -> callback.accept(this));
    }

    /** Runs the job where it is called; for the executor. */
    @Override
    public void run() {
      try {
        result.set(body.call());
      } catch (Throwable thrown) {
        result.setException(thrown);
      }
    }

    @Override
    public T get() throws ExecutionException {
      result.await();
      return outcome();
    }

    @Override
    public T get(long limit, TimeUnit unit) throws ExecutionException, TimeoutException {
      Duration finite = finite(limit, unit);
      if (finite == null) {
        return get();
      }
      result.await(finite);
      if (!result.isReady()) {
        throw new TimeoutException("a job did not end within " + limit + " " + unit);
      }
      return outcome();
    }

    private T outcome() throws ExecutionException {
      Throwable thrown = result.getException();
      if (thrown instanceof CancellationException cancelled) {
        throw cancelled;
      }
      if (thrown != null) {
        throw new ExecutionException(thrown);
      }
      return result.getNow();
    }

    /** A job cannot be taken back: false. */
    @Override
    public boolean cancel(boolean mayInterrupt) {
      return false;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public boolean isDone() {
      return result.isReady();
    }

    @Override
    public String toString() {
      return "job, " + result;
    }
  }

  // ---- jobs --------------------------------------------------------------------------------

  /**
   * Runs {@code command} on a thread. Waits while more jobs are under way than there are threads.
   * What it throws is reported to the loop's exception handler; a job keeps it instead.
   *
   * @throws InvalidThreadUseError from another thread
   * @throws RejectedExecutionException after {@link #shutdown}, also one during the wait
   */
  @Override
  public void execute(Runnable command) {
    checkRuns();
    pool.<@Nullable Void>spawn(
        () -> {
          try {
            command.run();
          } catch (Throwable thrown) {
            pool.report("a command of " + this + " failed", thrown);
          }
          return null;
        },
        this::checkRuns);
  }

  private void checkRuns() {
    if (shutDown) {
      throw new RejectedExecutionException("execute on " + this + ": it was shut down");
    }
  }

  /** Runs {@code job} on a thread; see {@link #execute}. */
  @Override
  public <T extends @Nullable Object> Job<T> submit(Callable<T> job) {
    Job<T> made = new Job<>(job);
    execute(made);
    return made;
  }

  /** Runs {@code job} on a thread; see {@link #execute}. */
  @Override
  public Job<?> submit(Runnable job) {
    return submit(Executors.callable(job));
  }

  @Override
  public <T extends @Nullable Object> Job<T> submit(Runnable job, T result) {
    return submit(
        () -> {
          job.run();
          return result;
        });
  }

  @Override
  protected <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Callable<T> job) {
    return new Job<>(job);
  }

  // ---- its life ----------------------------------------------------------------------------

  /** Takes no more jobs; those under way go on. */
  @Override
  public void shutdown() {
    shutDown = true;
    pool.kill();
  }

  /** {@link #shutdown}: a job is never interrupted, and those that wait run. */
  @Override
  public List<Runnable> shutdownNow() {
    shutdown();
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return shutDown;
  }

  @Override
  public boolean isTerminated() {
    return shutDown && pool.outstanding() == 0;
  }

  @Override
  public boolean awaitTermination(long limit, TimeUnit unit) {
    Duration finite = finite(limit, unit);
    if (finite == null) {
      pool.join();
      return isTerminated();
    }
    return Timeout.silent(finite, pool::join) && isTerminated();
  }

  /** Null for a limit that no clock reaches, as {@code Long.MAX_VALUE} of any unit. */
  private static @Nullable Duration finite(long limit, TimeUnit unit) {
    Duration whole = Duration.ofNanos(unit.toNanos(limit));
    return whole.compareTo(FOREVER) < 0 ? whole : null;
  }

  /** {@link #shutdown}, and waits for the jobs under way. */
  @Override
  public void close() {
    shutdown();
    pool.join();
  }

  @Override
  public String toString() {
    return "executor on " + pool;
  }
}
