package io.greenloop;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Futures of the JDK that can only be waited for. */
final class PlainFutures {
  private PlainFutures() {}

  @SuppressWarnings("unchecked") // a stage of what the future gives
  static <T extends @Nullable Object> LoopFuture<T> wrap(EventLoop loop, Future<T> future) {
    if (future instanceof CompletionStage<?> stage) {
      return Aio.wrap((CompletionStage<T>) stage);
    }
    var outcome = new Outcome<T>(future);
    if (future.isDone()) {
      outcome.await();
    } else {
      loop.runInExecutor(null, outcome::await);
    }
    return Aio.wrap((CompletionStage<T>) outcome);
  }

  /** Its cancel is one of the future, which ends the wait too. */
  private static final class Outcome<T extends @Nullable Object> extends CompletableFuture<T> {
    private final Future<T> future;

    Outcome(Future<T> future) {
      this.future = future;
    }

    boolean await() {
      try {
        return complete(future.get());
      } catch (ExecutionException e) {
        return completeExceptionally(e.getCause() == null ? e : e.getCause());
      } catch (CancellationException e) {
        return super.cancel(false);
      } catch (Throwable other) { // an interrupt of the pool; whatever a future of others throws
        return completeExceptionally(other);
      }
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
      boolean cancelled = super.cancel(mayInterrupt);
      future.cancel(mayInterrupt);
      return cancelled;
    }
  }
}
