package io.greenloop;

import io.greenloop.internal.loop.Rejecting;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** Between the futures of one loop and those of {@code java.util.concurrent}. */
final class Bridges {
  private final EventLoop loop;

  /** What others may wait for although this loop never gets to it. Loop room. */
  private final Set<Mirror<?>> open = Collections.newSetFromMap(new WeakHashMap<>());

  /** Those whose jobs somebody may still wait for. Any thread. */
  private final Set<LoopExecutor> executors =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  Bridges(EventLoop loop) {
    this.loop = loop;
  }

  /**
   * Its cancel goes to the loop; its outcome comes from there, or from the close of the loop. Owns
   * the entries on the way, so that it learns of one that is dropped.
   */
  private final class Mirror<T extends @Nullable Object> extends CompletableFuture<T>
      implements Rejecting {
    private volatile @Nullable LoopFuture<T> source;
    private boolean cancelPassedOn; // loop room

    void follow(LoopFuture<T> future) {
      source = future;
      open.add(this);
      future.addWaiter((Runnable) () -> copy(future), this);
      if (isCancelled()) {
        passCancelOn();
      }
    }

    /** The loop will not run any more. Setup. */
    void followClosed(LoopFuture<T> future) {
      source = future;
      settleAtClose();
    }

    private void copy(LoopFuture<T> future) {
      open.remove(this);
      Failure failure = future.failure();
      if (failure == null) {
        complete(future.getNow());
      } else if (future.isCancelled()) {
        super.cancel(false);
      } else {
        failure.markSeen();
        completeExceptionally(failure.thrown);
      }
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
      boolean cancelled = super.cancel(mayInterrupt);
      if (cancelled) {
        loop.core().post((Runnable) this::passCancelOn, null);
      }
      return cancelled;
    }

    /** Once: both the request and the start of what it cancels come by here. */
    private void passCancelOn() {
      LoopFuture<T> present = source;
      if (present != null && !cancelPassedOn) {
        cancelPassedOn = true;
        present.cancel();
      }
    }

    /** An entry of it was dropped by the close: either its start, or the copy of an outcome. */
    @Override
    public void rejected(Runnable entry) {
      settleAtClose();
    }

    private void settleAtClose() {
      LoopFuture<T> present = source;
      if (present != null && present.isDone()) {
        copy(present);
      } else {
        loopClosed();
      }
    }

    void loopClosed() {
      LoopFuture<T> present = source;
      completeExceptionally(
          new LoopClosedException(
              loop
                  + " was closed before "
                  + (present == null ? "what was submitted to it began" : present + " was done")));
    }
  }

  <T extends @Nullable Object> CompletableFuture<T> toCompletableFuture(LoopFuture<T> future) {
    loop.checkRoom("toCompletableFuture");
    var mirror = new Mirror<T>();
    if (loop.isClosed()) {
      mirror.followClosed(future);
    } else {
      mirror.follow(future);
    }
    return mirror;
  }

  <T extends @Nullable Object> CompletableFuture<T> submit(Callable<? extends T> body) {
    if (EventLoop.runningHere() == loop) {
      throw new IllegalStateException(
          "submit on " + loop + " from that loop: waiting for it would never end; use spawn");
    }
    var mirror = new Mirror<T>();
    TaskContext context = TaskContext.current().copy();
    loop.core()
        .post(
            (Runnable)
                () -> {
                  if (mirror.isDone()) {
                    return;
                  }
                  try {
                    mirror.follow(loop.spawn(TaskOptions.DEFAULT.context(context), body));
                  } catch (Throwable thrown) {
                    mirror.completeExceptionally(thrown);
                    throw thrown;
                  }
                },
            mirror);
    return mirror;
  }

  /** A future with the outcome of {@code stage}; cancelling it cancels the stage. */
  <T extends @Nullable Object> LoopFuture<T> wrap(CompletionStage<T> stage) {
    var future = new StageFuture<T>(loop, stage);
    try {
      stage.whenComplete(
          (result, failure) ->
              loop.core().post((Runnable) () -> future.settle(result, failure), null));
    } catch (Throwable refused) {
      future.giveUp();
      throw refused;
    }
    return future;
  }

  /** The loop as an executor. Any thread. */
  ScheduledExecutorService executor() {
    var executor = new LoopExecutor(loop);
    executors.add(executor);
    return executor;
  }

  /** The loop is closed: who waits elsewhere for what it did not finish is told. Setup. */
  void close() {
    List<LoopExecutor> left;
    synchronized (executors) {
      left = List.copyOf(executors);
    }
    left.forEach(LoopExecutor::loopClosed);
    List<Mirror<?>> waiting = List.copyOf(open);
    open.clear();
    waiting.forEach(Mirror::loopClosed);
  }

  private static final class StageFuture<T extends @Nullable Object> extends OutsideFuture<T> {
    private final CompletionStage<T> stage;

    StageFuture(EventLoop loop, CompletionStage<T> stage) {
      super(loop);
      this.stage = stage;
    }

    void settle(T result, @Nullable Throwable failure) {
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      if (cause == null) {
        trySucceed(result);
      } else if (cause instanceof CancelledError) {
        tryCancel(new Failure(cause));
      } else if (cause instanceof CancellationException) {
        tryCancel(new Failure((String) null));
      } else {
        tryFail(cause);
      }
    }

    @Override
    public boolean cancel(@Nullable String reason) {
      boolean cancelled = super.cancel(reason);
      if (cancelled) {
        try {
          stage.toCompletableFuture().cancel(true);
        } catch (UnsupportedOperationException e) {
          return true; // a stage that only reports: nobody listens to it any more
        } catch (RuntimeException broken) { // its own affair: who cancels goes on
          loop()
              .report(
                  ErrorContext.of("the cancel of what " + loop() + " waited for threw", broken));
        }
      }
      return cancelled;
    }
  }
}
