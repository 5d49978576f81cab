package io.greenloop.gevent;

import io.greenloop.net.TlsOptions;
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

  /**
   * Makes {@code socket} speak TLS, and waits until both sides have agreed, at most its time limit
   * (Python: {@code SSLContext.wrap_socket}). There is no way back: the end of TLS is the end of
   * the connection.
   *
   * @param options of a client or a server, with the context; a client's with the name to check
   * @return {@code socket}
   * @throws javax.net.ssl.SSLException if the two sides do not agree; the connection is ended then
   * @throws java.net.SocketTimeoutException when the limit is over; the connection is ended, too
   */
  public static GeventSocket wrapTls(GeventSocket socket, TlsOptions options) throws IOException {
    socket.startTls(options);
    return socket;
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
