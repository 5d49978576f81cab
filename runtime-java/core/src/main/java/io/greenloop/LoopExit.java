package io.greenloop;

/**
 * Nothing can wake the program: no timer, no I/O, no job outside, and every task waits for another
 * object of the same loop (gevent: {@code LoopExit}). Thrown at the wait of the main task; the
 * message lists who waits for what.
 */
public class LoopExit extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Carries the report. */
  public LoopExit(String message) {
    super(message);
  }
}
