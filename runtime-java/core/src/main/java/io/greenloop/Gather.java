package io.greenloop;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The future of many results in the order of the arguments (Python: {@code asyncio.gather}). */
final class Gather<T extends @Nullable Object, R extends @Nullable Object>
    extends LoopFuture<List<R>> {
  private final List<LoopFuture<? extends T>> children;
  private final Set<LoopFuture<? extends T>> distinct;
  private final boolean settled;
  private int missing;
  private boolean cancelRequested;
  private @Nullable String cancelReason;

  /**
   * @param settled whether failures are part of the result instead of failing the whole
   */
  private Gather(
      EventLoop loop, Collection<? extends Awaitable<? extends T>> given, boolean settled) {
    super(loop);
    this.settled = settled;
    children = new ArrayList<>(given.size());
    for (Awaitable<? extends T> item : given) {
      children.add(loop.ensureFuture(item));
    }
    distinct = new LinkedHashSet<>(children);
    missing = distinct.size();
  }

  static <T extends @Nullable Object> LoopFuture<List<T>> plain(
      EventLoop loop, Collection<? extends Awaitable<? extends T>> given) {
    return new Gather<T, T>(loop, given, false).begin();
  }

  static <T extends @Nullable Object> LoopFuture<List<Outcome<T>>> settled(
      EventLoop loop, Collection<? extends Awaitable<? extends T>> given) {
    return new Gather<T, Outcome<T>>(loop, given, true).begin();
  }

  private Gather<T, R> begin() {
    if (children.isEmpty()) {
      trySucceed(List.of());
      return this;
    }
    for (LoopFuture<? extends T> child : distinct) {
      if (child.isDone()) {
        onChildDone(child);
      } else {
        child.addWaiter((Runnable) () -> onChildDone(child), null);
      }
    }
    return this;
  }

  private void onChildDone(LoopFuture<? extends T> child) {
    missing--;
    Failure failure = child.failure();
    if (failure != null) {
      failure.markSeen(); // the first one is told, later ones are consumed
    }
    if (isDone()) {
      return;
    }
    if (!settled && failure != null) {
      tryFail(failure.throwable(child.isCancelled()));
    } else if (missing == 0) {
      if (cancelRequested) {
        tryFail(new CancelledError(cancelReason));
      } else {
        trySucceed(results());
      }
    }
  }

  @SuppressWarnings("unchecked") // R is T or Outcome<T>, as the two factories say
  private List<R> results() {
    var results = new ArrayList<R>(children.size());
    for (LoopFuture<? extends T> child : children) {
      results.add((R) (settled ? outcomeOf(child) : child.getNow()));
    }
    return Collections.unmodifiableList(results);
  }

  private static <T extends @Nullable Object> Outcome<T> outcomeOf(LoopFuture<? extends T> child) {
    Failure failure = child.failure();
    if (failure == null) {
      return new Outcome<>(child.getNow(), null);
    }
    return new Outcome<>(null, failure.throwable(child.isCancelled()));
  }

  /** Cancels every unfinished child; this future follows them. */
  @Override
  public boolean cancel(@Nullable String reason) {
    loop().checkRoom("cancel");
    if (isDone()) {
      return false;
    }
    boolean any = false;
    for (LoopFuture<? extends T> child : distinct) {
      any |= child.cancel(reason);
    }
    if (any) {
      cancelRequested = true;
      cancelReason = reason;
    }
    return any;
  }

  @Override
  Collection<? extends Awaitable<?>> sources() {
    return distinct;
  }

  @Override
  boolean isLoopOnly() {
    return distinct.stream().allMatch(c -> c.isDone() || c.isLoopOnly());
  }

  @Override
  String describe() {
    return "gather of " + children.size();
  }
}
