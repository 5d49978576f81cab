package io.greenloop.reactor;

import java.nio.channels.SelectableChannel;

/** What a loop does for its {@link LoopGuest}. */
public interface GuestSeat {
  /** The thread that calls the guest. Any thread. */
  Thread thread();

  /**
   * Has the guest {@linkplain LoopGuest#run run} soon; wakes the loop if it sleeps. Any thread;
   * nothing happens once it has left.
   */
  void wakeup();

  /**
   * Begins to watch {@code channel}, for nothing yet. Loop.
   *
   * @param channel in non-blocking mode, watched by nobody else
   * @throws IllegalStateException if somebody of this loop has it
   */
  GuestChannel watch(SelectableChannel channel, GuestChannel.Listener listener);

  /** The guest is called no more. Loop. */
  void leave();
}
