package io.greenloop.eventlet;

import io.greenloop.Task;
import io.greenloop.eventlet.internal.Sneaky;
import io.greenloop.greenlet.GreenletExit;
import io.greenloop.net.ConnectOptions;
import io.greenloop.net.Streams;
import io.greenloop.net.TlsOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sockets the easy way (Python: {@code eventlet.connect}, {@code listen}, {@code serve}, {@code
 * wrap_ssl}).
 *
 * <pre>{@code
 * Net.serve(Net.listen(new InetSocketAddress(6000)), (socket, address) -> {
 *   for (byte[] data = socket.recv(8192); data.length > 0; data = socket.recv(8192)) {
 *     socket.writeFully(data);
 *   }
 * });
 * }</pre>
 *
 * <p><b>Room:</b> loop, in a task, or a plain thread.
 */
public final class Net {
  private static final int CONCURRENCY = 1000;

  private Net() {}

  /** Serves one connection, in a green thread of its own. */
  @FunctionalInterface
  public interface Handler {
    /** Serves {@code socket}, which is closed when this returns or throws. */
    void handle(GreenSocket socket, SocketAddress address) throws Exception;
  }

  // ---- one end and the other -----------------------------------------------------------------

  /**
   * A connection to {@code remote}, a TCP or Unix address; a name is resolved first.
   *
   * @throws IOException if none of its addresses answers
   */
  public static GreenSocket connect(SocketAddress remote) throws IOException {
    return connect(remote, null);
  }

  /** {@link #connect(SocketAddress)} from {@code local} (Python: {@code bind=}). */
  public static GreenSocket connect(SocketAddress remote, @Nullable InetSocketAddress local)
      throws IOException {
    ConnectOptions options = ConnectOptions.to(remote);
    ConnectOptions from = local == null ? options : options.localAddress(local);
    return Eventlet.awaiting(() -> GreenSocket.of(Streams.openConnection(from)));
  }

  /** A listening socket; port 0 takes any free one. */
  public static GreenSocket listen(SocketAddress address) throws IOException {
    return listen(address, ListenOptions.DEFAULT);
  }

  /**
   * {@link #listen(SocketAddress)} with options. A port that others may share and that any number
   * will do for is logged: nobody could find the others.
   *
   * @throws java.net.BindException if the port is taken
   */
  public static GreenSocket listen(SocketAddress address, ListenOptions options)
      throws IOException {
    boolean unix = address instanceof UnixDomainSocketAddress;
    ServerSocketChannel channel =
        unix ? ServerSocketChannel.open(StandardProtocolFamily.UNIX) : ServerSocketChannel.open();
    try {
      channel.configureBlocking(false);
      if (!unix) {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, options.reuseAddress());
        if (options.reusePort()) {
          sharePort(channel, address);
        }
      }
      channel.bind(address, options.backlog());
      return GreenSocket.of(channel);
    } catch (Throwable failed) {
      channel.close();
      throw failed;
    }
  }

  private static void sharePort(ServerSocketChannel channel, SocketAddress address)
      throws IOException {
    if (address instanceof InetSocketAddress internet && internet.getPort() == 0) {
      System.getLogger("io.greenloop")
          .log(
              System.Logger.Level.WARNING,
              "listen on " + address + ": a shared port that is 0 is another one each time");
    }
    if (channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
      channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    }
  }

  /**
   * Makes {@code socket} speak TLS (Python: {@code wrap_ssl}). A connected one shakes hands right
   * here; of a listening one each connection does when it is first read or written, so that a slow
   * client holds nobody up.
   *
   * @param options of a client or a server, with the context; a client's with the name to check
   * @return {@code socket}
   * @throws javax.net.ssl.SSLException if the two sides do not agree
   */
  public static GreenSocket wrapTls(GreenSocket socket, TlsOptions options) throws IOException {
    socket.startTls(options);
    return socket;
  }

  // ---- serving -----------------------------------------------------------------------------

  /** {@link #serve(GreenSocket, Handler, int)} of 1000 connections at a time. */
  public static void serve(GreenSocket listener, Handler handler) throws IOException {
    serve(listener, handler, CONCURRENCY);
  }

  /**
   * Accepts connections, until a handler ends the server: with {@link StopServe} this returns, with
   * any other exception this throws it. Handlers that run go on. That a handler was killed ends
   * nothing.
   *
   * @param concurrency how many connections at a time; when they are that many, the next one waits
   *     until one has ended
   */
  public static void serve(GreenSocket listener, Handler handler, int concurrency)
      throws IOException {
    serve(listener, handler, concurrency, null);
  }

  /**
   * {@link #serve(GreenSocket, Handler, int)} that goes on when a handler throws; an extra.
   *
   * @param failures gets what a handler throws, but {@link StopServe}
   */
  public static void serve(
      GreenSocket listener,
      Handler handler,
      int concurrency,
      @Nullable Consumer<? super Exception> failures)
      throws IOException {
    Eventlet.waiting(
        () -> {
          var serving = new Serving(Task.currentOrNull());
          try {
            acceptAll(listener, handler, new GreenPool(concurrency), failures, serving);
          } catch (StopServe stop) {
            return;
          } finally {
            serving.over = true;
          }
        });
  }

  /** Whom the first handler that fails throws into, and whether that is too late. */
  private static final class Serving {
    final @Nullable Task<?> server;
    boolean over;

    Serving(@Nullable Task<?> server) {
      this.server = server;
    }
  }

  /** A handler that fails throws into this, wherever it waits. */
  private static void acceptAll(
      GreenSocket listener,
      Handler handler,
      GreenPool pool,
      @Nullable Consumer<? super Exception> failures,
      Serving serving)
      throws IOException, StopServe {
    while (true) {
      GreenSocket connection = listener.accept();
      SocketAddress remote = connection.remoteAddress();
      GreenThread<?> handling;
      try {
        handling = pool.spawn(() -> handle(handler, connection, remote, failures));
      } catch (Throwable ended) {
        connection.close(); // no handler gets it any more
        throw ended;
      }
      handling.link(ended -> tellServer(ended, serving, connection));
    }
  }

  private static void handle(
      Handler handler,
      GreenSocket connection,
      SocketAddress remote,
      @Nullable Consumer<? super Exception> failures)
      throws Exception {
    try {
      handler.handle(connection, remote);
    } catch (StopServe stop) {
      throw stop;
    } catch (Exception thrown) {
      if (failures == null) {
        throw thrown;
      }
      failures.accept(thrown);
    }
  }

  private static void tellServer(GreenThread<?> ended, Serving serving, GreenSocket connection) {
    connection.close();
    try {
      ended.await();
    } catch (GreenletExit killed) {
      return;
    } catch (Throwable thrown) {
      if (serving.server == null || !(thrown instanceof Exception)) {
        throw Sneaky.raise(thrown);
      }
      if (!serving.over) { // who has served may do something else by now
        serving.over = true;
        serving.server.throwInto(thrown);
      }
    }
  }

  /** Ends both directions; that there is no connection any more is no error. */
  public static void shutdownSafe(GreenSocket socket) {
    socket.shutdownSafe();
  }
}
