package io.greenloop;

/** Ctrl-C ended the run (Python: {@code KeyboardInterrupt}). Fatal: it leaves a running loop. */
public class InterruptedByUserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what happened, to which object, and what to do. */
  public InterruptedByUserException(String message) {
    super(message);
  }
}
