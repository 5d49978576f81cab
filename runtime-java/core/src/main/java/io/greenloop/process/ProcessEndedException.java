package io.greenloop.process;

/** A signal for a process that has ended (Python: {@code ProcessLookupError}). */
public final class ProcessEndedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  ProcessEndedException(String message) {
    super(message);
  }
}
