package io.greenloop;

/** When {@link Aio#waitUntil} returns, if the time limit does not come first. */
public enum WaitMode {
  /** When one is done. */
  FIRST_COMPLETED,
  /** When one fails (a cancel does not count), else when all are done. */
  FIRST_EXCEPTION,
  /** When all are done. */
  ALL_COMPLETED
}
