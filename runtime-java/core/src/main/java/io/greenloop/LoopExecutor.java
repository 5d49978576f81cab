package io.greenloop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A loop as the JDK sees executors: each job is a task of the loop, each delay a timer of it. Any
 * thread; see {@link EventLoop#asExecutor}.
 */
final class LoopExecutor extends AbstractExecutorService implements ScheduledExecutorService {
  private final EventLoop loop;
  private final Set<Job<?>> jobs = ConcurrentHashMap.newKeySet();
  private final CountDownLatch terminated = new CountDownLatch(1);
  private volatile boolean shutDown;

  LoopExecutor(EventLoop loop) {
    this.loop = loop;
  }

  // ---- jobs --------------------------------------------------------------------------------

  @Override
  public void execute(Runnable command) {
    if (command instanceof Job<?> job) {
      begin(job);
    } else {
      begin(new Unseen(command));
    }
  }

  @Override
  protected <T> RunnableFuture<T> newTaskFor(Callable<T> callable) {
    return new Job<>(callable, 0, 0, false);
  }

  @Override
  protected <T> RunnableFuture<T> newTaskFor(Runnable runnable, T value) {
    return new Job<>(java.util.concurrent.Executors.callable(runnable, value), 0, 0, false);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return begun(
        new Job<>(java.util.concurrent.Executors.callable(command), unit.toNanos(delay), 0, false));
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    return begun(new Job<>(callable, unit.toNanos(delay), 0, false));
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    return periodic(command, initialDelay, period, unit, false);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    return periodic(command, initialDelay, delay, unit, true);
  }

  private ScheduledFuture<?> periodic(
      Runnable command, long initialDelay, long period, TimeUnit unit, boolean fromEnd) {
    if (period <= 0) {
      throw new IllegalArgumentException("schedule: period = " + period + " (expected > 0)");
    }
    return begun(
        new Job<>(
            java.util.concurrent.Executors.callable(command),
            unit.toNanos(initialDelay),
            unit.toNanos(period),
            fromEnd));
  }

  private void begin(Job<?> job) {
    jobs.add(job); // before the look at the flag: a shutdown at the same time sees one of the two
    if (shutDown) {
      job.leave();
      throw new RejectedExecutionException("execute: the executor of " + loop + " is shut down");
    }
    try {
      loop.callSoonThreadsafe(job::arm);
    } catch (LoopClosedException closed) {
      job.leave();
      throw new RejectedExecutionException(closed);
    }
  }

  private <V> ScheduledFuture<V> begun(Job<V> job) {
    begin(job);
    return job;
  }

  /** One job: FutureTask carries the outcome, the loop carries the running. */
  private class Job<V> extends FutureTask<V>
      implements RunnableScheduledFuture<V>, TaskBody<@Nullable Void> {
    private final long periodNanos; // 0: once
    private final boolean fromEnd;
    private volatile long dueNanos;

    /** A job that is cancelled while it has a task ends with that, which may have to clean up. */
    private volatile boolean hasTask;

    // On the loop only.
    private @Nullable TimerHandle timer;
    private @Nullable Task<?> task;

    Job(Callable<V> body, long delayNanos, long periodNanos, boolean fromEnd) {
      super(body);
      this.periodNanos = Math.min(periodNanos, Times.FAR);
      this.fromEnd = fromEnd;
      this.dueNanos = loop.time().toNanos() + Math.clamp(delayNanos, 0, Times.FAR);
    }

    /** On the loop. */
    private void arm() {
      if (isDone()) {
        leave();
        return;
      }
      if (dueNanos - loop.time().toNanos() > 0) {
        timer = loop.callAt(Duration.ofNanos(dueNanos), this::start);
      } else {
        start();
      }
    }

    private void start() {
      hasTask = true; // from here on, whoever cancels leaves the rest to the task
      if (isDone()) {
        leave();
      } else {
        try {
          task = loop.spawn((TaskBody<@Nullable Void>) this);
        } catch (Throwable refused) { // too many tasks, or a task factory that fails
          hasTask = false;
          setException(refused);
        }
      }
    }

    @Override
    protected void setException(Throwable thrown) {
      if (thrown instanceof CancelledError) {
        super.cancel(false);
        return;
      }
      super.setException(thrown);
      if (Fatal.isFatal(thrown)) {
        loop.core().failRun(thrown);
      }
    }

    /** The task. */
    @Override
    public @Nullable Void call() {
      boolean again = false;
      if (periodNanos == 0) {
        run();
      } else {
        again = runAndReset() && !shutDown;
      }
      hasTask = false;
      if (again) {
        dueNanos = (fromEnd ? loop.time().toNanos() : dueNanos) + periodNanos;
        loop.callSoon(this::arm); // not from this task, which would be the parent of the next
      } else {
        end();
      }
      return null;
    }

    @Override
    public void neverRun(Throwable reason) {
      hasTask = false;
      end();
    }

    /** Nothing of it will run any more. */
    private void end() {
      super.cancel(false); // a no-op if it is done
      leave();
    }

    private void leave() {
      jobs.remove(this);
      countDownIfIdle();
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
      boolean cancelled = super.cancel(false);
      if (cancelled) {
        try {
          loop.callSoonThreadsafe(() -> drop(mayInterrupt));
        } catch (LoopClosedException closed) {
          return true; // which has ended its task, too
        }
      }
      return cancelled;
    }

    private void drop(boolean running) {
      if (timer != null) {
        timer.cancel();
      }
      if (running && task != null) {
        task.cancel();
      }
    }

    @Override
    protected void done() {
      if (!hasTask) {
        leave();
      }
    }

    @Override
    public boolean isPeriodic() {
      return periodNanos > 0;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(dueNanos - loop.time().toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
  }

  /** What {@code execute} was given: it has no future that anybody could look at. */
  private final class Unseen extends Job<Object> {
    Unseen(Runnable command) {
      super(java.util.concurrent.Executors.callable(command), 0, 0, false);
    }

    @Override
    protected void setException(Throwable thrown) {
      super.setException(thrown);
      if (!(thrown instanceof CancelledError) && !Fatal.isFatal(thrown)) {
        loop.report(ErrorContext.of("a job of the executor of " + loop + " failed", thrown));
      }
    }
  }

  // ---- the end -----------------------------------------------------------------------------

  @Override
  public void shutdown() {
    shutDown = true;
    jobs.stream().filter(Job::isPeriodic).forEach(job -> job.cancel(false));
    countDownIfIdle();
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutDown = true;
    var waiting = new ArrayList<Runnable>();
    for (Job<?> job : jobs) {
      if (job.getDelay(TimeUnit.NANOSECONDS) > 0) {
        waiting.add(job);
      }
      job.cancel(true);
    }
    countDownIfIdle();
    return waiting;
  }

  /** The loop is closed: what it has not finished never goes on. Setup. */
  void loopClosed() {
    for (Job<?> job : jobs) {
      job.end();
    }
  }

  private void countDownIfIdle() {
    if (shutDown && jobs.isEmpty()) {
      terminated.countDown();
    }
  }

  @Override
  public boolean isShutdown() {
    return shutDown;
  }

  @Override
  public boolean isTerminated() {
    return terminated.getCount() == 0;
  }

  @Override
  public boolean awaitTermination(long limit, TimeUnit unit) throws InterruptedException {
    return terminated.await(limit, unit);
  }

  @Override
  public String toString() {
    return "the executor of " + loop;
  }
}
