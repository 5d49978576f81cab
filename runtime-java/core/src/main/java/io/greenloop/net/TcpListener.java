package io.greenloop.net;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.Watch;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * A TCP port of one loop, from which tasks accept connections.
 *
 * <p><b>Room:</b> loop; {@link #close} from any thread.
 */
public final class TcpListener implements AutoCloseable {
  private final LoopCore loop;
  private final ServerSocketChannel channel;
  private final Watch watch;
  private final String name;

  /** Takes over a bound channel. Loop. */
  TcpListener(LoopCore loop, ServerSocketChannel channel) throws IOException {
    this.loop = loop;
    this.channel = channel;
    channel.configureBlocking(false);
    watch = loop.poller().own(channel);
    name = "tcp listener " + localAddress();
  }

  /**
   * Accepts one connection; waits for it if there is none. A cancel while it waits loses no
   * connection.
   *
   * @throws StreamClosedException if this listener is closed, or is closed meanwhile
   * @throws IllegalStateException if another task waits here, or the caller is no task of this loop
   */
  public TcpStream accept() throws IOException {
    Sockets.checkRoom(loop, "accept", this);
    checkOpen();
    ReadyWait.refuseSecond(watch, Direction.IN, "accept", this);
    SocketChannel accepted = channel.accept();
    while (accepted == null) {
      ReadyWait.await(watch, Direction.IN, "accept", this);
      checkOpen();
      accepted = channel.accept();
    }
    return Tcp.adopt(loop, accepted);
  }

  /** Where it listens; with the real port if 0 was asked for. */
  public InetSocketAddress localAddress() throws IOException {
    return (InetSocketAddress) channel.getLocalAddress();
  }

  /**
   * Whether {@link #close} has not been called. Any thread, where it may be out of date at once.
   */
  public boolean isOpen() {
    return channel.isOpen();
  }

  /**
   * Stops listening; a task that accepts gets a {@link StreamClosedException}, accepted connections
   * live on. Never waits. A second call does nothing. Called from another thread, it takes effect
   * when the loop gets to it.
   */
  @Override
  public void close() {
    Sockets.closeOn(loop, channel, watch, this);
  }

  private void checkOpen() throws StreamClosedException {
    if (!channel.isOpen()) {
      throw new StreamClosedException("accept on " + this + ": the listener is closed");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
