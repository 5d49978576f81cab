package io.greenloop.gevent;

/** An object of one loop was used by another thread; post to its loop instead. */
public class InvalidThreadUseError extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** Names both sides. */
  public InvalidThreadUseError(String message) {
    super(message);
  }
}
