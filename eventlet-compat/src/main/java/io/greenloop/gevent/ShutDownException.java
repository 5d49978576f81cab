package io.greenloop.gevent;

/** The queue was shut down (Python: {@code queue.ShutDown}). */
public class ShutDownException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says which one. */
  public ShutDownException(String message) {
    super(message);
  }
}
