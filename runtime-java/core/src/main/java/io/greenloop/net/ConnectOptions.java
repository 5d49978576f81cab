package io.greenloop.net;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whereto to connect, and how; immutable.
 *
 * <p>If there are several addresses, they are raced (RFC 8305, "happy eyeballs"): the next attempt
 * begins when the one before has failed, or has taken 250 ms; IPv6 and IPv4 alternate. The first
 * that is connected wins, the others are closed.
 */
public final class ConnectOptions {
  /** How long an attempt has before the next one begins beside it: 250 ms. */
  public static final Duration DEFAULT_DELAY = Duration.ofMillis(250);

  private final List<SocketAddress> remotes;
  private final @Nullable Duration delay;
  private final @Nullable InetSocketAddress local;

  private ConnectOptions(
      List<SocketAddress> remotes, @Nullable Duration delay, @Nullable InetSocketAddress local) {
    this.remotes = remotes;
    this.delay = delay;
    this.local = local;
  }

  /** To {@code host}, a name or a literal address; all its addresses are candidates. */
  public static ConnectOptions to(String host, int port) {
    return to(InetSocketAddress.createUnresolved(host, port));
  }

  /**
   * To the first of {@code remotes} that answers.
   *
   * @param remotes at least one; an unresolved one stands for all addresses of its name
   * @throws IllegalArgumentException if there is none
   */
  public static ConnectOptions to(SocketAddress... remotes) {
    if (remotes.length == 0) {
      throw new IllegalArgumentException("connect: name an address to connect to");
    }
    return new ConnectOptions(List.of(remotes), DEFAULT_DELAY, null);
  }

  /**
   * With another delay between attempts (Python: {@code happy_eyeballs_delay}).
   *
   * @param delay not negative; zero: all at once
   */
  public ConnectOptions happyEyeballs(Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("happyEyeballs(" + delay + "): must not be negative");
    }
    return new ConnectOptions(remotes, delay, local);
  }

  /** One address after the other, in the order of the resolver: the next when one has failed. */
  public ConnectOptions oneByOne() {
    return new ConnectOptions(remotes, null, local);
  }

  /**
   * From {@code local} (Python: {@code local_addr}): only addresses of its family are tried.
   *
   * @param local port 0 takes any free one; an unresolved one stands for all addresses of its name,
   *     the wildcard address for the port alone
   */
  public ConnectOptions localAddress(InetSocketAddress local) {
    return new ConnectOptions(remotes, delay, Objects.requireNonNull(local, "local"));
  }

  /** Whereto, as given. */
  public List<SocketAddress> remotes() {
    return remotes;
  }

  /** The delay between attempts; empty: one by one. */
  public Optional<Duration> happyEyeballs() {
    return Optional.ofNullable(delay);
  }

  /** Where from, if it was said. */
  public Optional<InetSocketAddress> localAddress() {
    return Optional.ofNullable(local);
  }

  @Override
  public String toString() {
    return "connect to "
        + AddressTexts.of(remotes)
        + (local == null ? "" : " from " + AddressTexts.of(local));
  }
}
