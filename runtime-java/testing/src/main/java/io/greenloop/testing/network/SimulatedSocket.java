package io.greenloop.testing.network;

import io.greenloop.reactor.Reactor;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One end of a stream of bytes: TCP as code that never waits sees it. */
final class SimulatedSocket extends SocketChannel implements SimulatedChannel {
  private static final int WINDOW = 64 * 1024;
  private static final int LARGEST_SEGMENT = 1460;
  private static final int ATTEMPTS = 15;
  static final int ATTEMPTS_TO_CONNECT = 7;

  private record Segment(ByteBuffer bytes, boolean last) {}

  private static final Segment END = new Segment(ByteBuffer.allocate(0), true);

  private final SimulatedNetwork network;
  private final SimulatedHost host;
  private final SimulatedOptions options = new SimulatedOptions();
  private @Nullable InetSocketAddress local;
  private @Nullable InetSocketAddress remote;
  private @Nullable SimulatedSocket peer;
  private boolean connecting;
  private boolean connected;
  private @Nullable IOException failure;

  // Sending.
  private long segments;
  private int untaken; // bytes that the other side has not read yet
  private boolean outputShut;

  // Receiving.
  private final TreeMap<Long, Segment> early = new TreeMap<>();
  private long expected;
  private final ReceivedBytes received = new ReceivedBytes();
  private boolean ended;
  private boolean inputShut;

  SimulatedSocket(SimulatedChannels provider, SimulatedHost host) {
    super(provider);
    this.host = host;
    network = host.network();
  }

  /** The server's end of what {@code client} asked for. */
  static SimulatedSocket accepted(
      SimulatedChannels provider,
      SimulatedHost host,
      SimulatedSocket client,
      InetSocketAddress local) {
    var socket = new SimulatedSocket(provider, host);
    socket.local = local;
    socket.remote = client.local;
    socket.peer = client;
    socket.connected = true;
    host.opened(socket);
    return socket;
  }

  SimulatedHost host() {
    return host;
  }

  @Override
  public int readyOps() {
    boolean failed = failure != null;
    int ready = 0;
    if (connecting) {
      return connected || failed ? Reactor.CONNECT | Reactor.WRITE : 0;
    }
    if (failed || inputShut || ended || received.size() > 0) {
      ready |= Reactor.READ;
    }
    if (failed || outputShut || (connected && untaken < WINDOW)) {
      ready |= Reactor.WRITE;
    }
    return ready;
  }

  // ---- connecting --------------------------------------------------------------------------

  @Override
  public SocketChannel bind(@Nullable SocketAddress address) throws IOException {
    checkOpen();
    local = host.bindable(address);
    return this;
  }

  @Override
  public boolean connect(SocketAddress address) throws IOException {
    checkOpen();
    if (connecting) {
      throw new ConnectionPendingException();
    }
    if (connected) {
      throw new AlreadyConnectedException();
    }
    InetSocketAddress target = SimulatedHost.internet(address);
    remote = target;
    SimulatedHost there = network.hostAt(target.getAddress(), host);
    local = host.localFor(local, target.getAddress());
    connecting = true;
    if (there == null) {
      network.after(0, () -> fail(new NoRouteToHostException("No route to host")));
      return false;
    }
    Transmission.reliable(
        network,
        host,
        there,
        ATTEMPTS_TO_CONNECT,
        () -> there.connectionAsked(this, target, 1),
        () -> fail(new ConnectException("Connection timed out")));
    return false;
  }

  boolean isWaitingToConnect() {
    return isOpen() && connecting && !connected && failure == null;
  }

  /** The other side has answered. */
  void established(SimulatedSocket server) {
    if (isWaitingToConnect()) {
      peer = server;
      connected = true;
      host.opened(this);
    } else {
      Transmission.once(network, host, server.host, server::reset);
    }
  }

  /** The attempt has failed, or the connection is lost. */
  void fail(IOException reason) {
    if (isOpen() && failure == null) {
      failure = reason;
      received.clear();
      early.clear();
    }
  }

  @Override
  public boolean finishConnect() throws IOException {
    checkOpen();
    if (connected) {
      connecting = false;
      return true;
    }
    if (!connecting) {
      throw new NoConnectionPendingException();
    }
    IOException failed = failure;
    if (failed != null) {
      close();
      throw failed;
    }
    return false;
  }

  @Override
  public boolean isConnected() {
    return connected && !connecting;
  }

  @Override
  public boolean isConnectionPending() {
    return connecting;
  }

  // ---- sending -----------------------------------------------------------------------------

  @Override
  public int write(ByteBuffer source) throws IOException {
    checkOpen();
    if (!connected) {
      throw new NotYetConnectedException();
    }
    if (outputShut) {
      throw new ClosedChannelException();
    }
    if (failure != null) {
      throw new IOException("Broken pipe", failure);
    }
    int count = Math.min(source.remaining(), WINDOW - untaken);
    for (int left = count; left > 0; ) {
      byte[] bytes = new byte[network.segmentSize(Math.min(left, LARGEST_SEGMENT))];
      source.get(bytes);
      left -= bytes.length;
      send(new Segment(ByteBuffer.wrap(bytes), false));
    }
    untaken += count;
    return count;
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    long written = 0;
    for (int i = offset; i < offset + length; i++) {
      int wanted = sources[i].remaining();
      int count = write(sources[i]);
      written += count;
      if (count < wanted) {
        break;
      }
    }
    return written;
  }

  private void send(Segment segment) {
    SimulatedSocket to = peer();
    long number = segments++;
    Transmission.reliable(
        network,
        host,
        to.host,
        ATTEMPTS,
        () -> to.arrive(number, segment),
        () -> fail(new IOException("Connection timed out")));
  }

  /** The other side has read. */
  private void taken(int count) {
    untaken -= count;
  }

  @Override
  public SocketChannel shutdownOutput() throws IOException {
    checkOpen();
    if (!connected) {
      throw new NotYetConnectedException();
    }
    if (!outputShut) {
      outputShut = true;
      if (failure == null) {
        send(END);
      }
    }
    return this;
  }

  // ---- receiving ---------------------------------------------------------------------------

  private void arrive(long number, Segment segment) {
    if (!isOpen() || failure != null) {
      if (segment.bytes.hasRemaining()) {
        Transmission.once(network, host, peer().host, peer()::reset);
      }
      return;
    }
    early.put(number, segment);
    for (Segment next = early.remove(expected); next != null; next = early.remove(expected)) {
      expected++;
      received.add(next.bytes);
      ended |= next.last;
    }
  }

  /** The other side has ended the connection at once. */
  void reset() {
    fail(new IOException("Connection reset"));
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    checkOpen();
    if (!connected) {
      throw new NotYetConnectedException();
    }
    IOException failed = failure;
    if (failed != null) {
      throw new IOException(failed.getMessage(), failed);
    }
    int count = inputShut ? 0 : received.moveTo(target);
    if (count == 0) {
      return ended || inputShut ? -1 : 0;
    }
    SimulatedSocket from = peer();
    Transmission.reliable(network, host, from.host, ATTEMPTS, () -> from.taken(count), () -> {});
    return count;
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    long read = 0;
    for (int i = offset; i < offset + length; i++) {
      int wanted = targets[i].remaining();
      int count = read(targets[i]);
      if (count < 0) {
        return read == 0 ? -1 : read;
      }
      read += count;
      if (count < wanted) {
        break;
      }
    }
    return read;
  }

  @Override
  public SocketChannel shutdownInput() throws IOException {
    checkOpen();
    inputShut = true;
    return this;
  }

  // ---- ending ------------------------------------------------------------------------------

  @Override
  protected void implCloseSelectableChannel() {
    host.closed(this);
    if (!connected || failure != null) {
      return;
    }
    if (received.size() > 0 || options.lingersNot()) {
      Transmission.once(network, host, peer().host, peer()::reset);
    } else if (!outputShut) {
      outputShut = true;
      send(END);
    }
  }

  /** Ends it at once; the other side sees a reset. */
  void abort() {
    options.set(StandardSocketOptions.SO_LINGER, 0);
    try {
      close();
    } catch (IOException e) {
      throw new AssertionError("a simulated close does not fail", e);
    }
  }

  private SimulatedSocket peer() {
    SimulatedSocket known = peer;
    if (known == null) {
      throw new NotYetConnectedException();
    }
    return known;
  }

  @Override
  protected void implConfigureBlocking(boolean block) {}

  // ---- the rest ----------------------------------------------------------------------------

  @Override
  public @Nullable InetSocketAddress getLocalAddress() throws IOException {
    checkOpen();
    return local;
  }

  @Override
  public @Nullable InetSocketAddress getRemoteAddress() throws IOException {
    checkOpen();
    return connected ? remote : null;
  }

  @Override
  public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    checkOpen();
    options.set(name, value);
    return this;
  }

  @Override
  public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
    checkOpen();
    return options.get(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return Set.of(
        StandardSocketOptions.TCP_NODELAY,
        StandardSocketOptions.SO_KEEPALIVE,
        StandardSocketOptions.SO_LINGER,
        StandardSocketOptions.SO_RCVBUF,
        StandardSocketOptions.SO_REUSEADDR,
        StandardSocketOptions.SO_REUSEPORT,
        StandardSocketOptions.SO_SNDBUF);
  }

  @Override
  public Socket socket() {
    throw new UnsupportedOperationException("a simulated channel has no java.net.Socket");
  }

  @Override
  public String toString() {
    return "simulated " + local + " -> " + remote;
  }
}
