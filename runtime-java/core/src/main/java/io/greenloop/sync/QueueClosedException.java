package io.greenloop.sync;

/** A queue was closed (Python: {@code asyncio.QueueShutDown}). */
public final class QueueClosedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  QueueClosedException(String message) {
    super(message);
  }
}
