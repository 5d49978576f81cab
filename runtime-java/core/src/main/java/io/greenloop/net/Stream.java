package io.greenloop.net;

import io.greenloop.WaitQueue;
import io.greenloop.Waiter;
import io.greenloop.internal.loop.LoopCore;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A connection of one loop: a {@link #reader} and a {@link #writer} (Python: the pair that {@code
 * asyncio.open_connection} returns).
 *
 * <p>{@link #close} is what ends it, in whichever state it is. It never waits: what was written
 * goes out behind the caller's back. {@link #awaitClosed} waits for that.
 *
 * <p><b>Room:</b> loop.
 */
public final class Stream implements AutoCloseable {
  private final LoopCore loop;
  private Wire wire;
  private final StreamReader reader;
  private final StreamWriter writer;
  private final SocketAddress local;
  private final SocketAddress remote;
  private final String name;
  private final Ending ending;

  /** Made by the first handshake: most connections have none. */
  private @Nullable WaitQueue<@Nullable Void, @Nullable Void> tlsWaiters;

  private @Nullable TlsWire tls;
  private boolean shakesHands;
  private boolean closing;

  private Stream(LoopCore loop, SocketChannel channel, int limit) throws IOException {
    this.loop = loop;
    var socket = new SocketWire(loop, channel);
    local = socket.local();
    remote = socket.remote();
    name = socket.name();
    wire = socket;
    var owner = new Owner();
    reader = new StreamReader(loop, wire, owner, limit, name);
    writer = new StreamWriter(loop, wire, owner, name);
    ending = new Ending(loop, name);
  }

  /** A stream on a connected channel, which is closed if that fails. Loop. */
  static Stream adopt(LoopCore loop, SocketChannel channel, int limit) throws IOException {
    return Adoption.of(loop, channel, () -> new Stream(loop, channel, limit));
  }

  /** What comes in. */
  public StreamReader reader() {
    return reader;
  }

  /** What goes out. */
  public StreamWriter writer() {
    return writer;
  }

  /** Our end; also after the close. */
  public SocketAddress localAddress() {
    return local;
  }

  /** The other end; also after the close. */
  public SocketAddress remoteAddress() {
    return remote;
  }

  /** Whether {@link #close} has been called, or the connection was lost. */
  public boolean isClosing() {
    return closing;
  }

  // ---- TLS ---------------------------------------------------------------------------------

  /**
   * Goes over to TLS, and waits until both sides have agreed (Python: {@code start_tls}). What was
   * written before goes out before; what has come and was not read is TLS's already. Reader and
   * writer stay the same. On a stream that is TLS already, this puts TLS into TLS.
   *
   * <p>A failure or a cancel ends the connection: it is neither the one nor the other then.
   *
   * @param options a client's or a server's; a client's without a server name takes the one that
   *     was connected to
   * @throws javax.net.ssl.SSLException if the two sides do not agree: it says on what
   * @throws ConnectionAbortedException if that takes longer than {@link
   *     TlsOptions#handshakeTimeout}
   * @throws ConnectionResetException if the other side ends the connection meanwhile
   * @throws StreamClosedException if the stream is closed, or is closed while this waits
   * @throws IllegalStateException if a handshake is under way, or our direction has ended
   * @throws IllegalArgumentException for a client that knows no name to check
   */
  public void startTls(TlsOptions options) throws IOException {
    WaitQueue.checkMayPark("startTls");
    beginTls(options);
    try {
      tlsWaiters().park("startTls", null);
    } catch (Throwable failedOrCancelled) {
      abort();
      throw failedOrCancelled;
    }
  }

  /** {@link #startTls(TlsOptions)} for {@code waiter}; who gives up waiting {@link #abort}s. */
  public void startTls(TlsOptions options, Waiter<@Nullable Void> waiter) throws IOException {
    beginTls(options);
    tlsWaiters().add(waiter, null);
  }

  private WaitQueue<@Nullable Void, @Nullable Void> tlsWaiters() {
    WaitQueue<@Nullable Void, @Nullable Void> known = tlsWaiters;
    if (known == null) {
      known = new WaitQueue<>(new Awaited("the TLS handshake on ", name), (nothing, none) -> {});
      tlsWaiters = known;
    }
    return known;
  }

  /** What TLS has agreed on; empty without TLS, and until the handshake is done. */
  public Optional<TlsInfo> tls() {
    return Optional.ofNullable(tls).map(TlsWire::info);
  }

  private void beginTls(TlsOptions options) throws IOException {
    Sockets.checkRoom(loop, "startTls", name);
    if (closing) {
      throw new StreamClosedException("startTls on " + name + ": the stream is closed");
    }
    if (shakesHands) {
      throw new IllegalStateException("startTls on " + name + ": a handshake is under way");
    }
    options.checkName("startTls", name, remote);
    ByteBuffer unsent = writer.takeBuffered("startTls"); // first, because it may refuse
    var secured = new TlsWire(loop, wire, reader.takeBuffered(), unsent, options, name);
    tls = secured;
    wire = secured;
    reader.moveTo(secured);
    writer.moveTo(secured);
    shakesHands = true;
    secured.begin(
        remote,
        failed -> {
          shakesHands = false;
          if (failed == null) {
            tlsWaiters().serveAll(null);
          } else {
            lost(failed);
          }
        });
  }

  // ---- ending ------------------------------------------------------------------------------

  /**
   * Ends the connection: nothing is read or written any more, who reads gets a {@link
   * StreamClosedException}; what was written before is still sent. Never waits. Idempotent.
   */
  @Override
  public void close() {
    Sockets.checkRoom(loop, "close", name);
    if (closing) {
      return;
    }
    closing = true;
    reader.end(Sockets.closed(name));
    writer.beginClose();
    wire.beginClose();
    if (writer.bufferSize() == 0) {
      flushed();
    }
  }

  /** Ends the connection at once: what was not sent is dropped, and the other side sees a reset. */
  public void abort() {
    Sockets.checkRoom(loop, "abort", name);
    if (!ending.isOver()) {
      wire.abort();
      end(Sockets.closed(name), null);
    }
  }

  /**
   * Waits until the connection is over and everything is sent (Python: {@code wait_closed}).
   *
   * @throws IOException what it was lost by, if that was not {@link #close}
   */
  public void awaitClosed() throws IOException {
    ending.await();
  }

  /** {@link #awaitClosed()} for {@code waiter}, which is served however it ended. */
  public void awaitClosed(Waiter<@Nullable Void> waiter) {
    ending.await(waiter);
  }

  /** Queues {@code action} when the connection is over, however it ended. */
  void whenOver(Runnable action) {
    awaitClosed(
        new Waiter<>() {
          @Override
          protected void onServed(@Nullable Void nothing) {
            loop.ready(action, null);
          }

          @Override
          protected void onFailed(Throwable failure) {
            loop.ready(action, null);
          }
        });
  }

  /** Everything is sent, after a close. */
  private void flushed() {
    if (wire.part(this::parted)) {
      parted(null);
    }
  }

  private void parted(@Nullable IOException problem) {
    if (problem == null) {
      wire.close();
      end(Sockets.closed(name), null);
    } else {
      lost(problem);
    }
  }

  private void lost(IOException reason) {
    if (!ending.isOver()) {
      wire.close();
      end(reason, reason);
    }
  }

  private void end(IOException reason, @Nullable IOException lostBy) {
    closing = true;
    reader.end(reason);
    writer.end(reason);
    if (tlsWaiters != null) {
      tlsWaiters.failAll(() -> reason);
    }
    ending.come(lostBy);
  }

  // ---- for its two directions --------------------------------------------------------------

  private final class Owner implements StreamOwner {
    @Override
    public void flushed() {
      Stream.this.flushed();
    }

    @Override
    public void lost(IOException reason) {
      Stream.this.lost(reason);
    }

    @Override
    public void endOutput() throws IOException {
      wire.shutdownOutput();
    }

    @Override
    public void close() {
      Stream.this.close();
    }

    @Override
    public void abort() {
      Stream.this.abort();
    }

    @Override
    public void awaitClosed() throws IOException {
      Stream.this.awaitClosed();
    }

    @Override
    public void awaitClosed(Waiter<@Nullable Void> waiter) {
      Stream.this.awaitClosed(waiter);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
