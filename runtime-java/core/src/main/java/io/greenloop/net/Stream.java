package io.greenloop.net;

import io.greenloop.WaitQueue;
import io.greenloop.Waiter;
import io.greenloop.internal.loop.LoopCore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
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
  private final Wire wire;
  private final StreamReader reader;
  private final StreamWriter writer;
  private final SocketAddress local;
  private final SocketAddress remote;
  private final String name;
  private final WaitQueue<@Nullable Void, @Nullable Void> closeWaiters;
  private boolean closing;
  private boolean over;
  private @Nullable IOException lostBy;

  private Stream(LoopCore loop, SocketChannel channel, int limit) throws IOException {
    this.loop = loop;
    local = channel.getLocalAddress();
    remote = channel.getRemoteAddress();
    boolean tcp = remote instanceof InetSocketAddress;
    if (tcp) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    name = (tcp ? "tcp " : "unix ") + local + " -> " + remote;
    var owner = new Owner();
    wire = new SocketWire(loop, channel, name);
    reader = new StreamReader(loop, wire, owner, limit, name);
    writer = new StreamWriter(loop, wire, owner, name);
    closeWaiters = new WaitQueue<>("the end of " + name, (nothing, none) -> {});
  }

  /** A stream on a connected channel, which is closed if that fails. Loop. */
  static Stream adopt(LoopCore loop, SocketChannel channel, int limit) throws IOException {
    try {
      return new Stream(loop, channel, limit);
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
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
    if (writer.bufferSize() == 0) {
      flushed();
    }
  }

  /** Ends the connection at once: what was not sent is dropped, and the other side sees a reset. */
  public void abort() {
    Sockets.checkRoom(loop, "abort", name);
    if (!over) {
      wire.abort();
      end(Sockets.closed(name));
    }
  }

  /**
   * Waits until the connection is over and everything is sent (Python: {@code wait_closed}).
   *
   * @throws IOException what it was lost by, if that was not {@link #close}
   */
  public void awaitClosed() throws IOException {
    Sockets.checkRoom(loop, "awaitClosed", name);
    if (!over) {
      closeWaiters.park("awaitClosed", null);
    }
    if (lostBy != null) {
      throw lostBy;
    }
  }

  /** {@link #awaitClosed()} for {@code waiter}, which is served however it ended. */
  public void awaitClosed(Waiter<@Nullable Void> waiter) {
    Sockets.checkRoom(loop, "awaitClosed", name);
    closeWaiters.add(waiter, null);
    if (over) {
      closeWaiters.serveAll(null);
    }
  }

  /** Everything is sent, after a close. */
  private void flushed() {
    wire.close();
    end(Sockets.closed(name));
  }

  private void end(IOException reason) {
    closing = true;
    over = true;
    reader.end(reason);
    writer.end(reason);
    closeWaiters.serveAll(null);
  }

  // ---- for its two directions --------------------------------------------------------------

  private final class Owner implements StreamOwner {
    @Override
    public void flushed() {
      Stream.this.flushed();
    }

    @Override
    public void lost(IOException reason) {
      if (!over) {
        lostBy = reason;
        wire.close();
        end(reason);
      }
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
