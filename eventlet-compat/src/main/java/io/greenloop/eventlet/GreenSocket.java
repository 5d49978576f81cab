package io.greenloop.eventlet;

import io.greenloop.Task;
import io.greenloop.eventlet.internal.GreenStream;
import io.greenloop.eventlet.internal.Limits;
import io.greenloop.eventlet.internal.Sneaky;
import io.greenloop.net.ConnectOptions;
import io.greenloop.net.Sockets;
import io.greenloop.net.Stream;
import io.greenloop.net.StreamClosedException;
import io.greenloop.net.Streams;
import io.greenloop.net.TlsInfo;
import io.greenloop.net.TlsOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A socket whose waits hold only the calling green thread (Python: {@code eventlet.green.socket}).
 * One green thread may read while another one writes.
 *
 * <p>A read or write that is killed, or out of time, leaves the socket usable. Differs from
 * eventlet: closing it wakes who waits for it.
 *
 * <p><b>Room:</b> loop, in a task, or a plain thread.
 */
public final class GreenSocket implements AutoCloseable {
  private static final int CHUNK = 64 * 1024;

  private @Nullable GreenStream stream; // when connected
  private @Nullable ServerSocketChannel listener; // when listening
  private @Nullable InetSocketAddress local; // what it is bound to before either
  private @Nullable TlsOptions tls; // of the connections of a listener
  private @Nullable Duration timeout;
  private @Nullable Task<?> connecting;
  private int uses = 1; // by this and by files
  private boolean closed;

  /** A socket that is neither connected nor listening. */
  public GreenSocket() {}

  static GreenSocket of(Stream stream) {
    return of(stream, null);
  }

  private static GreenSocket of(Stream stream, @Nullable TlsOptions tls) {
    var socket = new GreenSocket();
    socket.stream = new GreenStream(stream, tls);
    return socket;
  }

  static GreenSocket of(ServerSocketChannel listener) {
    var socket = new GreenSocket();
    socket.listener = listener;
    return socket;
  }

  // ---- becoming one or the other -----------------------------------------------------------

  /** Says where it will connect from, or listen. */
  public void bind(InetSocketAddress address) {
    local = address;
  }

  /** Listens where it is bound. */
  public void listen(int backlog) throws IOException {
    InetSocketAddress at = local;
    GreenSocket made =
        Net.listen(
            at == null ? new InetSocketAddress(0) : at, ListenOptions.DEFAULT.withBacklog(backlog));
    listener = made.listener;
  }

  /** {@link #connect(SocketAddress, Duration)} with the socket's own limit. */
  public void connect(SocketAddress remote) throws IOException {
    connectWithin(remote, timeout);
  }

  /**
   * Connects.
   *
   * @throws SocketTimeoutException if that takes longer than {@code limit}
   * @throws IOException if nobody answers
   */
  public void connect(SocketAddress remote, Duration limit) throws IOException {
    connectWithin(remote, limit);
  }

  private void connectWithin(SocketAddress remote, @Nullable Duration limit) throws IOException {
    InetSocketAddress from = local;
    ConnectOptions to = ConnectOptions.to(remote);
    ConnectOptions options = from == null ? to : to.localAddress(from);
    GreenStream connected =
        Eventlet.awaiting(() -> limit == null ? connected(options) : connected(options, limit));
    if (uses == 0) { // closed in the same turn
      Eventlet.waiting(connected.stream()::close);
      throw new IOClosedException("connect on " + this + ": it was closed meanwhile");
    }
    stream = connected;
  }

  private GreenStream connected(ConnectOptions options) throws IOException {
    connecting = Task.currentOrNull();
    try {
      return new GreenStream(Streams.openConnection(options), null);
    } catch (Closed closed) {
      throw new IOClosedException("connect on " + this + ": it was closed meanwhile");
    } finally {
      connecting = null;
    }
  }

  private GreenStream connected(ConnectOptions options, Duration limit) throws IOException {
    var made = new AtomicReference<GreenStream>();
    boolean inTime = Limits.within("connect", limit, () -> made.set(unchecked(options)));
    GreenStream connected = made.get();
    if (!inTime || connected == null) {
      throw new SocketTimeoutException("connect on " + this + " took longer than " + limit);
    }
    return connected;
  }

  private GreenStream unchecked(ConnectOptions options) {
    try {
      return connected(options);
    } catch (IOException failed) {
      throw Sneaky.raise(failed);
    }
  }

  /** Is thrown into who connects. An exception of I/O would be one address that fails. */
  private static final class Closed extends Error {
    private static final long serialVersionUID = 1L;

    Closed() {
      super("closed", null, false, false);
    }
  }

  /**
   * The next connection; it has no time limit of its own.
   *
   * @throws SocketTimeoutException if none comes in time
   */
  public GreenSocket accept() throws IOException {
    ServerSocketChannel from = listener;
    if (from == null) {
      throw new SocketException("accept on " + this + ": it does not listen");
    }
    return within("accept", timeout, () -> of(Streams.adopt(Sockets.accept(from)), tls));
  }

  // ---- limits ------------------------------------------------------------------------------

  /**
   * How long each operation may take; {@link SocketTimeoutException} after that. Zero: what cannot
   * be done within a turn of the hub.
   */
  public void setTimeout(Duration limit) {
    timeout = limit;
  }

  /** Every operation may take as long as it takes. */
  public void clearTimeout() {
    timeout = null;
  }

  /** How long each operation may take; empty for no limit. */
  public Optional<Duration> timeout() {
    return Optional.ofNullable(timeout);
  }

  private <T extends @Nullable Object> T within(
      String operation, @Nullable Duration limit, Callable<? extends T> io) throws IOException {
    try {
      return Eventlet.<T>awaiting(
          () ->
              GreenStream.<T>within(
                  operation,
                  () -> operation + " on " + this + " took longer than " + limit,
                  limit,
                  io));
    } catch (Exception thrown) {
      if (thrown instanceof StreamClosedException) {
        var closed = new IOClosedException(operation + " on " + this + ": it was closed meanwhile");
        closed.initCause(thrown);
        throw closed;
      }
      throw Sneaky.raise(thrown);
    }
  }

  // ---- TLS ---------------------------------------------------------------------------------

  void startTls(TlsOptions options) throws IOException {
    if (listener != null) {
      tls = options;
      return;
    }
    if (stream != null) {
      stream.setTls(options);
    }
    within("startTls", timeout, this::connected);
  }

  /** Whether the connection speaks TLS, and which. */
  public Optional<TlsInfo> tls() {
    GreenStream of = stream;
    return of == null ? Optional.empty() : of.tls();
  }

  /** The stream, when both sides have agreed on TLS if there is to be any. */
  private Stream connected() throws IOException {
    GreenStream of = stream;
    if (of == null) {
      throw new SocketException("use of " + this + ": it is not connected");
    }
    return of.agreed();
  }

  // ---- reading -----------------------------------------------------------------------------

  /** What has come, at most {@code max} bytes; waits for the first. Empty at the end. */
  public byte[] recv(int max) throws IOException {
    return within("recv", timeout, () -> connected().reader().read(max));
  }

  /** {@link #recv} into {@code target}: how many bytes, -1 at the end. */
  public int read(ByteBuffer target) throws IOException {
    return within("read", timeout, () -> connected().reader().read(target));
  }

  // ---- writing -----------------------------------------------------------------------------

  /**
   * Sends what the system takes now, at least a byte if there is one (Python: {@code send}).
   *
   * @return how many bytes
   */
  public int write(byte[] data) throws IOException {
    int some = Math.min(data.length, CHUNK);
    send(data, 0, some);
    return some;
  }

  /**
   * Sends all of {@code data} (Python: {@code sendall}). The limit is for each 64 KiB. After it, or
   * a kill, some of the data may have gone.
   */
  public void writeFully(byte[] data) throws IOException {
    for (int at = 0; at < data.length; at += CHUNK) {
      send(data, at, Math.min(data.length - at, CHUNK));
    }
  }

  private void send(byte[] data, int from, int count) throws IOException {
    within(
        "write",
        timeout,
        () -> {
          var writer = connected().writer();
          writer.write(ByteBuffer.wrap(data, from, count));
          writer.drain();
          return null;
        });
  }

  // ---- ending ------------------------------------------------------------------------------

  /** Ends our direction: the other side reads the end (Python: {@code shutdown(SHUT_WR)}). */
  public void shutdownOutput() throws IOException {
    within(
        "shutdown",
        timeout,
        () -> {
          connected().writer().shutdownOutput();
          return null;
        });
  }

  /** Ends both directions; that there is no connection any more is no error. */
  void shutdownSafe() {
    GreenStream of = stream;
    if (of != null) {
      Eventlet.waiting(of.stream()::close);
    }
  }

  /** Bytes and lines of this socket, which stays open until both are closed. */
  public GreenFile makeFile() {
    uses++;
    return new GreenFile(this);
  }

  /** Closes it when its files are closed, too, and wakes who waits for it. Idempotent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      release();
    }
  }

  /** One user less. */
  void release() {
    uses--;
    if (uses > 0) {
      return;
    }
    Eventlet.waiting(
        () -> {
          wakeWhoConnects();
          if (stream != null) {
            stream.stream().close();
          }
          if (listener != null) {
            Sockets.close(listener);
          }
        });
  }

  private void wakeWhoConnects() {
    Task<?> waiting = connecting;
    if (waiting != null) {
      waiting
          .loop()
          .callSoon(
              () -> {
                if (connecting == waiting) {
                  waiting.throwInto(new Closed());
                }
              });
    }
  }

  // ---- looking -----------------------------------------------------------------------------

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return closed;
  }

  /** Our end: where it listens, with the real port, or connects from. */
  public SocketAddress localAddress() {
    try {
      if (stream != null) {
        return stream.stream().localAddress();
      }
      if (listener != null) {
        return listener.getLocalAddress();
      }
    } catch (IOException gone) {
      throw new IllegalStateException("localAddress of " + this + ": it is closed", gone);
    }
    if (local != null) {
      return local;
    }
    throw new IllegalStateException("localAddress of " + this + ": it has none yet");
  }

  /** {@link #localAddress} of a TCP socket. */
  public int port() {
    if (localAddress() instanceof InetSocketAddress internet) {
      return internet.getPort();
    }
    throw new IllegalStateException("port of " + this + ": it is no TCP socket");
  }

  /** The other end. */
  public SocketAddress remoteAddress() {
    GreenStream of = stream;
    if (of == null) {
      throw new IllegalStateException("remoteAddress of " + this + ": it is not connected");
    }
    return of.stream().remoteAddress();
  }

  @Override
  public String toString() {
    if (stream != null) {
      return "green socket " + stream;
    }
    return listener == null ? "green socket (unconnected)" : "green socket listening";
  }
}
