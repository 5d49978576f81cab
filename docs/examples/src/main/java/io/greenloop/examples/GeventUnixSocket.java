package io.greenloop.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.greenloop.gevent.Gevent;
import io.greenloop.gevent.GeventSocket;
import io.greenloop.gevent.StreamServer;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** A server on a Unix socket, which greets and hangs up, and its client. */
public final class GeventUnixSocket {
  private GeventUnixSocket() {}

  static StreamServer serverAt(Path path) throws IOException {
    Files.deleteIfExists(path); // left by one that was killed
    return new StreamServer(
        UnixDomainSocketAddress.of(path),
        (socket, caller) -> socket.sendAll("hello from the other side\n".getBytes(UTF_8)));
  }

  static String ask(Path path) throws IOException {
    var answer = new StringBuilder();
    try (var socket = new GeventSocket(SocketChannel.open(UnixDomainSocketAddress.of(path)))) {
      for (byte[] data = socket.receive(1024); data.length > 0; data = socket.receive(1024)) {
        answer.append(new String(data, UTF_8));
      }
    }
    return answer.toString();
  }

  /** Arguments: {@code server} or {@code client}, and the socket's path. */
  public static void main(String[] args) {
    Path path = Path.of(args[1]);
    Gevent.run(
        () -> {
          if (args[0].equals("server")) {
            serverAt(path).serveForever();
          } else {
            IO.print(ask(path));
          }
        });
  }
}
