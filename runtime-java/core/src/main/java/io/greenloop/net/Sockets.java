package io.greenloop.net;

import io.greenloop.EventLoop;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.internal.loop.ReactorProactor;
import io.greenloop.internal.loop.Watch;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;

/**
 * Waits for tasks on channels of your own (asyncio: {@code loop.sock_recv} and its kind). The
 * channel stays yours: after a call, an error or a cancel nothing of it is registered any more.
 *
 * <p>Channels are in non-blocking mode. The call is tried first; only if it cannot be done now does
 * the task park.
 *
 * <p><b>Room:</b> loop, in a task. Close a channel that a task may wait on by {@link
 * #close(SelectableChannel)}: it wakes the waiter at once, where the channel's own {@code close()}
 * is noticed when the loop next hears from any channel.
 */
public final class Sockets {
  private Sockets() {}

  /**
   * Reads what has arrived, at least one byte; waits if there is nothing.
   *
   * @param channel a socket or the source of a pipe
   * @return how many bytes, -1 at the end of the stream, 0 only if {@code target} has no room
   * @throws IllegalStateException if another task waits for data of this channel
   * @throws StreamClosedException if the channel is closed meanwhile
   * @throws io.greenloop.CancelledError if the task is cancelled while it waits; nothing has been
   *     read then
   */
  public static <C extends SelectableChannel & ReadableByteChannel> int read(
      C channel, ByteBuffer target) throws IOException {
    begin(channel, Direction.IN, "read");
    int read = tryRead(channel, target);
    while (read == 0 && target.hasRemaining()) {
      await(channel, Direction.IN, "read");
      read = tryRead(channel, target);
    }
    return read;
  }

  /**
   * Reads until {@code target} is full.
   *
   * @throws IncompleteReadException if the stream ends before; what arrived is in {@code target}
   * @throws IOException as {@link #read}
   */
  public static <C extends SelectableChannel & ReadableByteChannel> void readFully(
      C channel, ByteBuffer target) throws IOException {
    int wanted = target.remaining();
    while (target.hasRemaining()) {
      if (read(channel, target) < 0) {
        throw IncompleteReadException.of(channel, wanted, target);
      }
    }
  }

  /**
   * Writes all of {@code source}; waits while the other side does not read.
   *
   * @param channel a socket or the sink of a pipe
   * @throws IllegalStateException if another task waits to write to this channel
   * @throws IOException after it, or a cancel, the position of {@code source} tells how much was
   *     sent
   */
  public static <C extends SelectableChannel & WritableByteChannel> void writeFully(
      C channel, ByteBuffer source) throws IOException {
    begin(channel, Direction.OUT, "writeFully");
    tryWrite(channel, source);
    while (source.hasRemaining()) {
      await(channel, Direction.OUT, "writeFully");
      tryWrite(channel, source);
    }
  }

  /**
   * Sends a part of a file without a copy; waits while the other side does not read (Python: {@code
   * sock_sendfile}). The file is read on worker threads; nobody else can write meanwhile.
   *
   * @param channel a stream socket
   * @param offset where the part begins, not negative
   * @param count how many bytes at most, positive; {@code Long.MAX_VALUE}: to the end of the file
   * @return how many were sent; the file's position is behind them, however this ends
   * @throws IllegalArgumentException if a number is wrong
   * @throws IllegalStateException if another task waits to write to this channel
   * @throws StreamClosedException if the channel is closed meanwhile
   */
  public static long sendFile(SocketChannel channel, FileChannel file, long offset, long count)
      throws IOException {
    var sending = new FileTransfer(file, offset, count);
    begin(channel, Direction.OUT, "sendFile");
    ReadyWait.checkTask("sendFile", channel);
    LoopCore loop = currentLoop("sendFile");
    Watch watch = loop.poller().watch(channel);
    ReadyWait held = ReadyWait.hold(watch, Direction.OUT, "sendFile", channel);
    try {
      // On a simulated network only its loop may use it.
      return sending.send(
          loop.network().isSimulated() ? null : channel,
          chunk -> {
            tryWrite(channel, chunk);
            while (chunk.hasRemaining()) {
              await(held, channel);
              tryWrite(channel, chunk);
            }
          },
          nothing -> await(held, channel));
    } catch (ClosedChannelException e) {
      throw channel.isOpen() ? e : closed(channel); // it was the file
    } catch (IOException e) {
      throw ConnectionErrors.classified("sendFile", channel, e);
    } finally {
      held.release();
    }
  }

  /**
   * Receives one datagram; waits if there is none (Python: {@code sock_recvfrom}).
   *
   * @param target gets what it has room for; the rest of the datagram is dropped
   * @return who sent it
   * @throws IllegalStateException if another task waits for data of this channel
   */
  public static SocketAddress receive(DatagramChannel channel, ByteBuffer target)
      throws IOException {
    begin(channel, Direction.IN, "receive");
    SocketAddress sender = channel.receive(target);
    while (sender == null) {
      await(channel, Direction.IN, "receive");
      sender = channel.receive(target);
    }
    return sender;
  }

  /**
   * Sends one datagram; waits while the system has no room for it (Python: {@code sock_sendto}).
   *
   * @param source an empty one is sent, too
   * @throws IllegalStateException if another task waits to write to this channel
   */
  public static void send(DatagramChannel channel, ByteBuffer source, SocketAddress target)
      throws IOException {
    begin(channel, Direction.OUT, "send");
    SocketAddress to = resolved(target);
    while (channel.send(source, to) == 0 && source.hasRemaining()) {
      await(channel, Direction.OUT, "send");
    }
  }

  /**
   * Connects. After a failure or a cancel the channel is not registered any more; closing it is up
   * to the caller.
   *
   * @param remote an unresolved internet address is resolved first, and its first address taken
   * @throws java.net.ConnectException if nobody listens there
   */
  public static void connect(SocketChannel channel, SocketAddress remote) throws IOException {
    begin(channel, Direction.OUT, "connect");
    boolean connected = channel.connect(resolved(remote));
    while (!connected) {
      await(channel, Direction.OUT, "connect");
      connected = channel.finishConnect();
    }
  }

  /**
   * Accepts one connection, which is in non-blocking mode then; waits for it if there is none. A
   * cancel loses no connection.
   *
   * @throws IllegalStateException if another task waits for connections of this channel
   */
  public static SocketChannel accept(ServerSocketChannel listener) throws IOException {
    begin(listener, Direction.IN, "accept");
    SocketChannel accepted = listener.accept();
    while (accepted == null) {
      await(listener, Direction.IN, "accept");
      accepted = listener.accept();
    }
    return ReactorProactor.nonBlocking(accepted);
  }

  /**
   * Closes {@code channel} and wakes the tasks of this loop that wait on it with a {@link
   * StreamClosedException}.
   */
  public static void close(SelectableChannel channel) throws IOException {
    LoopCore loop = currentLoop("close");
    Watch watch = loop.poller().watched(channel);
    StreamClosedException why = closed(channel); // names the channel, which forgets its name
    channel.close();
    if (watch != null) {
      watch.fail(why);
    }
  }

  private static void begin(SelectableChannel channel, Direction direction, String verb)
      throws IOException {
    LoopCore loop = currentLoop(verb);
    if (channel.isBlocking()) {
      throw new IllegalArgumentException(
          verb
              + " on "
              + channel
              + ": the channel is in blocking mode; call configureBlocking(false) first");
    }
    if (loop.poller().isOwned(channel)) {
      throw new IllegalStateException(
          verb + " on " + channel + ": a transport, a stream or a server owns it");
    }
    Watch watch = loop.poller().watched(channel);
    if (watch != null) {
      ReadyWait.refuseSecond(watch, direction, verb, channel);
    }
  }

  private static void await(SelectableChannel channel, Direction direction, String verb)
      throws IOException {
    ReadyWait.checkTask(verb, channel);
    try {
      ReadyWait.await(currentLoop(verb).poller().watch(channel), direction, verb, channel);
    } catch (ClosedChannelException e) { // by its own close(), found by the reactor
      throw closed(channel);
    }
    checkIsOpen(channel);
  }

  private static void await(ReadyWait held, SelectableChannel channel) throws IOException {
    held.await();
    checkIsOpen(channel);
  }

  private static void checkIsOpen(SelectableChannel channel) throws IOException {
    if (!channel.isOpen()) {
      throw closed(channel);
    }
  }

  private static SocketAddress resolved(SocketAddress remote) throws IOException {
    return remote instanceof InetSocketAddress internet && internet.isUnresolved()
        ? Resolving.all(EventLoop.current(), internet).getFirst()
        : remote;
  }

  // ---- for this package ----------------------------------------------------------------------

  static LoopCore currentLoop(String verb) {
    LoopCore loop = LoopThread.currentLoop();
    if (loop == null) {
      throw new IllegalStateException(
          verb
              + " called from thread '"
              + Thread.currentThread().getName()
              + "', which runs no loop; call it in a task");
    }
    return loop;
  }

  static void checkRoom(LoopCore loop, String verb, Object channel) {
    if (!loop.isOnLoop()) {
      throw new WrongThreadException(
          verb
              + " on "
              + channel
              + " of loop '"
              + loop.name()
              + "' called from thread '"
              + Thread.currentThread().getName()
              + "'; use callSoonThreadsafe to hand work to the loop");
    }
  }

  private static int tryRead(ReadableByteChannel channel, ByteBuffer target) throws IOException {
    try {
      return channel.read(target);
    } catch (IOException e) {
      throw ConnectionErrors.classified("read", channel, e);
    }
  }

  private static void tryWrite(WritableByteChannel channel, ByteBuffer source) throws IOException {
    try {
      channel.write(source);
    } catch (IOException e) {
      throw ConnectionErrors.classified("write", channel, e);
    }
  }

  static StreamClosedException closed(Object channel) {
    return new StreamClosedException(channel + " was closed while a task waited on it");
  }

  /** The connection is gone either way, and nobody could do anything about a failure. */
  static void closeQuietly(SelectableChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      System.getLogger("io.greenloop").log(System.Logger.Level.DEBUG, "close of " + channel, e);
    }
  }
}
