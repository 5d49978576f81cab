package io.greenloop.testing.network;

import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;

/** What the engine asks a channel, and what all of them do alike. */
interface SimulatedChannel extends Channel {
  /** The operations that can be done now, as the sum of the constants of {@code Reactor}. */
  int readyOps();

  /** Refuses a call on a closed channel. */
  default void checkOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }
}
