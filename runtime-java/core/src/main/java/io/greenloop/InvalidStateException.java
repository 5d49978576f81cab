package io.greenloop;

/**
 * A future was completed twice, or asked for its outcome too early (Python: {@code
 * InvalidStateError}).
 */
public class InvalidStateException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** Says what happened, to which object, and what to do. */
  public InvalidStateException(String message) {
    super(message);
  }
}
