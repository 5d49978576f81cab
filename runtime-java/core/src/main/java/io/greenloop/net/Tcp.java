package io.greenloop.net;

import io.greenloop.EventLoop;
import io.greenloop.internal.loop.LoopCore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Plain TCP for tasks.
 *
 * <p><b>Room:</b> loop, in a task.
 */
public final class Tcp {
  /** Connections that may wait to be accepted; the operating system may allow fewer. */
  private static final int BACKLOG = 1024;

  private Tcp() {}

  /**
   * Connects to {@code host}: resolves the name and tries its addresses in order until one answers.
   *
   * @param host a name, or a literal address, which is not resolved
   * @throws java.net.UnknownHostException if the name has no address
   * @throws IOException if no address answers: the reason if there is only one, else the reasons of
   *     all as suppressed
   * @throws io.greenloop.CancelledError if the task is cancelled while it waits; no socket is left
   *     behind
   */
  public static TcpStream connect(String host, int port) throws IOException {
    return adopt(Sockets.currentLoop("connect"), open(host, port));
  }

  /** A connected channel, in non-blocking mode. */
  static SocketChannel open(String host, int port) throws IOException {
    Sockets.currentLoop("connect");
    var failures = new ArrayList<IOException>();
    for (InetAddress address : EventLoop.current().resolve(host)) {
      try {
        return open(new InetSocketAddress(address, port));
      } catch (IOException e) {
        failures.add(e);
      }
    }
    throw combined(host, port, failures);
  }

  /**
   * {@link #connect(String, int)} to an address; one that is not resolved yet is resolved first.
   */
  public static TcpStream connect(InetSocketAddress remote) throws IOException {
    return remote.isUnresolved()
        ? connect(remote.getHostString(), remote.getPort())
        : adopt(Sockets.currentLoop("connect"), open(remote));
  }

  /**
   * Listens on {@code local}.
   *
   * @param local port 0 takes any free one
   * @throws java.net.BindException if the port is taken
   */
  public static TcpListener listen(InetSocketAddress local) throws IOException {
    LoopCore loop = Sockets.currentLoop("listen");
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      channel.bind(local, BACKLOG);
      return new TcpListener(loop, channel);
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  private static SocketChannel open(InetSocketAddress remote) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.configureBlocking(false);
      Sockets.connect(channel, remote);
    } catch (Throwable e) {
      Sockets.close(channel);
      throw e;
    }
    return channel;
  }

  /** A stream on a connected channel, which is closed if that fails. */
  static TcpStream adopt(LoopCore loop, SocketChannel channel) throws IOException {
    try {
      return new TcpStream(loop, channel);
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  private static IOException combined(String host, int port, List<IOException> failures) {
    IOException first = failures.getFirst();
    boolean allAlike =
        failures.stream().allMatch(e -> String.valueOf(e.getMessage()).equals(first.getMessage()));
    if (allAlike) {
      return first;
    }
    var all =
        new IOException(
            "connect to "
                + host
                + ":"
                + port
                + ": none of "
                + failures.size()
                + " addresses answers");
    failures.forEach(all::addSuppressed);
    return all;
  }
}
