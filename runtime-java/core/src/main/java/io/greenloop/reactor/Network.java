package io.greenloop.reactor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a loop takes for the network: where its channels come from, who watches them, and which
 * names are known. A test may put one of its own in the place of the operating system's.
 *
 * <p><b>Room:</b> loop, or the creating thread before it runs.
 */
public interface Network {
  /** The operating system's, watched by the engine that {@link Reactors#open} finds. */
  Network SYSTEM =
      new Network() {
        @Override
        public SelectorProvider channels() {
          return SelectorProvider.provider();
        }

        @Override
        public Reactor openReactor() throws IOException {
          return Reactors.open();
        }

        @Override
        public String toString() {
          return "Network.SYSTEM";
        }
      };

  /** Makes the channels. */
  SelectorProvider channels();

  /** A new engine for one loop, which knows the channels. */
  Reactor openReactor() throws IOException;

  /**
   * The addresses of {@code host}, where this network is the one to know them.
   *
   * @return null: ask the operating system
   * @throws UnknownHostException if it has none
   */
  default @Nullable List<InetAddress> resolve(String host) throws UnknownHostException {
    return null;
  }

  /**
   * Whether all that happens on it is brought about by loops and their clock: then waiting for a
   * channel is no reason for a virtual clock to stand still, and the engine is asked in each turn,
   * so that a run can be replayed.
   */
  default boolean isSimulated() {
    return false;
  }
}
