package io.greenloop;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The outer future of {@link Aio#shield}: its cancel does not reach the inner one. */
final class Shield<T extends @Nullable Object> extends LoopFuture<T> {
  private final LoopFuture<T> inner;
  private final Runnable innerDone = this::onInnerDone;

  private Shield(LoopFuture<T> inner) {
    super(inner.loop());
    this.inner = inner;
  }

  static <T extends @Nullable Object> LoopFuture<T> of(LoopFuture<T> inner) {
    if (inner.isDone()) {
      return inner;
    }
    var outer = new Shield<>(inner);
    inner.addWaiter(outer.innerDone, null);
    return outer;
  }

  private void onInnerDone() {
    if (isDone()) { // cancelled when this was queued already
      new LateFailure(inner).run();
    } else {
      settleLike(inner);
    }
  }

  /**
   * A cancelled one lets go of the inner future, which may live much longer; one of all is left
   * there, behind those who wait, to tell of a failure that nobody sees.
   */
  @Override
  void onSettled() {
    if (inner.removeWaiter(innerDone)) {
      LateFailure reporter = inner.takeWaiter(LateFailure.class);
      inner.addWaiter(reporter == null ? new LateFailure(inner) : reporter, null);
    }
  }

  private record LateFailure(LoopFuture<?> inner) implements Runnable {
    @Override
    public void run() {
      Failure failure = inner.failure();
      if (failure != null && !inner.isCancelled() && !failure.isSeen()) {
        failure.markSeen();
        inner
            .loop()
            .report(
                new ErrorContext(
                    inner.describe() + " failed after the waiter of its shield had been cancelled",
                    failure.thrown,
                    inner instanceof Task<?> task ? task : null,
                    inner,
                    null));
      }
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
