package io.greenloop;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The outer future of {@link Aio#shield}: its cancel does not reach the inner one. */
final class Shield<T extends @Nullable Object> extends LoopFuture<T> {
  private final LoopFuture<T> inner;

  private Shield(LoopFuture<T> inner) {
    super(inner.loop());
    this.inner = inner;
  }

  static <T extends @Nullable Object> LoopFuture<T> of(LoopFuture<T> inner) {
    if (inner.isDone()) {
      return inner;
    }
    var outer = new Shield<>(inner);
    inner.addWaiter((Runnable) outer::onInnerDone, null);
    return outer;
  }

  private void onInnerDone() {
    if (!isDone()) {
      settleLike(inner);
      return;
    }
    Failure failure = inner.failure();
    if (failure != null && !inner.isCancelled() && !failure.isSeen()) {
      failure.markSeen();
      loop()
          .report(
              new ErrorContext(
                  inner.describe() + " failed after the waiter of its shield had been cancelled",
                  failure.thrown,
                  inner instanceof Task<?> task ? task : null,
                  inner,
                  null));
    }
  }

  @Override
  Collection<? extends Awaitable<?>> sources() {
    return List.of(inner);
  }

  @Override
  boolean isLoopOnly() {
    return inner.isLoopOnly();
  }

  @Override
  String describe() {
    return "shield of " + inner.describe();
  }
}
