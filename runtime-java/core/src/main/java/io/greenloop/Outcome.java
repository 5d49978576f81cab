package io.greenloop;

import org.jspecify.annotations.Nullable;

/**
 * How something ended: a result, or what it failed with. What {@link Aio#gatherSettled} lists.
 *
 * @param result the result; null if it failed
 * @param failure what it failed with, a {@link CancelledError} if it was cancelled; else null
 * @param <T> the result
 */
public record Outcome<T extends @Nullable Object>(@Nullable T result, @Nullable Throwable failure) {
  /** Whether it failed or was cancelled. */
  public boolean isFailure() {
    return failure != null;
  }

  /** The result; throws the failure, whatever its type. */
  @SuppressWarnings("NullAway") // null where T allows it
  public T getOrThrow() {
    if (failure != null) {
      throw Unchecked.raise(failure);
    }
    return result;
  }
}
