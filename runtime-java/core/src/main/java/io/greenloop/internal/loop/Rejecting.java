package io.greenloop.internal.loop;

/** An owner that wants its entries back when a closed loop will not run them. */
public interface Rejecting {
  /** {@code action} was queued on a loop that has been closed. Any thread. */
  void rejected(Runnable action);
}
