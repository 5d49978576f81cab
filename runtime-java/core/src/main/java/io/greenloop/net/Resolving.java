package io.greenloop.net;

import io.greenloop.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** From addresses with names to those that a socket takes. */
final class Resolving {
  private Resolving() {}

  /** All that {@code addresses} stand for, in order; parks the task that asks for a name. */
  static List<SocketAddress> all(EventLoop loop, Collection<? extends SocketAddress> addresses)
      throws IOException {
    List<SocketAddress> resolved = new ArrayList<>();
    for (SocketAddress address : addresses) {
      if (address instanceof InetSocketAddress internet) {
        resolved.addAll(all(loop, internet));
      } else {
        resolved.add(address);
      }
    }
    return resolved;
  }

  /** {@link #all(EventLoop, Collection)} of one: itself, unless it is a name. */
  static List<InetSocketAddress> all(EventLoop loop, InetSocketAddress address) throws IOException {
    if (!address.isUnresolved()) {
      return List.of(address);
    }
    return loop.resolve(address.getHostString()).stream()
        .map(each -> new InetSocketAddress(each, address.getPort()))
        .toList();
  }
}
