package io.greenloop;

/** Where a future stands; it moves once, from pending to one of the others. */
public enum FutureState {
  /** No outcome yet. */
  PENDING,
  /** A result or a failure. */
  FINISHED,
  /** Cancelled. */
  CANCELLED
}
