package io.greenloop;

import io.greenloop.internal.loop.LoopCores;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks host names up without holding the loop. */
final class HostNames {
  private HostNames() {}

  /** Parks the current task unless {@code host} is a literal address. */
  static List<InetAddress> resolve(EventLoop loop, String host) throws UnknownHostException {
    InetAddress literal = literal(host);
    if (literal != null) {
      return List.of(literal);
    }
    List<InetAddress> known = LoopCores.of(loop).network().resolve(host);
    if (known != null) {
      return known;
    }
    return loop.runInExecutor(null, () -> List.of(InetAddress.getAllByName(host))).join();
  }

  private static @Nullable InetAddress literal(String host) {
    try {
      return InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
