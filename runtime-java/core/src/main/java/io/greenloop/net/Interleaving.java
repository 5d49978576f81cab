package io.greenloop.net;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;

/** Takes turns between the families of addresses, so that one that leads nowhere holds up less. */
final class Interleaving {
  private Interleaving() {}

  /** {@code addresses} with IPv6 and others in turn, each in its order, the first one first. */
  static List<SocketAddress> ofFamilies(Collection<? extends SocketAddress> addresses) {
    Queue<SocketAddress> turn = new ArrayDeque<>();
    Queue<SocketAddress> next = new ArrayDeque<>();
    boolean firstIsSix = isSix(addresses.iterator().next());
    for (SocketAddress address : addresses) {
      (isSix(address) == firstIsSix ? turn : next).add(address);
    }
    List<SocketAddress> mixed = new ArrayList<>();
    while (!turn.isEmpty() || !next.isEmpty()) {
      if (!turn.isEmpty()) {
        mixed.add(turn.remove());
      }
      Queue<SocketAddress> other = next;
      next = turn;
      turn = other;
    }
    return mixed;
  }

  private static boolean isSix(SocketAddress address) {
    return address instanceof InetSocketAddress internet
        && internet.getAddress() instanceof Inet6Address;
  }
}
