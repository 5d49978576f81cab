package io.greenloop.net;

import io.greenloop.EventLoop;
import io.greenloop.TaskContext;
import io.greenloop.internal.loop.Entries;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.Watch;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A UDP socket for callbacks (Python: {@code asyncio.DatagramTransport}); {@link UdpSocket} is the
 * one for tasks.
 *
 * <p>A datagram is sent at once if the system takes it, else buffered whole, in order. An error is
 * told to the protocol and ends nothing.
 *
 * <p><b>Room:</b> loop.
 */
public final class DatagramTransport {
  /** How many datagrams are received before others have a turn. */
  private static final int BATCH = 64;

  /** What a buffered datagram counts beyond its bytes. */
  private static final int HEADER = 8;

  private record Outgoing(ByteBuffer data, @Nullable SocketAddress target) {}

  /** The system's side of sending. */
  @FunctionalInterface
  interface Exit {
    /** As {@link DatagramChannel#send}; the target is null for a connected channel. */
    int send(DatagramChannel channel, ByteBuffer data, @Nullable SocketAddress target)
        throws IOException;
  }

  /** A protocol that tells apart what became of what it sent. */
  interface Sender extends DatagramProtocol {
    /** A send has failed, in the call or later. */
    void sendFailed(IOException error);
  }

  private final EventLoop loop;
  private final LoopCore core;
  private final DatagramChannel channel;
  private final Exit exit;
  private final DatagramProtocol protocol;
  private final Watch watch;
  private final SocketAddress local;
  private final @Nullable SocketAddress remote;
  private final String name;
  private final TaskContext context = TaskContext.current().copy();
  private final ArrayDeque<Outgoing> outgoing = new ArrayDeque<>();
  private final ByteBuffer incoming = ByteBuffer.allocateDirect(DatagramOptions.LARGEST);
  private final Listener readable = new Listener(Direction.IN, this::receive);
  private final Listener writable = new Listener(Direction.OUT, this::flush);
  private final WriteMarks marks = new WriteMarks();
  private long buffered;
  private boolean closing;
  private boolean over;

  private DatagramTransport(
      LoopCore core,
      DatagramChannel channel,
      @Nullable SocketAddress remote,
      DatagramProtocol protocol,
      Exit exit)
      throws IOException {
    this.core = core;
    this.exit = exit;
    this.loop = (EventLoop) core.face();
    this.channel = channel;
    this.protocol = protocol;
    this.remote = remote;
    local = channel.getLocalAddress();
    name = "udp " + local + (remote == null ? "" : " -> " + remote);
    channel.configureBlocking(false);
    watch = core.poller().own(channel);
  }

  /**
   * Opens a socket; parks the calling task if a name must be resolved. Its protocol has been told
   * when this returns. {@link EventLoop#openDatagram} is the same.
   *
   * @throws java.net.BindException if the port is taken
   */
  public static DatagramTransport open(DatagramOptions options, DatagramProtocol protocol)
      throws IOException {
    return open(options, protocol, DatagramTransport::sendOn);
  }

  private static int sendOn(
      DatagramChannel channel, ByteBuffer data, @Nullable SocketAddress target) throws IOException {
    return target == null ? channel.write(data) : channel.send(data, target);
  }

  static DatagramTransport open(DatagramOptions options, DatagramProtocol protocol, Exit exit)
      throws IOException {
    LoopCore core = Sockets.currentLoop("openDatagram");
    DatagramChannel given = options.channel();
    DatagramChannel channel = given == null ? openFirst(options) : given;
    boolean fixed = given == null && options.broadcast();
    return Adoption.of(
        core,
        channel,
        () -> {
          SocketAddress peer = fixed ? options.remote() : channel.getRemoteAddress();
          var transport = new DatagramTransport(core, channel, peer, protocol, exit);
          transport.tell("connectionMade", () -> protocol.connectionMade(transport));
          if (!transport.closing) {
            transport.readable.listen();
          }
          return transport;
        });
  }

  /** The first pair of addresses that the system takes; what it said of the first one, if none. */
  private static DatagramChannel openFirst(DatagramOptions options) throws IOException {
    List<@Nullable SocketAddress> remotes = candidates(options.remote());
    List<@Nullable SocketAddress> locals = candidates(options.local());
    IOException first = null;
    for (SocketAddress remote : remotes) {
      for (SocketAddress local : locals) {
        if (!DatagramOptions.mayGoTogether(local, remote)) {
          continue;
        }
        try {
          return open(options, local, remote);
        } catch (IOException e) {
          if (first == null) {
            first = e;
          } else {
            first.addSuppressed(e);
          }
        }
      }
    }
    throw first != null
        ? first
        : new IOException(
            "openDatagram: "
                + options.local()
                + " and "
                + options.remote()
                + " are of two families");
  }

  private static List<@Nullable SocketAddress> candidates(@Nullable SocketAddress address)
      throws IOException {
    return address == null
        ? Collections.singletonList(null)
        : List.copyOf(Resolving.all(EventLoop.current(), List.of(address)));
  }

  private static DatagramChannel open(
      DatagramOptions options, @Nullable SocketAddress local, @Nullable SocketAddress remote)
      throws IOException {
    var family = DatagramOptions.familyOf(remote == null ? local : remote);
    LoopCore core = Sockets.currentLoop("openDatagram");
    SelectorProvider channels = core.network().channels();
    DatagramChannel channel =
        family == null ? channels.openDatagramChannel() : channels.openDatagramChannel(family);
    try {
      if (options.reusePort()) {
        channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      }
      if (options.broadcast()) {
        channel.setOption(StandardSocketOptions.SO_BROADCAST, true);
      }
      Binding.to(core, () -> channel.bind(local));
      if (remote != null && !options.broadcast()) {
        channel.connect(remote);
      }
      return channel;
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  // ---- sending -----------------------------------------------------------------------------

  /** {@link #send(ByteBuffer, SocketAddress)} to the remote address. */
  public void send(ByteBuffer data) {
    send(data, null);
  }

  /**
   * Sends {@code data} as one datagram, or buffers it; an empty one is sent, too. Never waits.
   * After the end of the socket it does nothing.
   *
   * @param data is emptied, and the caller's again, when this returns
   * @param target null for the remote address
   * @throws IllegalArgumentException if there is a remote address and this is another one, or there
   *     is none and this is null; if it is not resolved; if {@code data} is empty and the socket is
   *     connected, on which the JDK sends no such datagram
   */
  public void send(ByteBuffer data, @Nullable SocketAddress target) {
    Sockets.checkRoom(core, "send", name);
    SocketAddress to = targetOf(target);
    if (to == null && !data.hasRemaining()) {
      throw new IllegalArgumentException(
          "send on "
              + name
              + ": the JDK sends no empty datagram on a connected socket; bind one and say"
              + " whereto");
    }
    if (closing) {
      return;
    }
    if (outgoing.isEmpty()) {
      if (sent(data, to)) {
        return;
      }
      writable.listen();
    }
    ByteBuffer copy = ByteBuffer.allocate(data.remaining()).put(data).flip();
    outgoing.add(new Outgoing(copy, to));
    buffered += copy.remaining() + HEADER;
    pauseIfHigh();
  }

  private @Nullable SocketAddress targetOf(@Nullable SocketAddress target) {
    if (remote == null && target == null) {
      throw new IllegalArgumentException(
          "send on " + name + ": it has no remote address; say whereto");
    }
    if (remote != null && target != null && !target.equals(remote)) {
      throw new IllegalArgumentException(
          "send on " + name + ": its remote address is fixed, it cannot send to " + target);
    }
    if (target instanceof InetSocketAddress internet && internet.isUnresolved()) {
      throw new IllegalArgumentException(
          "send on "
              + name
              + ": "
              + target
              + " is not resolved; ask EventLoop.resolve for its address");
    }
    if (channel.isConnected()) {
      return null;
    }
    return target == null ? remote : target;
  }

  /** Whether that is done with, sent or failed; else there is no room now. */
  private boolean sent(ByteBuffer data, @Nullable SocketAddress to) {
    boolean empty = !data.hasRemaining();
    try {
      return exit.send(channel, data, to) > 0 || empty;
    } catch (IOException e) {
      data.position(data.limit());
      tellSendFailure(e);
      return true;
    }
  }

  private void flush() {
    try {
      for (Outgoing next = outgoing.peek(); next != null; next = outgoing.peek()) {
        int size = next.data.remaining();
        IOException failure = null;
        try {
          if (exit.send(channel, next.data, next.target) == 0 && size > 0) {
            break;
          }
        } catch (IOException e) {
          failure = e;
        } catch (RuntimeException e) { // its target is of no use: its sender has long gone on
          failure = new IOException("send on " + name + ": " + e, e);
        }
        outgoing.remove();
        buffered -= size + HEADER;
        if (failure != null) {
          tellSendFailure(failure); // which may abort
        }
      }
    } finally {
      if (!outgoing.isEmpty()) {
        writable.listen();
      }
    }
    if (over) {
      return;
    }
    resumeIfLow();
    if (closing && outgoing.isEmpty()) {
      end(null);
    }
  }

  // ---- limits ------------------------------------------------------------------------------

  /** How much waits to be sent, in bytes; each datagram counts a few more than it carries. */
  public long writeBufferSize() {
    return buffered;
  }

  /** See {@link #setWriteBufferLimits(WriteLimits)}. */
  public WriteLimits writeBufferLimits() {
    return marks.limits();
  }

  /**
   * Sets the marks at which the protocol is told to pause and to resume; {@link
   * WriteLimits#DEFAULT} at first.
   */
  public void setWriteBufferLimits(WriteLimits limits) {
    Sockets.checkRoom(core, "setWriteBufferLimits", name);
    marks.setLimits(limits);
    pauseIfHigh();
    resumeIfLow();
  }

  /** {@link #setWriteBufferLimits(WriteLimits)} of these two. */
  public void setWriteBufferLimits(long high, long low) {
    setWriteBufferLimits(new WriteLimits(high, low));
  }

  private void pauseIfHigh() {
    if (marks.pausesAt(buffered)) {
      tell("pauseWriting", protocol::pauseWriting);
    }
  }

  private void resumeIfLow() {
    if (marks.resumesAt(buffered)) {
      tell("resumeWriting", protocol::resumeWriting);
    }
  }

  // ---- receiving ---------------------------------------------------------------------------

  private void receive() {
    try {
      for (int left = BATCH; left > 0 && !closing && receiveOne(); left--) {}
    } finally {
      if (!closing) {
        readable.listen();
      }
    }
  }

  /** Whether there may be another one. */
  private boolean receiveOne() {
    incoming.clear();
    SocketAddress sender;
    try {
      sender = channel.receive(incoming);
    } catch (ClosedChannelException e) {
      end(e);
      return false;
    } catch (IOException e) {
      tellError(e);
      return true;
    }
    if (sender != null) {
      ByteBuffer data = ByteBuffer.allocate(incoming.position()).put(incoming.flip()).flip();
      tell("datagramReceived", () -> protocol.datagramReceived(data, sender));
    }
    return sender != null;
  }

  // ---- ending ------------------------------------------------------------------------------

  /** Receives no more, and closes behind what waits to be sent. Never waits. Idempotent. */
  public void close() {
    Sockets.checkRoom(core, "close", name);
    if (closing) {
      return;
    }
    closing = true;
    readable.mute();
    if (outgoing.isEmpty()) {
      end(null);
    }
  }

  /** Closes at once; what waits to be sent is dropped. Idempotent. */
  public void abort() {
    Sockets.checkRoom(core, "abort", name);
    end(null);
  }

  private void end(@Nullable IOException cause) {
    closing = true;
    if (over) {
      return;
    }
    over = true;
    outgoing.clear();
    buffered = 0;
    readable.mute();
    writable.mute();
    Sockets.closeQuietly(channel);
    watch.release();
    loop.callSoon(context, () -> tell("connectionLost", () -> protocol.connectionLost(cause)));
  }

  /** Whether {@link #close} or {@link #abort} has been called, or the socket was lost. */
  public boolean isClosing() {
    return closing;
  }

  /** Where it receives, with the real port; also after the close. */
  public SocketAddress localAddress() {
    return local;
  }

  /** The only address it sends to, or null; also after the close. */
  public @Nullable SocketAddress remoteAddress() {
    return remote;
  }

  // ---- the protocol ------------------------------------------------------------------------

  private void tellError(IOException error) {
    tell("errorReceived", () -> protocol.errorReceived(error));
  }

  private void tellSendFailure(IOException error) {
    if (protocol instanceof Sender sender) {
      sender.sendFailed(error);
    } else {
      tellError(error);
    }
  }

  private void tell(String callback, Runnable call) {
    try {
      call.run();
    } catch (Throwable thrown) {
      Entries.report(loop, callback + " of the protocol of " + name + " failed", thrown);
    }
  }

  /** Hears on the bare carrier that the socket is ready; acts in an entry of the loop. */
  private final class Listener extends Interest {
    private final Direction direction;
    private final Runnable act;

    Listener(Direction direction, Runnable act) {
      this.direction = direction;
      this.act = act;
    }

    @Override
    void arm() {
      watch.listen(direction, this);
    }

    @Override
    void disarm() {
      watch.mute(direction);
    }

    @Override
    void queue() {
      loop.callSoon(context, act);
    }

    @Override
    void queueFailure(IOException cause) {
      loop.callSoon(context, () -> end(cause));
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
