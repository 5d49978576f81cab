package io.greenloop.gevent;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import org.jspecify.annotations.Nullable;

/**
 * Calls a handler for each packet (Python: {@code gevent.server.DatagramServer}).
 *
 * <p><b>Room:</b> the loop on which it was made.
 */
public class DatagramServer extends BaseServer {
  private static final int LARGEST_PACKET = 65_536;

  private final SocketAddress listener;
  private final Handler handler;
  private final ByteBuffer buffer = ByteBuffer.allocate(LARGEST_PACKET);
  private @Nullable DatagramChannel channel;

  /** Hears one packet. */
  @FunctionalInterface
  public interface Handler {
    /** In a greenlet of the server's choice. */
    void handle(byte[] data, SocketAddress sender) throws Exception;
  }

  /** A server on {@code host:port}, {@code :port} or {@code port}; port 0: any. */
  public DatagramServer(String listener, Handler handler) {
    this(parse(listener), handler);
  }

  /** A server on {@code listener}. */
  public DatagramServer(SocketAddress listener, Handler handler) {
    this(listener, handler, Spawning.unlimited());
  }

  /** A server whose handlers run where {@code spawning} says. */
  public DatagramServer(SocketAddress listener, Handler handler, Spawning spawning) {
    super(spawning);
    this.listener = listener;
    this.handler = handler;
  }

  @Override
  Closeable open() throws IOException {
    DatagramChannel made = DatagramChannel.open();
    try {
      made.bind(listener);
      made.configureBlocking(false);
    } catch (Throwable refused) {
      made.close();
      throw refused;
    }
    channel = made;
    return made;
  }

  private DatagramChannel channel() throws ClosedChannelException {
    DatagramChannel open = channel;
    if (open == null) {
      throw new ClosedChannelException();
    }
    return open;
  }

  @Override
  void acceptOne() throws IOException {
    DatagramChannel from = channel();
    buffer.clear();
    SocketAddress sender = from.receive(buffer);
    if (sender == null) {
      Select.await(from, Loop.READ, null, null);
      return;
    }
    byte[] data = new byte[buffer.flip().remaining()];
    buffer.get(data);
    handle(() -> handler.handle(data, sender));
  }

  /** Sends {@code data} to {@code target}; waits while the system has no room. */
  public void sendTo(byte[] data, SocketAddress target) throws IOException {
    DatagramChannel to = channel();
    ByteBuffer packet = ByteBuffer.wrap(data);
    while (to.send(packet, target) == 0 && packet.hasRemaining()) {
      Select.await(to, Loop.WRITE, null, null);
    }
  }

  @Override
  public SocketAddress address() {
    DatagramChannel open = channel;
    try {
      SocketAddress local = open == null || !open.isOpen() ? null : open.getLocalAddress();
      return local == null ? listener : local;
    } catch (IOException closed) {
      return listener;
    }
  }
}
