package io.greenloop;

/**
 * Ends a task that was asked to stop; it lies outside {@code Exception}, so a broad catch does not
 * eat it.
 */
public class CancelledError extends Error {
  private static final long serialVersionUID = 1L;

  /** A cancellation without a reason. */
  public CancelledError() {}

  /** A cancellation with the asker's reason. */
  public CancelledError(String reason) {
    super(reason);
  }
}
