package io.greenloop.gevent;

import io.greenloop.net.TlsOptions;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * Accepts connections, and calls a handler for each (Python: {@code gevent.server.StreamServer}).
 * The connection is closed when its handler returns; what that throws is reported, and the server
 * goes on.
 *
 * <pre>{@code
 * new StreamServer("127.0.0.1:6000", (socket, caller) -> socket.sendAll(socket.receive(1024)))
 *     .serveForever();
 * }</pre>
 *
 * <p><b>Room:</b> the loop on which it was made.
 */
public class StreamServer extends BaseServer {
  private static final int BACKLOG = 128;

  private final SocketAddress listener;
  private final Handler handler;
  private final int backlog;
  private final @Nullable TlsOptions tls;
  private @Nullable ServerSocketChannel channel;

  /** Talks to one that called. */
  @FunctionalInterface
  public interface Handler {
    /** In a greenlet of the server's choice. {@code socket} is closed afterwards. */
    void handle(GeventSocket socket, SocketAddress caller) throws Exception;
  }

  /** A server on {@code host:port}, {@code :port} or {@code port}; port 0: any. */
  public StreamServer(String listener, Handler handler) {
    this(parse(listener), handler);
  }

  /** A server on {@code listener}, an internet or a Unix address. */
  public StreamServer(SocketAddress listener, Handler handler) {
    this(listener, handler, Spawning.unlimited());
  }

  /** A server whose handlers run where {@code spawning} says. */
  public StreamServer(SocketAddress listener, Handler handler, Spawning spawning) {
    this(listener, handler, spawning, BACKLOG);
  }

  /** A server with at most {@code backlog} callers waiting to be accepted. */
  public StreamServer(SocketAddress listener, Handler handler, Spawning spawning, int backlog) {
    this(listener, handler, spawning, backlog, null);
  }

  /**
   * A server that speaks TLS (Python: {@code keyfile=}, {@code certfile=}, {@code ssl_context=}).
   * The handshake is part of the handler's time: a slow caller holds up nobody else.
   *
   * @param tls null for none
   */
  public StreamServer(
      SocketAddress listener,
      Handler handler,
      Spawning spawning,
      int backlog,
      @Nullable TlsOptions tls) {
    super(spawning);
    this.tls = tls;
    this.listener = listener;
    this.handler = handler;
    this.backlog = backlog;
  }

  @Override
  Closeable open() throws IOException {
    ServerSocketChannel made =
        listener instanceof UnixDomainSocketAddress
            ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            : ServerSocketChannel.open();
    try {
      if (listener instanceof InetSocketAddress) {
        made.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      }
      made.bind(listener, backlog);
      made.configureBlocking(false);
    } catch (Throwable refused) {
      made.close();
      throw refused;
    }
    channel = made;
    return made;
  }

  @Override
  void acceptOne() throws IOException {
    ServerSocketChannel from = channel;
    if (from == null) {
      throw new java.nio.channels.ClosedChannelException();
    }
    SocketChannel accepted = from.accept();
    if (accepted == null) {
      Select.await(from, Loop.READ, null, null);
      return;
    }
    boolean handed = false;
    try {
      GeventSocket socket = new GeventSocket(hub(), accepted);
      SocketAddress caller = accepted.getRemoteAddress();
      handle(() -> wrapSocketAndHandle(socket, caller));
      handed = true;
    } finally {
      if (!handed) {
        accepted.close();
      }
    }
  }

  /**
   * Calls the handler, and closes the connection and the files of it; a subclass may do something
   * before.
   */
  protected void wrapSocketAndHandle(GeventSocket socket, SocketAddress caller) throws Exception {
    try {
      if (tls != null) {
        socket.startTls(tls);
      }
      handler.handle(socket, caller);
      socket.closeFiles();
    } finally {
      socket.closeNow();
    }
  }

  @Override
  public SocketAddress address() {
    ServerSocketChannel open = channel;
    try {
      SocketAddress local = open == null || !open.isOpen() ? null : open.getLocalAddress();
      return local == null ? listener : local;
    } catch (IOException closed) {
      return listener;
    }
  }
}
