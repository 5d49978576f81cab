package io.greenloop.reactor;

import java.io.IOException;

/**
 * Receives the end of one {@link Proactor} operation; exactly one of its methods is called, once.
 *
 * <p><b>Room:</b> a callback of the loop: it may block in foreign code, but not in a wait of the
 * loop's own.
 *
 * @param <T> what the operation gives
 */
public interface Completion<T> {
  /** The operation is done. */
  void completed(T result);

  /**
   * The operation failed.
   *
   * @param cause why; an {@link java.io.InterruptedIOException} if it was cancelled
   */
  void failed(IOException cause);
}
