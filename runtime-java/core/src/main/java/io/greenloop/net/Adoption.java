package io.greenloop.net;

import io.greenloop.internal.loop.LoopCore;
import java.io.IOException;
import java.nio.channels.SelectableChannel;

/** Makes something of a channel, which belongs to that from then on. Loop room. */
@FunctionalInterface
interface Adoption<T> {
  /** Makes it. */
  T make() throws IOException;

  /**
   * Makes it. If that fails, the channel is closed and nothing is kept of it.
   *
   * @throws IllegalStateException if somebody of this loop has the channel already, who keeps it
   */
  static <T> T of(LoopCore core, SelectableChannel channel, Adoption<T> making) throws IOException {
    core.poller().checkIsFree(channel);
    try {
      return making.make();
    } catch (Throwable e) {
      Sockets.closeQuietly(channel);
      core.poller().disown(channel);
      throw e;
    }
  }
}
