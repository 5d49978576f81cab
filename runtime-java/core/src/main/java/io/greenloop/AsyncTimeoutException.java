package io.greenloop;

import org.jspecify.annotations.Nullable;

/**
 * A time limit passed (Python: {@code TimeoutError}). Unchecked, unlike {@code
 * java.util.concurrent.TimeoutException}; {@link #toChecked} converts at the edge.
 */
public class AsyncTimeoutException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says which limit passed. */
  public AsyncTimeoutException(String message) {
    this(message, null);
  }

  /** Says which limit passed, and what the cancelled body threw. */
  public AsyncTimeoutException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** The checked exception of {@code java.util.concurrent} with this one as its cause. */
  public java.util.concurrent.TimeoutException toChecked() {
    var checked = new java.util.concurrent.TimeoutException(getMessage());
    checked.initCause(this);
    return checked;
  }
}
