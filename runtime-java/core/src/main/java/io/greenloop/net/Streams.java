package io.greenloop.net;

import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.internal.loop.LoopCore;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.Pipe;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Ways to a {@link Stream} and to a {@link Server}.
 *
 * <p><b>Room:</b> loop, in a task.
 */
public final class Streams {
  private Streams() {}

  /**
   * Connects to {@code host}; its addresses are raced, see {@link ConnectOptions} (Python: {@code
   * open_connection}).
   *
   * @throws java.net.UnknownHostException if the name has no address
   * @throws IOException if none of its addresses answers; it lists all that were tried
   * @throws io.greenloop.CancelledError if the task is cancelled while it waits; no socket is left
   *     behind
   */
  public static Stream openConnection(String host, int port) throws IOException {
    return openConnection(host, port, StreamReader.DEFAULT_LIMIT);
  }

  /** {@link #openConnection(String, int)} with another limit for the reader, in bytes. */
  public static Stream openConnection(String host, int port, int limit) throws IOException {
    return openConnection(ConnectOptions.to(host, port), limit);
  }

  /** {@link #openConnection(String, int)} with options. */
  public static Stream openConnection(ConnectOptions options) throws IOException {
    return openConnection(options, StreamReader.DEFAULT_LIMIT);
  }

  /** {@link #openConnection(ConnectOptions)} with another limit for the reader, in bytes. */
  public static Stream openConnection(ConnectOptions options, int limit) throws IOException {
    LoopCore core = Sockets.currentLoop("openConnection");
    return Stream.adopt(core, Connecting.open(options), limit);
  }

  /**
   * A stream on a channel that was connected elsewhere, which it takes over (Python: {@code
   * open_connection(sock=…)}).
   *
   * @throws java.nio.channels.NotYetConnectedException if it is not connected
   */
  public static Stream adopt(SocketChannel channel) throws IOException {
    LoopCore core = Sockets.currentLoop("adopt");
    if (!channel.isConnected()) {
      throw new NotYetConnectedException();
    }
    channel.configureBlocking(false);
    return Stream.adopt(core, channel, StreamReader.DEFAULT_LIMIT);
  }

  /**
   * A reader on the end of a pipe, which it takes over and closes at the end of the pipe (Python:
   * {@code connect_read_pipe} with a {@code StreamReader}).
   */
  public static StreamReader reader(Pipe.SourceChannel source) throws IOException {
    return reader(source, StreamReader.DEFAULT_LIMIT, source.toString());
  }

  /**
   * {@link #reader(Pipe.SourceChannel)} with another limit, in bytes.
   *
   * @param name what errors call it
   */
  public static StreamReader reader(Pipe.SourceChannel source, int limit, String name)
      throws IOException {
    return PipeEnd.reader(Sockets.currentLoop("reader"), source, limit, name);
  }

  /**
   * A writer on the end of a pipe, which it takes over (Python: {@code connect_write_pipe} with a
   * {@code StreamWriter}). That nobody reads the pipe any more is noticed by the next write.
   */
  public static StreamWriter writer(Pipe.SinkChannel sink) throws IOException {
    return writer(sink, sink.toString());
  }

  /**
   * {@link #writer(Pipe.SinkChannel)}.
   *
   * @param name what errors call it
   */
  public static StreamWriter writer(Pipe.SinkChannel sink, String name) throws IOException {
    return PipeEnd.writer(Sockets.currentLoop("writer"), sink, name);
  }

  /**
   * Connects to {@code host} and goes over to TLS; the server's certificate must be for {@code
   * host}, unless the options name another one.
   *
   * @throws javax.net.ssl.SSLException if the two sides do not agree: it says on what
   * @throws ConnectionAbortedException if that takes longer than {@link
   *     TlsOptions#handshakeTimeout}
   * @throws ConnectionResetException if the other side ends the connection meanwhile
   * @throws IOException if none of its addresses answers
   * @throws IllegalArgumentException if these are the options of a server
   */
  public static Stream openConnection(String host, int port, TlsOptions options)
      throws IOException {
    return openConnection(ConnectOptions.to(host, port), options);
  }

  /**
   * {@link #openConnection(String, int, TlsOptions)} with options for both layers.
   *
   * @throws IllegalArgumentException also if several hosts are to be tried, and {@code tls} names
   *     no server
   */
  public static Stream openConnection(ConnectOptions options, TlsOptions tls) throws IOException {
    tls.require("openConnection", true);
    TlsOptions named = tls.named(options);
    Stream stream = openConnection(options);
    stream.startTls(named);
    return stream;
  }

  /**
   * Listens on {@code addresses} and serves each connection in a task of its own, which starts with
   * the connection and is closed with it (Python: {@code start_server}). A handler that fails is
   * reported; one that is cancelled is not.
   *
   * @param addresses at least one; port 0 takes any free one
   * @throws java.net.BindException if a port is taken; nothing is left listening then
   */
  public static Server startServer(
      StreamHandler handler, ServerOptions options, SocketAddress... addresses) throws IOException {
    Objects.requireNonNull(handler, "handler");
    EventLoop loop = EventLoop.current();
    return startServerWith(
        stream ->
            loop.spawn(
                TaskOptions.named("serve " + stream.remoteAddress()),
                () -> {
                  handler.handle(stream);
                  return null;
                }),
        options,
        addresses);
  }

  /**
   * {@link #startServer} for those who make the task of a connection themselves.
   *
   * @param spawner called on the loop for each connection; the connection lasts as long as the task
   */
  public static Server startServerWith(
      Function<? super Stream, ? extends Task<?>> spawner,
      ServerOptions options,
      SocketAddress... addresses)
      throws IOException {
    LoopCore core = Sockets.currentLoop("startServer");
    if (addresses.length == 0) {
      throw new IllegalArgumentException("startServer: name an address to listen on");
    }
    List<Listening> sockets = Listening.all(core, List.of(addresses), options);
    var server =
        new Server(
            (EventLoop) core.face(), sockets, options, new StreamService(core, options, spawner));
    server.start();
    return server;
  }
}
