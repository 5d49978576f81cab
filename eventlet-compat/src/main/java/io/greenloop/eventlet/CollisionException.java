package io.greenloop.eventlet;

/**
 * A key of a {@link DagPool} has a value, or a green thread, already (Python: {@code Collision}).
 */
public final class CollisionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the key, and what it has. */
  public CollisionException(String message) {
    super(message);
  }
}
