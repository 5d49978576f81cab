package io.greenloop.examples;

import io.greenloop.gevent.Gevent;
import io.greenloop.gevent.GeventSocket;
import io.greenloop.gevent.StreamServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Answers each line with itself, a greenlet for each caller. Try it with {@code nc}. */
public final class GeventEchoServer {
  private GeventEchoServer() {}

  private static void echo(GeventSocket socket) throws IOException {
    for (byte[] data = socket.receive(8192); data.length > 0; data = socket.receive(8192)) {
      socket.sendAll(data);
    }
  }

  /** One on {@code address}, an internet or a Unix address; not started. */
  static StreamServer on(SocketAddress address) {
    return new StreamServer(address, (socket, caller) -> echo(socket));
  }

  /** Serves on a port, 16000 by default. */
  public static void main(String[] args) {
    int port = args.length == 0 ? 16000 : Integer.parseInt(args[0]);
    Gevent.run(
        () -> on(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)).serveForever());
  }
}
