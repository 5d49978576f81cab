package io.greenloop.net;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Addresses in errors and names: {@code 127.0.0.1:80}, {@code [::1]:80}, {@code example.org:80}.
 */
final class AddressTexts {
  private AddressTexts() {}

  static String of(SocketAddress address) {
    if (!(address instanceof InetSocketAddress internet)) {
      return address.toString();
    }
    if (internet.isUnresolved()) {
      return internet.getHostString() + ":" + internet.getPort();
    }
    String literal = internet.getAddress().getHostAddress();
    return (internet.getAddress() instanceof Inet6Address ? "[" + literal + "]" : literal)
        + ":"
        + internet.getPort();
  }

  static String of(Collection<? extends SocketAddress> addresses) {
    return addresses.stream().map(AddressTexts::of).collect(Collectors.joining(", "));
  }
}
