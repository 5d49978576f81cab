package io.greenloop;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Between the loop's futures and those of {@code java.util.concurrent}. */
final class Bridges {
  private Bridges() {}

  /** Its cancel goes to the loop; its outcome comes from there. */
  private static final class Mirror<T extends @Nullable Object> extends CompletableFuture<T> {
    private final EventLoop loop;
    private volatile @Nullable LoopFuture<T> source;

    Mirror(EventLoop loop) {
      this.loop = loop;
    }

    void follow(LoopFuture<T> future) {
      source = future;
      future.addWaiter((Runnable) () -> copy(future), null);
      if (isCancelled()) {
        future.cancel();
      }
    }

    private void copy(LoopFuture<T> future) {
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
        loop.queue(
            () -> {
              LoopFuture<T> present = source;
              if (present != null) {
                present.cancel();
              }
            },
            null);
      }
      return cancelled;
    }
  }

  static <T extends @Nullable Object> CompletableFuture<T> toCompletableFuture(
      LoopFuture<T> future) {
    future.loop().checkRoom("toCompletableFuture");
    var mirror = new Mirror<T>(future.loop());
    mirror.follow(future);
    return mirror;
  }

  static <T extends @Nullable Object> CompletableFuture<T> submit(
      EventLoop loop, Callable<? extends T> body) {
    if (EventLoop.runningHere() == loop) {
      throw new IllegalStateException(
          "submit on " + loop + " from that loop: waiting for it would never end; use spawn");
    }
    var mirror = new Mirror<T>(loop);
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
            null);
    return mirror;
  }

  /**
   * A future of {@code loop} with the outcome of {@code stage}; cancelling it cancels the stage.
   */
  static <T extends @Nullable Object> LoopFuture<T> wrap(EventLoop loop, CompletionStage<T> stage) {
    var promise = new StageFuture<T>(loop, stage);
    loop.core().outsideJobs(+1);
    stage.whenComplete(
        (result, failure) ->
            loop.core().post((Runnable) () -> promise.settle(result, failure), null));
    return promise;
  }

  private static final class StageFuture<T extends @Nullable Object> extends LoopFuture<T> {
    private final CompletionStage<T> stage;

    StageFuture(EventLoop loop, CompletionStage<T> stage) {
      super(loop);
      this.stage = stage;
    }

    void settle(T result, @Nullable Throwable failure) {
      loop().core().outsideJobs(-1);
      Throwable cause =
          failure instanceof java.util.concurrent.CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      if (cause == null) {
        trySucceed(result);
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
        stage.toCompletableFuture().cancel(true);
      }
      return cancelled;
    }
  }
}
