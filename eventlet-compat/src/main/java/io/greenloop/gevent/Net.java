package io.greenloop.gevent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Making connections (Python: functions of {@code gevent.socket}). In a greenlet. */
public final class Net {
  private Net() {}

  /** {@link #connect(String, int, Duration, SocketAddress)} without a limit. */
  public static GeventSocket connect(String host, int port) throws IOException {
    return connect(host, port, null, null);
  }

  /** {@link #connect(String, int, Duration, SocketAddress)} from any address of this machine. */
  public static GeventSocket connect(String host, int port, Duration limit) throws IOException {
    return connect(host, port, limit, null);
  }

  /**
   * A connection to the first address of {@code host} that answers (Python: {@code
   * create_connection}).
   *
   * @param limit of each attempt; null for none
   * @param local where it comes from; null for any
   * @throws java.net.UnknownHostException if the name has no address
   * @throws IOException what the last attempt failed with; those before it are suppressed in it
   */
  public static GeventSocket connect(
      String host, int port, @Nullable Duration limit, @Nullable SocketAddress local)
      throws IOException {
    IOException failure = null;
    for (InetAddress address : Hub.of("Net.connect").resolver().addresses(host)) {
      try {
        return GeventSocket.connect(new InetSocketAddress(address, port), limit, local);
      } catch (IOException refused) {
        if (failure != null) {
          refused.addSuppressed(failure);
        }
        failure = refused;
      }
    }
    throw failure != null ? failure : new java.net.UnknownHostException(host);
  }

  /** Two sockets that are connected to each other (Python: {@code socketpair}). */
  public static List<GeventSocket> pair() throws IOException {
    try (ServerSocketChannel listener =
        ServerSocketChannel.open()
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      SocketChannel one = SocketChannel.open(listener.getLocalAddress());
      return List.of(new GeventSocket(one), new GeventSocket(listener.accept()));
    }
  }
}
