package io.greenloop.net;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.Watch;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * A TCP connection of one loop: bytes in, bytes out, in order, without frames.
 *
 * <p>One task may read while another writes; a second reader or writer at the same time is refused.
 * {@code TCP_NODELAY} is on.
 *
 * <p><b>Room:</b> loop; {@link #close} from any thread.
 */
public final class TcpStream implements AutoCloseable {
  private final LoopCore loop;
  private final SocketChannel channel;
  private final Watch watch;
  private final String name;

  /** Takes over a connected channel. Loop. */
  TcpStream(LoopCore loop, SocketChannel channel) throws IOException {
    this.loop = loop;
    this.channel = channel;
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    watch = loop.poller().own(channel);
    name = "tcp " + localAddress() + " -> " + remoteAddress();
  }

  /**
   * Reads what has arrived, at least one byte; waits if there is nothing.
   *
   * @param target receives the bytes at its position
   * @return how many bytes, -1 at the end of the stream, 0 only if {@code target} has no room
   * @throws StreamClosedException if this stream is closed, or is closed meanwhile
   * @throws ConnectionResetException if the other side reset the connection
   * @throws IllegalStateException if another task waits for data, or the caller is no task of this
   *     loop
   * @throws io.greenloop.CancelledError if the task is cancelled while it waits; nothing has been
   *     read then
   */
  public int read(ByteBuffer target) throws IOException {
    begin(Direction.IN, "read");
    if (!target.hasRemaining()) {
      return 0;
    }
    int read = tryRead(target);
    while (read == 0) {
      ReadyWait.await(watch, Direction.IN, "read", this);
      checkOpen("read");
      read = tryRead(target);
    }
    return read;
  }

  /**
   * Reads until {@code target} is full.
   *
   * @throws IncompleteReadException if the stream ends before; what arrived is in {@code target}
   * @throws StreamClosedException if this stream is closed, or is closed meanwhile
   */
  public void readFully(ByteBuffer target) throws IOException {
    int wanted = target.remaining();
    while (target.hasRemaining()) {
      if (read(target) < 0) {
        throw IncompleteReadException.of(this, wanted, target);
      }
    }
  }

  /**
   * Writes all of {@code source}; waits while the other side does not read.
   *
   * @throws StreamClosedException if this stream is closed, or is closed meanwhile
   * @throws ConnectionResetException if the other side reset the connection
   * @throws BrokenPipeException if the other side has closed it
   * @throws IllegalStateException if another task waits to write, or the caller is no task of this
   *     loop
   * @throws io.greenloop.CancelledError if the task is cancelled while it waits; the position of
   *     {@code source} tells how much was sent
   */
  public void write(ByteBuffer source) throws IOException {
    begin(Direction.OUT, "write");
    tryWrite(source);
    while (source.hasRemaining()) {
      ReadyWait.await(watch, Direction.OUT, "write", this);
      checkOpen("write");
      tryWrite(source);
    }
  }

  /** Ends our direction: the other side reads to the end of the stream, and may still send. */
  public void shutdownOutput() throws IOException {
    begin(Direction.OUT, "shutdownOutput");
    channel.shutdownOutput();
  }

  /** Our end. */
  public InetSocketAddress localAddress() throws IOException {
    return (InetSocketAddress) channel.getLocalAddress();
  }

  /** The other end. */
  public InetSocketAddress remoteAddress() throws IOException {
    return (InetSocketAddress) channel.getRemoteAddress();
  }

  /**
   * Whether {@link #close} has not been called. Any thread, where it may be out of date at once.
   */
  public boolean isOpen() {
    return channel.isOpen();
  }

  /**
   * Closes the connection; a task that reads or writes gets a {@link StreamClosedException}. Never
   * waits. A second call does nothing. Called from another thread, it takes effect when the loop
   * gets to it.
   */
  @Override
  public void close() {
    Sockets.closeOn(loop, channel, watch, this);
  }

  private int tryRead(ByteBuffer target) throws IOException {
    try {
      return channel.read(target);
    } catch (IOException e) {
      throw ConnectionErrors.classified("read", this, e);
    }
  }

  private void tryWrite(ByteBuffer source) throws IOException {
    try {
      channel.write(source);
    } catch (IOException e) {
      throw ConnectionErrors.classified("write", this, e);
    }
  }

  private void begin(Direction direction, String verb) throws IOException {
    Sockets.checkRoom(loop, verb, this);
    checkOpen(verb);
    ReadyWait.refuseSecond(watch, direction, verb, this);
  }

  private void checkOpen(String verb) throws StreamClosedException {
    if (!channel.isOpen()) {
      throw new StreamClosedException(verb + " on " + this + ": the stream is closed");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
