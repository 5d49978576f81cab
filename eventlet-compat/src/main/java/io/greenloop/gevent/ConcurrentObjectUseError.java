package io.greenloop.gevent;

/** Two greenlets use something at once that is for one at a time. */
public class ConcurrentObjectUseError extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** Says who does what, and what to do instead. */
  public ConcurrentObjectUseError(String message) {
    super(message);
  }
}
