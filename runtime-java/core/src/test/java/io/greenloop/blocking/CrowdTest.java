package io.greenloop.blocking;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.Task;
import io.greenloop.net.Server;
import io.greenloop.net.ServerOptions;
import io.greenloop.net.Stream;
import io.greenloop.net.Streams;
import io.greenloop.testing.FullMode;
import io.greenloop.testing.RealTime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hundreds of tasks of one loop, each in a blocking call of the JDK, and a ticker beside them. */
@Timeout(120)
@RealTime
@FullMode("foreign blocking calls hold the loop in portable mode")
class CrowdTest {
  private static final int CROWD = 300;

  @Test
  void hundredsReadAndAcceptOnPlainSocketsAtOnce() {
    Aio.run(
        () -> {
          var crowd = new Crowd(CROWD);
          try (var listener = new ServerSocket(0, CROWD, InetAddress.getLoopbackAddress())) {
            Task<?> accepting =
                Aio.spawn(
                    () -> {
                      for (int i = 0; i < CROWD; i++) {
                        Socket connection = listener.accept();
                        Aio.spawn(() -> answer(connection, crowd));
                      }
                    });
            crowd.run(i -> ask(listener.getLocalPort(), "client " + i));
            accepting.join();
          }
        });
  }

  private static void answer(Socket connection, Crowd crowd) throws IOException {
    try (connection) {
      String question = line(connection);
      crowd.awaitTicks(); // the other side is blocked until then
      connection.getOutputStream().write((question + "!\n").getBytes(US_ASCII));
    }
  }

  private static void ask(int port, String text) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write((text + "\n").getBytes(US_ASCII));
      assertThat(line(socket)).isEqualTo(text + "!");
    }
  }

  private static String line(Socket socket) throws IOException {
    return new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII)).readLine();
  }

  @Test
  void hundredsWaitInSendOfOneHttpClientAtOnce() {
    Aio.run(
        () -> {
          var crowd = new Crowd(CROWD);
          Server server =
              Streams.startServer(
                  stream -> answer(stream, crowd),
                  ServerOptions.DEFAULT,
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
          int port = ((InetSocketAddress) server.localAddresses().getFirst()).getPort();
          try (HttpClient client = HttpClient.newHttpClient()) {
            crowd.run(
                i -> {
                  var there = URI.create("http://127.0.0.1:" + port + "/" + i);
                  HttpRequest request = HttpRequest.newBuilder(there).build();
                  assertThat(client.send(request, BodyHandlers.ofString()).body())
                      .isEqualTo("GET /" + i + " HTTP/1.1");
                });
          }
          server.close();
          server.awaitClosed();
        });
  }

  private static void answer(Stream stream, Crowd crowd) throws IOException {
    String head = new String(stream.reader().readUntil("\r\n\r\n".getBytes(US_ASCII)), US_ASCII);
    String first = head.lines().findFirst().orElseThrow();
    crowd.awaitTicks();
    String response =
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + first.length() + "\r\n\r\n";
    stream.writer().write((response + first).getBytes(US_ASCII));
  }
}
