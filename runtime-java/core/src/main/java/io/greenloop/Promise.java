package io.greenloop;

import org.jspecify.annotations.Nullable;

/**
 * A future that its holder completes (Python: {@code loop.create_future()}). Anybody may complete
 * it, from outside too by {@link EventLoop#callSoonThreadsafe}, so a wait for one is never taken as
 * proof of a dead-lock, unless it was made by {@link EventLoop#newPromise(String)}.
 *
 * @param <T> the result
 */
public final class Promise<T extends @Nullable Object> extends LoopFuture<T> {
  private final @Nullable String what;

  Promise(EventLoop loop) {
    super(loop);
    this.what = null;
  }

  /**
   * @param what what its waiter waits for; only code of the loop completes it
   */
  Promise(EventLoop loop, String what) {
    super(loop);
    this.what = what;
  }

  @Override
  boolean isLoopOnly() {
    return what != null;
  }

  @Override
  String describe() {
    return what == null ? super.describe() : what;
  }

  /**
   * Gives the result.
   *
   * @throws InvalidStateException if there is an outcome already; nothing changes then
   */
  public void complete(T result) {
    if (!tryComplete(result)) {
      throw alreadyDone("complete");
    }
  }

  /**
   * Gives the failure.
   *
   * @throws InvalidStateException if there is an outcome already; nothing changes then
   */
  public void completeExceptionally(Throwable failure) {
    if (!tryCompleteExceptionally(failure)) {
      throw alreadyDone("completeExceptionally");
    }
  }

  /** Gives the result unless there is an outcome already; returns whether it did. */
  public boolean tryComplete(T result) {
    loop().checkRoom("complete");
    return trySucceed(result);
  }

  /** Gives the failure unless there is an outcome already; returns whether it did. */
  public boolean tryCompleteExceptionally(Throwable failure) {
    loop().checkRoom("completeExceptionally");
    return failure instanceof CancelledError cancel
        ? tryCancel(new Failure((Throwable) cancel))
        : tryFail(failure);
  }

  private InvalidStateException alreadyDone(String operation) {
    return new InvalidStateException(
        operation + ": " + this + " is done already; use the try form if others may be first");
  }
}
