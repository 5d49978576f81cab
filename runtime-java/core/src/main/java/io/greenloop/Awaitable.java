package io.greenloop;

import org.jspecify.annotations.Nullable;

/**
 * Something whose result can be waited for: futures and tasks, and whatever wraps one (green
 * threads, asynchronous results). {@code gather}, {@code waitFor} and their friends take it.
 *
 * @param <T> the result
 */
public interface Awaitable<T extends @Nullable Object> {
  /** The future of this result; each call gives the same one. */
  LoopFuture<T> asFuture();

  /**
   * Whether the result is there. Also keeps this from being a lambda's type: a body is a {@code
   * Callable}, and each function that takes either must be able to tell.
   */
  boolean isDone();
}
