package io.greenloop.net;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Objects;

/**
 * Where to listen, and how; immutable.
 *
 * @param addresses at least one; an unresolved one stands for all addresses of its name
 * @param server backlog, shared port, how many connections at a time, TLS
 */
public record ListenOptions(List<SocketAddress> addresses, ServerOptions server) {
  /** Checks that there is an address. */
  public ListenOptions {
    addresses = List.copyOf(addresses);
    Objects.requireNonNull(server, "server");
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("listen: name an address to listen on");
    }
  }

  /**
   * On {@code port} of all interfaces.
   *
   * @param port 0 takes any free one
   */
  public static ListenOptions on(int port) {
    return on(new InetSocketAddress(port));
  }

  /** On {@code port} of each address of {@code host}; of all interfaces if that is empty. */
  public static ListenOptions on(String host, int port) {
    return host.isEmpty() ? on(port) : on(InetSocketAddress.createUnresolved(host, port));
  }

  /** On {@code addresses}. */
  public static ListenOptions on(SocketAddress... addresses) {
    return new ListenOptions(List.of(addresses), ServerOptions.DEFAULT);
  }

  /** With other options. */
  public ListenOptions with(ServerOptions options) {
    return new ListenOptions(addresses, options);
  }
}
