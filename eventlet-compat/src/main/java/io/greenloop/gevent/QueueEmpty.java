package io.greenloop.gevent;

/** There was no item in time (Python: {@code queue.Empty}). */
public class QueueEmpty extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says where. */
  public QueueEmpty(String message) {
    super(message);
  }
}
