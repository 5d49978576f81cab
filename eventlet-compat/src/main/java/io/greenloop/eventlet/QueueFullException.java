package io.greenloop.eventlet;

/** A queue has no room, and one was not to wait, or not that long (Python: {@code queue.Full}). */
public final class QueueFullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With what happened, to which queue. */
  public QueueFullException(String message) {
    super(message);
  }
}
