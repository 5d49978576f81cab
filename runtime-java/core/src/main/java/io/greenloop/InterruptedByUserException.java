package io.greenloop;

/**
 * Ctrl-C ended the run (Python: {@code KeyboardInterrupt}), or SIGTERM where {@link
 * RunOptions#handleTermination} asks for it. Fatal: it leaves a running loop.
 */
public class InterruptedByUserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean termination;

  /** Says what happened, to which object, and what to do. */
  public InterruptedByUserException(String message) {
    this(message, false);
  }

  InterruptedByUserException(String message, boolean termination) {
    super(message);
    this.termination = termination;
  }

  /** Whether it was SIGTERM, not Ctrl-C: the exit code that a shell expects is 143, not 130. */
  public boolean isTermination() {
    return termination;
  }
}
