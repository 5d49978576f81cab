package io.greenloop.net;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.Watch;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** One listening socket of a server. Loop room. */
final class Listening {
  private final ServerSocketChannel channel;
  private final Watch watch;
  private final SocketAddress address;

  private Listening(LoopCore core, ServerSocketChannel channel) throws IOException {
    this.channel = channel;
    channel.configureBlocking(false);
    address = channel.getLocalAddress();
    watch = core.poller().own(channel);
  }

  static Listening on(LoopCore core, SocketAddress address, ServerOptions options)
      throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      if (options.reusePort()) {
        channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      }
      channel.bind(address, options.backlog());
      return new Listening(core, channel);
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
      SocketChannel accepted = channel.accept();
      if (accepted != null) {
        return accepted;
      }
      ReadyWait.await(watch, Direction.IN, "accept", address);
    }
  }

  void close() {
    StreamClosedException why = Sockets.closed("listener " + address);
    Sockets.closeQuietly(channel);
    watch.fail(why);
  }
}
