package io.greenloop.eventlet;

/**
 * What a key of a {@link DagPool} was to give was not made: its green thread threw the cause
 * (Python: {@code PropagateError}). Chains show the way from key to key.
 */
public final class PropagateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Object key;

  /** With the key, and what its green thread threw. */
  public PropagateException(Object key, Throwable cause) {
    super("the green thread of key " + key + " failed: " + cause, cause);
    this.key = key;
  }

  /** The key whose green thread failed. */
  public Object key() {
    return key;
  }
}
