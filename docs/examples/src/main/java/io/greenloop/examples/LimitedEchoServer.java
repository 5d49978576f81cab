package io.greenloop.examples;

import static io.greenloop.Aio.timeout;
import static java.lang.IO.println;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.greenloop.Aio;
import io.greenloop.AsyncTimeoutException;
import io.greenloop.net.LimitOverrunException;
import io.greenloop.net.Server;
import io.greenloop.net.ServerOptions;
import io.greenloop.net.Stream;
import io.greenloop.net.Streams;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;

/** An echo server that limits its clients: their number, the length of a line, their silence. */
public final class LimitedEchoServer {
  private LimitedEchoServer() {}

  private static Server start(SocketAddress address, Duration patience) throws IOException {
    var options = ServerOptions.DEFAULT.withMaxConnections(100).withLimit(1024);
    return Streams.startServer(stream -> echo(stream, patience), options, address);
  }

  private static void echo(Stream stream, Duration patience) throws IOException {
    try {
      byte[] line = timeout(patience, () -> stream.reader().readLine());
      while (line.length > 0) {
        stream.writer().write(line);
        line = timeout(patience, () -> stream.reader().readLine());
      }
    } catch (LimitOverrunException tooLong) {
      stream.writer().write("a line has at most 1024 bytes\n".getBytes(UTF_8));
    } catch (AsyncTimeoutException silent) {
      stream.writer().write("nothing to say?\n".getBytes(UTF_8));
    }
  }

  private static String answer(int port, String words) throws IOException {
    try (Stream stream = Aio.openConnection("localhost", port)) {
      stream.writer().write(words.getBytes(UTF_8));
      return new String(stream.reader().readLine(), UTF_8).stripTrailing();
    }
  }

  static void run() {
    Aio.run(
        () -> {
          var anyPort = new InetSocketAddress("localhost", 0);
          Server server = start(anyPort, Duration.ofMillis(50));
          try {
            int port = ((InetSocketAddress) server.localAddresses().getFirst()).getPort();
            println(answer(port, "hello\n"));
            println(answer(port, "x".repeat(2000)));
            println(answer(port, ""));
          } finally {
            server.shutdown(Duration.ofSeconds(1));
          }
        });
  }

  /** Runs it with three clients. */
  public static void main(String[] args) {
    run();
  }
}
