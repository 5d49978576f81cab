package io.greenloop.eventlet;

/** A queue has no item, and one was not to wait, or not that long (Python: {@code queue.Empty}). */
public final class QueueEmptyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With what happened, to which queue. */
  public QueueEmptyException(String message) {
    super(message);
  }
}
