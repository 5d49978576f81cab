package io.greenloop.internal.loop;

/**
 * Work that may go on where this loop does not see it, and whose results some task may wait for.
 */
public interface OutsideWork {
  /**
   * Whether it goes on now, so that nothing proves a dead-lock. If so, its end wakes the loop. Loop
   * room.
   */
  boolean isGoingOn();
}
