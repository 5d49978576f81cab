package io.greenloop.net;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.Watch;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** One listening socket of a server. Loop room. */
final class Listening {
  /** The call that accepts: a test puts its own in place to have it fail. */
  @FunctionalInterface
  interface Acceptor {
    /** The next connection, or null if there is none yet. */
    @Nullable SocketChannel accept() throws IOException;
  }

  private final ServerSocketChannel channel;
  private final Acceptor acceptor;
  private final Watch watch;
  private final SocketAddress address;

  /** To be removed with it. */
  private @Nullable SocketFile file;

  Listening(LoopCore core, ServerSocketChannel channel, Acceptor acceptor) throws IOException {
    this.channel = channel;
    this.acceptor = acceptor;
    channel.configureBlocking(false);
    address = channel.getLocalAddress();
    watch = core.poller().own(channel);
  }

  static Listening on(LoopCore core, SocketAddress address, ServerOptions options)
      throws IOException {
    UnixDomainSocketAddress unix = address instanceof UnixDomainSocketAddress u ? u : null;
    ServerSocketChannel channel =
        unix == null
            ? core.network().channels().openServerSocketChannel()
            : ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      if (options.reusePort()) {
        channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      }
      if (unix != null) {
        SocketFile.clear(unix);
      }
      channel.bind(address, options.backlog());
      var listening = new Listening(core, channel, channel::accept);
      if (unix != null && !options.keepsSocketFile()) {
        listening.file = SocketFile.of(unix);
      }
      return listening;
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  SocketAddress address() {
    return address;
  }

  /** The next connection; parks the calling task while there is none. A cancel loses none. */
  SocketChannel accept() throws IOException {
    for (; ; ) {
      if (!channel.isOpen()) {
        throw Sockets.closed("listener " + address);
      }
      SocketChannel accepted = acceptor.accept();
      if (accepted != null) {
        return accepted;
      }
      ReadyWait.await(watch, Direction.IN, "accept", address);
    }
  }

  void close() {
    StreamClosedException why = Sockets.closed("listener " + address);
    if (file != null) {
      file.remove(); // while the socket lives: its inode is nobody else's
      file = null;
    }
    Sockets.closeQuietly(channel);
    watch.fail(why);
  }
}
