package io.greenloop.net;

import io.greenloop.WaitQueue;
import io.greenloop.Waiter;
import io.greenloop.internal.loop.LoopCore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A UDP socket for tasks: datagrams come and go whole, with their addresses. asyncio has none.
 *
 * <p>What comes is kept until it is received, up to a number of datagrams ({@link
 * DatagramOptions#withQueue}); what comes when that many wait is dropped, and {@link #dropped}
 * counts it. Several tasks may receive: each datagram goes to one of them, in the order in which
 * they came to wait. A cancelled receive loses none.
 *
 * <p><b>Room:</b> loop.
 */
public final class UdpSocket implements AutoCloseable, Iterable<Datagram> {
  private final LoopCore core;
  private final DatagramTransport transport;
  private final int most;
  private final ArrayDeque<Datagram> received = new ArrayDeque<>();
  private final WaitQueue<Datagram, @Nullable Void> receivers;
  private final WaitQueue<@Nullable Void, @Nullable Void> senders;
  private long dropped;
  private boolean paused;
  private @Nullable IOException error; // that nobody has heard of yet
  private @Nullable IOException sendFailure; // that no sender has heard of yet
  private @Nullable IOException end;

  private UdpSocket(Opening opening, int queue) throws IOException {
    core = Sockets.currentLoop("open");
    most = queue;
    transport = opening.open(new Receiver());
    receivers =
        new WaitQueue<>(
            "a datagram of " + transport,
            (datagram, none) -> giveBack(datagram),
            (failure, none) -> unheard(failure));
    senders = new WaitQueue<>("room to send on " + transport, (nothing, none) -> {});
  }

  /** Opens a socket; parks the calling task if a name must be resolved. */
  public static UdpSocket open(DatagramOptions options) throws IOException {
    return open(options.queue(), protocol -> DatagramTransport.open(options, protocol));
  }

  /** Makes the transport below. */
  @FunctionalInterface
  interface Opening {
    DatagramTransport open(DatagramProtocol protocol) throws IOException;
  }

  static UdpSocket open(int queue, Opening opening) throws IOException {
    return new UdpSocket(opening, queue);
  }

  /**
   * A socket that receives at {@code local} and may send to anybody.
   *
   * @param local port 0 takes any free one
   * @throws java.net.BindException if the port is taken
   */
  public static UdpSocket bind(SocketAddress local) throws IOException {
    return open(DatagramOptions.bind(local));
  }

  /** A socket that talks to {@code host} only; its first address is taken. */
  public static UdpSocket connect(String host, int port) throws IOException {
    return open(DatagramOptions.connect(InetSocketAddress.createUnresolved(host, port)));
  }

  // ---- receiving ---------------------------------------------------------------------------

  /**
   * Takes the next datagram; waits if there is none.
   *
   * @throws IOException what the system said of one that was sent: on a connected socket {@link
   *     java.net.PortUnreachableException}, when nobody listens there. Said once, behind what was
   *     received before; the socket lives on
   * @throws StreamClosedException if the socket is closed, or is closed while this waits
   */
  public Datagram receive() throws IOException {
    Sockets.checkRoom(core, "receive", transport);
    Datagram first = received.pollFirst();
    if (first != null) {
      return first;
    }
    IOException failure = failure("receive");
    if (failure != null) {
      throw failure;
    }
    return receivers.park("receive", null);
  }

  /** {@link #receive()} for {@code waiter}. */
  public void receive(Waiter<Datagram> waiter) {
    Sockets.checkRoom(core, "receive", transport);
    Datagram first = received.pollFirst();
    IOException failure = first == null ? failure("receive") : null;
    if (first == null && failure == null) {
      receivers.add(waiter, null);
      return;
    }
    var alone =
        new WaitQueue<Datagram, @Nullable Void>(
            transport, (datagram, none) -> giveBack(datagram), (unheard, none) -> unheard(unheard));
    alone.add(waiter, null);
    if (first != null) {
      alone.serveFirst(first);
    } else {
      alone.failAll(() -> failure);
    }
  }

  private @Nullable IOException failure(String operation) {
    if (end != null) {
      return end instanceof StreamClosedException
          ? new StreamClosedException(operation + " on " + transport + ": the socket is closed")
          : end;
    }
    IOException said = error;
    error = null;
    return said;
  }

  /** From one that could not use it any more: it goes to the next one, before all others. */
  private void giveBack(Datagram datagram) {
    if (!receivers.serveFirst(datagram)) {
      received.addFirst(datagram);
    }
  }

  private void unheard(Throwable failure) {
    if (end != null || !(failure instanceof IOException said)) {
      return;
    }
    if (!receivers.isEmpty()) {
      receivers.failAll(() -> said); // who waits by now
    } else if (error == null) {
      error = said;
    }
  }

  /**
   * What comes, until the socket is closed. What a receive throws leaves the loop unchecked, but
   * for the close.
   */
  @Override
  public Iterator<Datagram> iterator() {
    return new Incoming();
  }

  private final class Incoming implements Iterator<Datagram> {
    private @Nullable Datagram next;

    @Override
    public boolean hasNext() {
      if (next == null) {
        try {
          next = receive();
        } catch (StreamClosedException closed) {
          return false;
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      return true;
    }

    @Override
    public Datagram next() {
      if (!hasNext() || next == null) {
        throw new NoSuchElementException("next: " + transport + " is closed");
      }
      Datagram taken = next;
      next = null;
      return taken;
    }
  }

  /** How many datagrams have come when no more were kept, and were dropped. */
  public long dropped() {
    return dropped;
  }

  // ---- sending -----------------------------------------------------------------------------

  /** {@link #send(ByteBuffer, SocketAddress)} to the remote address. */
  public void send(ByteBuffer data) throws IOException {
    send(data, null);
  }

  /**
   * Sends {@code data} as one datagram; waits while too many wait to be sent. That it was sent does
   * not say that it arrives.
   *
   * @param data is emptied, and the caller's again, when this returns or throws
   * @param target null for the remote address
   * @throws IOException what the system said of this one, or of one before, that no sender has
   *     heard of: too long, nobody listens there. Who receives hears nothing of it
   * @throws StreamClosedException if the socket is closed, or is closed while this waits
   * @throws IllegalArgumentException if there is a remote address and this is another one, or there
   *     is none and this is null
   */
  public void send(ByteBuffer data, @Nullable SocketAddress target) throws IOException {
    if (!trySend(data, target)) {
      senders.park("send", null);
      throwSendFailure();
    }
  }

  /**
   * {@link #send(ByteBuffer, SocketAddress)} without the wait.
   *
   * @return whether there is room for more
   */
  public boolean trySend(ByteBuffer data, @Nullable SocketAddress target) throws IOException {
    Sockets.checkRoom(core, "send", transport);
    IOException before = failure("send");
    if (before != null) {
      throw before;
    }
    throwSendFailure();
    transport.send(data, target);
    throwSendFailure();
    return !paused;
  }

  private void throwSendFailure() throws IOException {
    IOException failed = sendFailure;
    sendFailure = null;
    if (failed != null) {
      throw failed;
    }
  }

  /**
   * Serves {@code waiter} when there is room to send. What became of what waited meanwhile is told
   * to the next send.
   */
  public void drain(Waiter<@Nullable Void> waiter) {
    Sockets.checkRoom(core, "drain", transport);
    senders.add(waiter, null);
    IOException ended = end;
    if (ended != null) {
      senders.failAll(() -> ended);
    } else if (!paused) {
      senders.serveAll(null);
    }
  }

  // ---- what it is, and its end -------------------------------------------------------------

  /** Where it receives, with the real port; also after the close. */
  public SocketAddress localAddress() {
    return transport.localAddress();
  }

  /** The only address it talks to, or null; also after the close. */
  public @Nullable SocketAddress remoteAddress() {
    return transport.remoteAddress();
  }

  /**
   * Closes it behind what waits to be sent; who receives gets a {@link StreamClosedException}, once
   * all that has come is received. Never waits. Idempotent.
   */
  @Override
  public void close() {
    transport.close();
    ended(Sockets.closed(transport));
  }

  private void ended(IOException reason) {
    if (end == null) {
      end = reason;
      receivers.failAll(() -> reason);
      senders.failAll(() -> reason);
    }
  }

  private final class Receiver implements DatagramTransport.Sender {
    @Override
    public void datagramReceived(ByteBuffer data, SocketAddress sender) {
      var datagram = new Datagram(data, sender);
      if (receivers.serveFirst(datagram)) {
        return;
      }
      if (received.size() < most) {
        received.add(datagram);
      } else {
        dropped++;
      }
    }

    @Override
    public void errorReceived(IOException said) {
      if (receivers.isEmpty()) {
        error = said;
      } else {
        receivers.failAll(() -> said);
      }
    }

    @Override
    public void sendFailed(IOException failure) {
      if (sendFailure == null) {
        sendFailure = failure;
      }
    }

    @Override
    public void pauseWriting() {
      paused = true;
    }

    @Override
    public void resumeWriting() {
      paused = false;
      senders.serveAll(null);
    }

    @Override
    public void connectionLost(@Nullable IOException cause) {
      ended(cause == null ? Sockets.closed(transport) : cause);
    }
  }

  @Override
  public String toString() {
    return transport.toString();
  }
}
