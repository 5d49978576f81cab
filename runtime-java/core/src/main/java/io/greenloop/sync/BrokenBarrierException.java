package io.greenloop.sync;

/** A barrier was aborted, or reset while others waited (Python: {@code BrokenBarrierError}). */
public final class BrokenBarrierException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BrokenBarrierException(String message) {
    super(message);
  }
}
