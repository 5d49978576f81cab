package io.greenloop.gevent;

/** A pool had no room in time (Python: {@code gevent.pool.PoolFull}). */
public class PoolFullException extends QueueFull {
  private static final long serialVersionUID = 1L;

  /** Says which one. */
  public PoolFullException(String message) {
    super(message);
  }
}
