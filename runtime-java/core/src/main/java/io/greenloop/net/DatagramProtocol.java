package io.greenloop.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a UDP socket does with its datagrams, as callbacks (Python: {@code
 * asyncio.DatagramProtocol}). Loop room; none may wait. What one throws is reported, and the socket
 * lives on.
 */
public interface DatagramProtocol {
  /** The socket is open. The first call. */
  default void connectionMade(DatagramTransport transport) {}

  /**
   * A datagram has come.
   *
   * @param data is the protocol's
   */
  void datagramReceived(ByteBuffer data, SocketAddress sender);

  /**
   * A send or a receive has failed; the socket lives on. For a connected one, mostly that nobody
   * listens there.
   */
  default void errorReceived(IOException error) {}

  /** More waits to be sent than the high-water mark. */
  default void pauseWriting() {}

  /** No more waits to be sent than the low-water mark. */
  default void resumeWriting() {}

  /**
   * The socket is closed. The last call.
   *
   * @param cause null after {@code close} and {@code abort}
   */
  default void connectionLost(@Nullable IOException cause) {}
}
