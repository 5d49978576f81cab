package io.greenloop.net;

import io.greenloop.EventLoop;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.Watch;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
      Binding.to(core, () -> channel.bind(address, options.backlog()));
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

  /**
   * Listens on all of {@code addresses}, or on none. Of addresses that are the same one is taken,
   * and one that this machine does not have is left out if there is another.
   */
  static List<Listening> all(
      LoopCore core, Collection<? extends SocketAddress> addresses, ServerOptions options)
      throws IOException {
    List<Listening> sockets = new ArrayList<>();
    BindException notOurs = null;
    try {
      for (SocketAddress address : different(Resolving.all((EventLoop) core.face(), addresses))) {
        try {
          sockets.add(on(core, address, options));
        } catch (BindException e) {
          if (!ConnectionErrors.saysNotOurs(e)) {
            throw named(address, e);
          }
          notOurs = named(address, e);
        }
      }
      if (sockets.isEmpty() && notOurs != null) {
        throw notOurs;
      }
      return sockets;
    } catch (Throwable e) {
      sockets.forEach(Listening::close);
      throw e;
    }
  }

  private static BindException named(SocketAddress address, BindException e) {
    var named = new BindException("listen on " + AddressTexts.of(address) + ": " + e.getMessage());
    named.initCause(e);
    return named;
  }

  /** A socket on all interfaces hears both families. Port 0 is another one each time. */
  private static List<SocketAddress> different(List<SocketAddress> addresses) {
    List<SocketAddress> different = new ArrayList<>();
    Set<Object> taken = new HashSet<>();
    for (SocketAddress address : addresses) {
      Object what =
          address instanceof InetSocketAddress i && i.getAddress().isAnyLocalAddress()
              ? "all interfaces, port " + i.getPort()
              : address;
      if (taken.add(what) || (address instanceof InetSocketAddress i && i.getPort() == 0)) {
        different.add(address);
      }
    }
    return different;
  }

  SocketAddress address() {
    return address;
  }

  /** The next connection, or null if there is none yet. */
  @Nullable SocketChannel tryAccept() throws IOException {
    if (!channel.isOpen()) {
      throw Sockets.closed("listener " + address);
    }
    return acceptor.accept();
  }

  /** Parks the calling task until there may be a connection. */
  void awaitConnection() throws IOException {
    ReadyWait.await(watch, Direction.IN, "accept", address);
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
