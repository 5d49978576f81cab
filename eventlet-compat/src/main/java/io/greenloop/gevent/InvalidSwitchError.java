package io.greenloop.gevent;

import io.greenloop.greenlet.GreenletError;

/** A greenlet that waits for something was switched to by somebody else. */
public class InvalidSwitchError extends GreenletError {
  private static final long serialVersionUID = 1L;

  /** Says what the greenlet waited for. */
  public InvalidSwitchError(String message) {
    super(message);
  }
}
