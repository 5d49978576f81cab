package io.greenloop.net;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a UDP socket is bound and whereto it sends; immutable. Addresses that are not resolved yet
 * are resolved at the opening.
 */
public final class DatagramOptions {
  /** The most that a datagram can carry over IPv4 or IPv6. */
  static final int LARGEST = 65_527;

  private static final int DEFAULT_QUEUE = 256;

  private final @Nullable SocketAddress local;
  private final @Nullable SocketAddress remote;
  private final @Nullable DatagramChannel channel;
  private final boolean broadcast;
  private final boolean reusePort;
  private final int queue;

  private DatagramOptions(
      @Nullable SocketAddress local,
      @Nullable SocketAddress remote,
      @Nullable DatagramChannel channel,
      boolean broadcast,
      boolean reusePort,
      int queue) {
    this.local = local;
    this.remote = remote;
    this.channel = channel;
    this.broadcast = broadcast;
    this.reusePort = reusePort;
    this.queue = queue;
  }

  /**
   * Receives at {@code local}, and may send to anybody.
   *
   * @param local port 0 takes any free one
   */
  public static DatagramOptions bind(SocketAddress local) {
    Objects.requireNonNull(local, "local");
    return new DatagramOptions(local, null, null, false, false, DEFAULT_QUEUE);
  }

  /** Talks to {@code remote} only, from any free port. */
  public static DatagramOptions connect(SocketAddress remote) {
    Objects.requireNonNull(remote, "remote");
    return new DatagramOptions(null, remote, null, false, false, DEFAULT_QUEUE);
  }

  /**
   * Takes a socket over that was made elsewhere (Python: {@code sock}).
   *
   * @param channel bound or connected; no option of an address or of the socket goes with it
   */
  public static DatagramOptions adopt(DatagramChannel channel) {
    Objects.requireNonNull(channel, "channel");
    return new DatagramOptions(null, null, channel, false, false, DEFAULT_QUEUE);
  }

  /** With an end of our own at {@code address}. */
  public DatagramOptions withLocal(SocketAddress address) {
    refuseWithChannel("withLocal");
    return new DatagramOptions(address, remote, channel, broadcast, reusePort, queue);
  }

  /**
   * With leave to send to broadcast addresses. A socket with a remote address sends to that one
   * only, but receives from all: a broadcast is answered by others than it was sent to.
   */
  public DatagramOptions withBroadcast() {
    refuseWithChannel("withBroadcast");
    return new DatagramOptions(local, remote, channel, true, reusePort, queue);
  }

  /** With a port that several sockets share ({@code SO_REUSEPORT}). */
  public DatagramOptions withReusePort() {
    refuseWithChannel("withReusePort");
    return new DatagramOptions(local, remote, channel, broadcast, true, queue);
  }

  /**
   * With room for so many datagrams that have come and that nobody has received yet, for {@link
   * UdpSocket}: 256 unless told otherwise. What comes when it is full is dropped, and counted.
   */
  public DatagramOptions withQueue(int datagrams) {
    if (datagrams <= 0) {
      throw new IllegalArgumentException("withQueue(" + datagrams + "): must be positive");
    }
    return new DatagramOptions(local, remote, channel, broadcast, reusePort, datagrams);
  }

  private void refuseWithChannel(String option) {
    if (channel != null) {
      throw new IllegalArgumentException(
          option + ": " + channel + " is open already; set this on the channel itself");
    }
  }

  @Nullable SocketAddress local() {
    return local;
  }

  @Nullable SocketAddress remote() {
    return remote;
  }

  @Nullable DatagramChannel channel() {
    return channel;
  }

  boolean broadcast() {
    return broadcast;
  }

  boolean reusePort() {
    return reusePort;
  }

  int queue() {
    return queue;
  }

  /** The family of the addresses; null if any will do. */
  static @Nullable StandardProtocolFamily familyOf(@Nullable SocketAddress address) {
    if (!(address instanceof InetSocketAddress internet) || internet.getAddress() == null) {
      return null;
    }
    return internet.getAddress() instanceof Inet4Address
        ? StandardProtocolFamily.INET
        : StandardProtocolFamily.INET6;
  }

  /** Whether an end at {@code local} can talk to {@code remote}, as far as that can be told. */
  static boolean mayGoTogether(@Nullable SocketAddress local, @Nullable SocketAddress remote) {
    StandardProtocolFamily ours = familyOf(local);
    StandardProtocolFamily theirs = familyOf(remote);
    return ours == null || theirs == null || ours == theirs;
  }
}
