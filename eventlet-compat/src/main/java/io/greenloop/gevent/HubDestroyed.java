package io.greenloop.gevent;

/** The loop of a hub has been closed. */
public class HubDestroyed extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** Says which one, and what was asked of it. */
  public HubDestroyed(String message) {
    super(message);
  }
}
