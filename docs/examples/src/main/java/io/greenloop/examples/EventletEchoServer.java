package io.greenloop.examples;

import io.greenloop.eventlet.Eventlet;
import io.greenloop.eventlet.GreenPool;
import io.greenloop.eventlet.GreenSocket;
import io.greenloop.eventlet.IOClosedException;
import io.greenloop.eventlet.Net;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Answers with what it hears; accepts by hand, and serves at most 10,000 at a time. */
public final class EventletEchoServer {
  private EventletEchoServer() {}

  private static void echo(GreenSocket client) throws IOException {
    try (client) {
      for (byte[] data = client.recv(32384); data.length > 0; data = client.recv(32384)) {
        client.writeFully(data);
      }
    }
  }

  /** Serves until {@code listener} is closed. */
  static void serve(GreenSocket listener) throws IOException {
    var pool = new GreenPool(10_000);
    try {
      while (true) {
        GreenSocket client = listener.accept();
        pool.spawnN(() -> echo(client));
      }
    } catch (IOClosedException closed) {
      return;
    }
  }

  /** Serves on a port, 6000 by default. */
  public static void main(String[] args) {
    int port = args.length == 0 ? 6000 : Integer.parseInt(args[0]);
    Eventlet.run(
        () -> serve(Net.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))));
  }
}
