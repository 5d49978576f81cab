package io.greenloop.gevent;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Looks names up while other greenlets run (Python: {@code hub.resolver}). It has threads of its
 * own: full thread pools do not hold it up.
 *
 * <p><b>Room:</b> a greenlet.
 */
public final class Resolver {
  private final Hub hub;

  Resolver(Hub hub) {
    this.hub = hub;
  }

  /**
   * All addresses of {@code host}, in the system's order (Python: {@code getaddrinfo}).
   *
   * @throws UnknownHostException if it has none
   */
  public List<InetAddress> addresses(String host) throws UnknownHostException {
    hub.checkMayWait("Resolver.addresses");
    return Hub.waiting(() -> hub.eventLoop().resolve(host));
  }

  /** The first address of {@code host} (Python: {@code gethostbyname}). */
  public InetAddress address(String host) throws UnknownHostException {
    return addresses(host).getFirst();
  }

  /** The name of {@code address} (Python: {@code gethostbyaddr}); its text if it has none. */
  public String nameOf(InetAddress address) {
    hub.checkMayWait("Resolver.nameOf");
    return Hub.waiting(() -> hub.eventLoop().runInExecutor(null, address::getHostName).join());
  }

  /** The full name of {@code host} (Python: {@code getfqdn}). */
  public String fullName(String host) throws UnknownHostException {
    InetAddress address = address(host);
    return Hub.waiting(
        () -> hub.eventLoop().runInExecutor(null, address::getCanonicalHostName).join());
  }
}
