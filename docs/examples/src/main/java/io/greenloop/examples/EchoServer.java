package io.greenloop.examples;

import static java.lang.IO.println;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.greenloop.Aio;
import io.greenloop.InterruptedByUserException;
import io.greenloop.net.Server;
import io.greenloop.net.Stream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Sends back what it is told, line by line, to any number of clients. */
public final class EchoServer {
  private EchoServer() {}

  /** Serves one connection, in a task of its own; the connection is closed when this returns. */
  private static void echo(Stream stream) throws IOException {
    byte[] line = stream.reader().readLine();
    while (line.length > 0) { // empty: the end of the stream; an empty line has its line feed
      stream.writer().write(line);
      line = stream.reader().readLine();
    }
  }

  /** One client: what the server at {@code port} answers to {@code word}. */
  private static String ask(int port, String word) throws IOException {
    try (Stream stream = Aio.openConnection("localhost", port)) {
      stream.writer().write((word + "\n").getBytes(UTF_8));
      return new String(stream.reader().readLine(), UTF_8).stripTrailing();
    }
  }

  static void run() {
    Aio.run(
        () -> {
          var anyPort = new InetSocketAddress("localhost", 0);
          Server server = Aio.startServer(EchoServer::echo, anyPort);
          try {
            int port = ((InetSocketAddress) server.localAddresses().getFirst()).getPort();
            println(ask(port, "hello"));
            println(ask(port, "world"));
          } finally {
            server.shutdown(Duration.ofSeconds(1));
          }
          println("connections left: " + server.connections());
        });
  }

  /** Serves until it is cancelled, which Ctrl-C does to the main task. */
  private static void serve(int port) throws IOException {
    Server server = Aio.startServer(EchoServer::echo, new InetSocketAddress(port));
    println("listening on port " + port);
    try {
      Aio.newPromise().join(); // nobody completes it
    } finally {
      server.shutdown(Duration.ofSeconds(1)); // a second to finish, then the handlers are cancelled
      println("stopped");
    }
  }

  /** With a port it serves there; without one it asks itself. */
  public static void main(String[] args) {
    if (args.length == 0) {
      run();
      return;
    }
    int port = Integer.parseInt(args[0]);
    try {
      Aio.run(() -> serve(port));
    } catch (InterruptedByUserException ctrlC) {
      System.exit(130);
    }
  }
}
