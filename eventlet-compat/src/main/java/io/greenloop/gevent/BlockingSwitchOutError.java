package io.greenloop.gevent;

/** A wait in the hub, that is in a callback */
public class BlockingSwitchOutError extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** Says who does what, and what to do instead. */
  public BlockingSwitchOutError(String message) {
    super(message);
  }
}
