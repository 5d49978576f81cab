package io.greenloop;

import org.jspecify.annotations.Nullable;

/**
 * Something whose result can be waited for: futures and tasks, and whatever wraps one (green
 * threads, asynchronous results). {@code gather}, {@code waitFor} and their friends take it.
 *
 * @param <T> the result
 */
@FunctionalInterface
public interface Awaitable<T extends @Nullable Object> {
  /** The future of this result; each call gives the same one. */
  LoopFuture<T> asFuture();
}
