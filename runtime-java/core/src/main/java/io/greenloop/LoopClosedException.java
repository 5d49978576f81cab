package io.greenloop;

/** The loop is closed; nothing can be scheduled on it any more. */
public class LoopClosedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** Says what happened, to which object, and what to do. */
  public LoopClosedException(String message) {
    super(message);
  }
}
