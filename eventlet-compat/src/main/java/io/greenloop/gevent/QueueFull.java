package io.greenloop.gevent;

/** There was no room in time (Python: {@code queue.Full}). */
public class QueueFull extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says where. */
  public QueueFull(String message) {
    super(message);
  }
}
