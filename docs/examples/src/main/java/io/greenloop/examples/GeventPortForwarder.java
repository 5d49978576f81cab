package io.greenloop.examples;

import io.greenloop.gevent.Gevent;
import io.greenloop.gevent.GeventSocket;
import io.greenloop.gevent.Net;
import io.greenloop.gevent.StreamServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.List;

/**
 * Hands connections on to another address; on Ctrl-C, or SIGTERM, it accepts no more and lets those
 * that are open end.
 */
public final class GeventPortForwarder {
  private GeventPortForwarder() {}

  private static void copy(GeventSocket from, GeventSocket to) throws IOException {
    try {
      for (byte[] data = from.receive(8192); data.length > 0; data = from.receive(8192)) {
        to.sendAll(data);
      }
      to.shutdownOutput(); // the other side may still answer
    } catch (AsynchronousCloseException closedByTheOtherDirection) {
      return;
    }
  }

  private static void forward(GeventSocket caller, String host, int port) throws IOException {
    try (GeventSocket target = Net.connect(host, port, Duration.ofSeconds(10))) {
      Gevent.joinAll(
          List.of(
              Gevent.spawn(() -> copy(caller, target)), Gevent.spawn(() -> copy(target, caller))));
    }
  }

  /** One from {@code source} to {@code host} and {@code port}; not started. */
  static StreamServer between(InetSocketAddress source, String host, int port) {
    return new StreamServer(source, (socket, caller) -> forward(socket, host, port));
  }

  /** Arguments: the port here, the host and the port there. */
  public static void main(String[] args) {
    var here = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
    Gevent.run(
        () -> {
          StreamServer server = between(here, args[1], Integer.parseInt(args[2]));
          try (var _ = Gevent.onSignal("TERM", server::close)) {
            server.serveForever();
          }
        });
  }
}
