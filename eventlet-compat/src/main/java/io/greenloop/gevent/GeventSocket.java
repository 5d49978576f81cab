package io.greenloop.gevent;

import io.greenloop.eventlet.internal.GreenBytes;
import io.greenloop.net.TlsInfo;
import io.greenloop.net.TlsOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A connection that parks the greenlet which uses it, not the loop (Python: {@code
 * gevent.socket.socket}). One greenlet may read while another one writes; a second reader, or a
 * second writer, is refused.
 *
 * <p>Closing it wakes those who use it with an {@link AsynchronousCloseException}. A {@link
 * Timeout} that ends a call leaves the connection as it is.
 *
 * <p><b>Room:</b> greenlets of one loop.
 */
public final class GeventSocket implements AutoCloseable {
  private static final int SOME = 64 * 1024; // the most that one call receives, or sends in TLS

  private final Hub hub;
  private final SocketChannel channel;
  private @Nullable Duration timeout;
  private @Nullable IoWatcher reading;
  private @Nullable IoWatcher writing;
  private @Nullable SecuredSide secured; // with TLS
  private final Set<GeventFile> files = new LinkedHashSet<>(); // those that are open
  private boolean drained; // the last read took all there was: the next one waits first
  private boolean closed;

  /** Takes over {@code channel}, which is connected. */
  public GeventSocket(SocketChannel channel) throws IOException {
    this(Hub.of("new GeventSocket"), channel);
  }

  GeventSocket(Hub hub, SocketChannel channel) throws IOException {
    this.hub = hub;
    this.channel = channel;
    channel.configureBlocking(false);
  }

  /** A connection to {@code address}; see {@link Net#connect}. */
  static GeventSocket connect(
      InetSocketAddress address, @Nullable Duration limit, @Nullable SocketAddress local)
      throws IOException {
    SocketChannel channel = SocketChannel.open();
    boolean connected = false;
    try {
      if (local != null) {
        channel.bind(local);
      }
      GeventSocket socket = new GeventSocket(channel);
      socket.setTimeout(limit);
      if (!channel.connect(address)) {
        socket.awaitConnected(address);
      }
      socket.setTimeout(null);
      connected = true;
      return socket;
    } finally {
      if (!connected) {
        channel.close();
      }
    }
  }

  private void awaitConnected(InetSocketAddress address) throws IOException {
    await(false, timeout);
    try {
      channel.finishConnect();
    } catch (ConnectException refused) {
      throw new ConnectException(refused.getMessage() + ": " + address);
    }
  }

  // ---- time limits -------------------------------------------------------------------------

  /**
   * The limit of each call from now on; null for none, zero: a call that would wait throws at once
   * (Python: {@code settimeout}).
   */
  public void setTimeout(@Nullable Duration limit) {
    timeout = limit;
  }

  /** What {@link #setTimeout} set. */
  public Optional<Duration> timeout() {
    return Optional.ofNullable(timeout);
  }

  // ---- TLS ---------------------------------------------------------------------------------

  /**
   * Goes over to TLS, and waits until both sides have agreed; see {@link Net#wrapTls}.
   *
   * @throws IllegalStateException if it speaks TLS already
   */
  void startTls(TlsOptions options) throws IOException {
    if (secured != null) {
      throw new IllegalStateException("wrapTls on " + this + ": it speaks TLS already");
    }
    checkFree(reading, "startTls");
    checkFree(writing, "startTls");
    SecuredSide side = SecuredSide.of(channel, options);
    secured = side;
    side.shakeHands(timeout);
  }

  /** Whether the connection speaks TLS, and what both sides have agreed on. */
  public Optional<TlsInfo> tls() {
    SecuredSide side = secured;
    return side == null ? Optional.empty() : side.info();
  }

  // ---- reading -----------------------------------------------------------------------------

  /**
   * What has come, at most {@code most} bytes; waits for some. Empty at the end (Python: {@code
   * recv}).
   *
   * @throws SocketTimeoutException when the limit is over
   * @throws ConcurrentObjectUseError if another greenlet reads
   * @throws AsynchronousCloseException if it is closed meanwhile
   */
  public byte[] receive(int most) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(Math.min(most, SOME));
    int got = receive(buffer);
    return got <= 0 ? new byte[0] : Arrays.copyOf(buffer.array(), got);
  }

  /** {@link #receive(int)} into {@code target}; returns how many bytes, -1 at the end. */
  public int receive(ByteBuffer target) throws IOException {
    SecuredSide side = secured;
    if (side != null) {
      return side.read(target, timeout);
    }
    checkFree(reading, "read");
    int got = isDrained() ? 0 : channel.read(target);
    while (got == 0 && target.hasRemaining()) {
      await(true, timeout);
      got = channel.read(target);
    }
    drained = got > 0 && target.hasRemaining();
    return got;
  }

  /** A call that must not wait finds out for itself. */
  private boolean isDrained() {
    Duration limit = timeout;
    return drained && (limit == null || !limit.isZero());
  }

  // ---- writing -----------------------------------------------------------------------------

  /** Sends some of {@code data}, and returns how many bytes; waits until one can be sent. */
  public int send(byte[] data) throws IOException {
    SecuredSide side = secured;
    if (side != null) {
      int some = Math.min(data.length, SOME);
      return side.send(ByteBuffer.wrap(data, 0, some), timeout);
    }
    checkFree(writing, "write");
    ByteBuffer buffer = ByteBuffer.wrap(data);
    int sent = channel.write(buffer);
    while (sent == 0 && buffer.hasRemaining()) {
      await(false, timeout);
      sent = channel.write(buffer);
    }
    return sent;
  }

  /** Sends all of {@code data}; the limit is for the whole call. */
  public void sendAll(byte[] data) throws IOException {
    SecuredSide side = secured;
    if (side != null) {
      side.write(ByteBuffer.wrap(data), timeout);
      return;
    }
    checkFree(writing, "write");
    ByteBuffer buffer = ByteBuffer.wrap(data);
    Duration limit = timeout;
    Duration end = limit == null ? null : hub.eventLoop().time().plus(limit);
    channel.write(buffer);
    while (buffer.hasRemaining()) {
      Duration left = end == null ? null : end.minus(hub.eventLoop().time());
      if (left != null && (left.isNegative() || left.isZero())) {
        throw new SocketTimeoutException("timed out");
      }
      await(false, left);
      channel.write(buffer);
    }
  }

  /** Sends no more; the other side reads the end. */
  public void shutdownOutput() throws IOException {
    SecuredSide side = secured;
    if (side != null) {
      side.shutdownOutput();
    } else {
      channel.shutdownOutput();
    }
  }

  // ---- as a file ---------------------------------------------------------------------------

  /**
   * Its bytes and lines (Python: {@code makefile('rwb')}); for characters see {@link
   * GeventFile#text}. The connection stays open until the files of it are closed, too. A greenlet
   * may read while another one writes; what is written goes out at {@link GeventFile#flush}.
   */
  public GeventFile makeFile() {
    return makeFile(GeventFile.DEFAULT_BUFFER);
  }

  /**
   * {@link #makeFile()} with another buffer, in bytes (Python: {@code buffering}).
   *
   * @throws IllegalArgumentException if that is negative
   */
  public GeventFile makeFile(int buffer) {
    GeventFile.checkBuffer(buffer);
    var bytes = new AsFile();
    var file = new GeventFile(bytes, buffer);
    bytes.file = file;
    files.add(file);
    return file;
  }

  private final class AsFile extends GreenBytes {
    private @Nullable GeventFile file;

    @Override
    public int read(ByteBuffer target) throws IOException {
      return receive(target);
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
      byte[] data = new byte[source.remaining()];
      source.get(data);
      sendAll(data);
    }

    @Override
    public boolean isTwoWay() {
      return true;
    }

    @Override
    public void close() throws IOException {
      if (file != null) {
        files.remove(file);
      }
      if (closed) {
        GeventSocket.this.close();
      }
    }

    @Override
    public String toString() {
      return GeventSocket.this.toString();
    }
  }

  /** Closes the files that were left open, so that what was written to them is sent. */
  void closeFiles() throws IOException {
    for (GeventFile file : List.copyOf(files)) {
      file.close();
    }
  }

  // ---- waiting -----------------------------------------------------------------------------

  private void await(boolean reads, @Nullable Duration limit) throws IOException {
    if (limit != null && limit.isZero()) {
      throw new SocketTimeoutException("would wait, and its time limit is zero");
    }
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
    try (IoWatcher watcher = hub.loop().io(channel, reads ? Loop.READ : Loop.WRITE)) {
      use(reads, watcher);
      if (!watcher.awaitWithin(hub, limit)) {
        throw new SocketTimeoutException("timed out");
      }
    } finally {
      use(reads, null);
    }
  }

  private void use(boolean reads, @Nullable IoWatcher watcher) {
    if (reads) {
      reading = watcher;
    } else {
      writing = watcher;
    }
  }

  private void checkFree(@Nullable IoWatcher used, String operation) {
    if (used != null) {
      throw inUse(operation, this, used.user());
    }
  }

  static ConcurrentObjectUseError inUse(String operation, Object socket, String user) {
    return new ConcurrentObjectUseError(
        operation
            + " on "
            + socket
            + ": "
            + user
            + " does that already; give each one a socket of its own");
  }

  // ---- looking and ending ------------------------------------------------------------------

  /** Its own address; null once it is closed. */
  public @Nullable SocketAddress localAddress() {
    try {
      return channel.getLocalAddress();
    } catch (IOException closed) {
      return null;
    }
  }

  /** The address of the other side; null once it is closed. */
  public @Nullable SocketAddress remoteAddress() {
    try {
      return channel.getRemoteAddress();
    } catch (IOException closed) {
      return null;
    }
  }

  /**
   * The channel below it, in non-blocking mode. With TLS it says nothing about what can be read.
   */
  public SocketChannel channel() {
    return channel;
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    SecuredSide side = secured;
    return closed || (side == null ? !channel.isOpen() : side.isClosed());
  }

  /**
   * Closes it, or leaves that to the last {@link #makeFile file} that is open; those who use it get
   * an {@link AsynchronousCloseException}, in the next turn.
   */
  @Override
  public void close() throws IOException {
    closed = true;
    if (files.isEmpty()) {
      closeNow();
    }
  }

  /** Closes it, whatever files there are. */
  void closeNow() throws IOException {
    closed = true;
    SecuredSide side = secured;
    if (side != null) {
      side.close();
      return;
    }
    for (IoWatcher used : new IoWatcher[] {reading, writing}) {
      if (used != null) {
        used.cancelWait(new AsynchronousCloseException());
      }
    }
    channel.close();
  }

  @Override
  public String toString() {
    SocketAddress other = remoteAddress();
    return "socket " + (other == null ? "(closed)" : "to " + other);
  }
}
