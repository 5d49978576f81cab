package io.greenloop.eventlet;

/** A handler of {@link Net#serve} throws it to end the server (Python: {@code StopServe}). */
public final class StopServe extends Exception {
  private static final long serialVersionUID = 1L;

  /** Ends the server. */
  public StopServe() {
    super("the server was asked to stop", null, false, false);
  }
}
