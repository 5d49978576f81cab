package io.greenloop;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A job that can be interrupted, for exactly as long as it runs: an interrupt never hits what its
 * thread does next.
 */
final class InterruptibleJob<T extends @Nullable Object> implements Callable<T>, BodyWrapper {
  private final Callable<? extends T> job;
  private @Nullable Thread thread; // which runs it now
  private boolean cancelled;

  InterruptibleJob(Callable<? extends T> job) {
    this.job = job;
  }

  /** Starts {@code job}; a cancel of the future interrupts it. Loop room. */
  static <T extends @Nullable Object> LoopFuture<T> run(
      EventLoop loop, @Nullable Executor executor, Callable<? extends T> job) {
    var interruptible = new InterruptibleJob<T>(Objects.requireNonNull(job, "job"));
    LoopFuture<T> future = loop.runInExecutor(executor, interruptible);
    future.whenDone(
        done -> {
          if (done.isCancelled()) {
            interruptible.cancel();
          }
        });
    return future;
  }

  @Override
  public Object inner() {
    return job;
  }

  /** A worker. */
  @Override
  public T call() throws Exception {
    begin();
    try {
      return job.call();
    } finally {
      end();
    }
  }

  private synchronized void begin() throws InterruptedException {
    if (cancelled) {
      throw new InterruptedException("cancelled before it began");
    }
    thread = Thread.currentThread();
  }

  private synchronized void end() {
    thread = null;
    if (cancelled) {
      Thread.interrupted(); // it came too late, and is not for the next job
    }
  }

  /** The loop. Interrupts once: what the job does to clean up is left alone. */
  synchronized void cancel() {
    if (!cancelled) {
      cancelled = true;
      if (thread != null) {
        thread.interrupt();
      }
    }
  }
}
