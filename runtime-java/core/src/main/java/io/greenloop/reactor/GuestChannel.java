package io.greenloop.reactor;

import java.io.IOException;

/** A channel that a {@link LoopGuest} watches. Loop, as everything here. */
public interface GuestChannel {
  /** Who is told, inside a poll: it only remembers; the guest runs soon after. */
  interface Listener {
    /**
     * Some of what was wanted is ready; told again by each poll until it is not wanted any more.
     *
     * @param operations of {@link Reactor#READ} and its like
     */
    void ready(int operations);

    /** The channel was closed, or the engine cannot watch it; nothing is wanted any more. */
    void failed(IOException cause);
  }

  /**
   * Says what is wanted of the channel from now on, in place of what was.
   *
   * @param operations the sum of {@link Reactor#READ} and its like; 0 for nothing
   */
  void want(int operations);

  /** What is wanted. */
  int wanted();

  /** Wants nothing any more; the channel may be closed by now, and is let go of at once then. */
  void release();
}
