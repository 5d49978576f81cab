package io.greenloop.testing.network;

import io.greenloop.reactor.Reactor;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.NotYetConnectedException;
import java.util.ArrayDeque;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** UDP: packets that arrive late, out of order, or never. */
final class SimulatedDatagrams extends DatagramChannel implements SimulatedChannel {
  private static final int MOST_WAITING = 256;

  private record Packet(InetSocketAddress from, ByteBuffer bytes) {}

  private final SimulatedNetwork network;
  private final SimulatedHost host;
  private final SimulatedOptions options = new SimulatedOptions();
  private final ArrayDeque<Packet> received = new ArrayDeque<>();
  private @Nullable InetSocketAddress local;
  private @Nullable InetSocketAddress remote;

  SimulatedDatagrams(SimulatedChannels provider, SimulatedHost host) {
    super(provider);
    this.host = host;
    network = host.network();
  }

  @Override
  public int readyOps() {
    return received.isEmpty() ? Reactor.WRITE : Reactor.READ | Reactor.WRITE;
  }

  @Override
  public DatagramChannel bind(@Nullable SocketAddress address) throws IOException {
    checkOpen();
    bound(host.bindable(address));
    return this;
  }

  private InetSocketAddress bound(@Nullable InetSocketAddress wanted) throws IOException {
    InetSocketAddress known = local;
    if (known == null) {
      known = wanted == null ? host.bindable(null) : wanted;
      host.receive(known.getPort(), this);
      local = known;
    }
    return known;
  }

  @Override
  public DatagramChannel connect(SocketAddress address) throws IOException {
    checkOpen();
    if (remote != null) {
      throw new AlreadyConnectedException();
    }
    bound(null);
    remote = SimulatedHost.internet(address);
    return this;
  }

  @Override
  public DatagramChannel disconnect() {
    remote = null;
    return this;
  }

  @Override
  public boolean isConnected() {
    return remote != null;
  }

  // ---- sending -----------------------------------------------------------------------------

  @Override
  public int send(ByteBuffer source, SocketAddress target) throws IOException {
    checkOpen();
    InetSocketAddress to = SimulatedHost.internet(target);
    if (remote != null && !remote.equals(to)) {
      throw new AlreadyConnectedException();
    }
    byte[] bytes = new byte[source.remaining()];
    source.get(bytes);
    InetSocketAddress from = host.localFor(bound(null), to.getAddress());
    SimulatedHost there = network.hostAt(to.getAddress(), host);
    if (there != null) {
      Transmission.once(
          network, host, there, () -> there.datagram(to.getPort(), d -> d.arrive(from, bytes)));
    }
    return bytes.length;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return send(source, connectedTo());
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    int size = 0;
    for (int i = offset; i < offset + length; i++) {
      size += sources[i].remaining();
    }
    ByteBuffer whole = ByteBuffer.allocate(size);
    for (int i = offset; i < offset + length; i++) {
      whole.put(sources[i]);
    }
    return write(whole.flip());
  }

  // ---- receiving ---------------------------------------------------------------------------

  private void arrive(InetSocketAddress from, byte[] bytes) {
    boolean wanted = remote == null || remote.equals(from);
    if (isOpen() && wanted && received.size() < MOST_WAITING) {
      received.add(new Packet(from, ByteBuffer.wrap(bytes)));
    }
  }

  @Override
  public @Nullable SocketAddress receive(ByteBuffer target) throws IOException {
    checkOpen();
    Packet packet = received.poll();
    if (packet == null) {
      return null;
    }
    target.put(packet.bytes.limit(Math.min(packet.bytes.limit(), target.remaining())));
    return packet.from;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    connectedTo();
    int before = target.position();
    receive(target);
    return target.position() - before;
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    connectedTo();
    Packet packet = received.poll();
    ByteBuffer bytes = packet == null ? ByteBuffer.allocate(0) : packet.bytes;
    long read = 0;
    for (int i = offset; i < offset + length && bytes.hasRemaining(); i++) {
      int count = Math.min(bytes.remaining(), targets[i].remaining());
      targets[i].put(bytes.slice().limit(count));
      bytes.position(bytes.position() + count);
      read += count;
    }
    return read;
  }

  private InetSocketAddress connectedTo() throws IOException {
    checkOpen();
    InetSocketAddress known = remote;
    if (known == null) {
      throw new NotYetConnectedException();
    }
    return known;
  }

  // ---- the rest ----------------------------------------------------------------------------

  @Override
  protected void implCloseSelectableChannel() {
    InetSocketAddress known = local;
    if (known != null) {
      host.receivesNoMore(known.getPort());
    }
    received.clear();
  }

  @Override
  protected void implConfigureBlocking(boolean block) {}

  @Override
  public @Nullable InetSocketAddress getLocalAddress() throws IOException {
    checkOpen();
    return local;
  }

  @Override
  public @Nullable InetSocketAddress getRemoteAddress() throws IOException {
    checkOpen();
    return remote;
  }

  @Override
  public <T> DatagramChannel setOption(SocketOption<T> name, T value) throws IOException {
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
        StandardSocketOptions.SO_BROADCAST,
        StandardSocketOptions.SO_RCVBUF,
        StandardSocketOptions.SO_REUSEADDR,
        StandardSocketOptions.SO_REUSEPORT,
        StandardSocketOptions.SO_SNDBUF);
  }

  @Override
  public MembershipKey join(InetAddress group, NetworkInterface by) {
    throw new UnsupportedOperationException("the simulated network has no multicast");
  }

  @Override
  public MembershipKey join(InetAddress group, NetworkInterface by, InetAddress source) {
    return join(group, by);
  }

  @Override
  public DatagramSocket socket() {
    throw new UnsupportedOperationException("a simulated channel has no java.net.DatagramSocket");
  }

  @Override
  public String toString() {
    return "simulated datagrams of " + local;
  }
}
