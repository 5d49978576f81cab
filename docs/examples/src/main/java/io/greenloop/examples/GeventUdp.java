package io.greenloop.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.greenloop.gevent.AsyncResult;
import io.greenloop.gevent.DatagramServer;
import io.greenloop.gevent.Gevent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;

/** A server that answers each packet with the number of its bytes, and its client. */
public final class GeventUdp {
  private GeventUdp() {}

  /** Answers need the server itself, as {@code self.socket} in Python. */
  static final class Counter extends DatagramServer {
    private Counter(InetSocketAddress address, Counter[] itself) {
      super(
          address,
          (data, from) ->
              itself[0].sendTo(("Received " + data.length + " bytes").getBytes(UTF_8), from));
      itself[0] = this;
    }

    static Counter on(InetSocketAddress address) {
      return new Counter(address, new Counter[1]);
    }
  }

  static String ask(SocketAddress server, String message) throws IOException {
    var answer = new AsyncResult<String>();
    try (var socket =
        new DatagramServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            (data, from) -> answer.set(new String(data, UTF_8)))) {
      socket.start();
      socket.sendTo(message.getBytes(UTF_8), server);
      return answer.get(Duration.ofSeconds(10));
    }
  }

  /** Serves on port 9000; with a message, sends that there. */
  public static void main(String[] args) {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9000);
    Gevent.run(
        () -> {
          if (args.length == 0) {
            Counter.on(address).serveForever();
          } else {
            IO.println(ask(address, args[0]));
          }
        });
  }
}
