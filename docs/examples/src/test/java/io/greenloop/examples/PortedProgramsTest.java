package io.greenloop.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.greenloop.eventlet.Eventlet;
import io.greenloop.eventlet.GreenSocket;
import io.greenloop.eventlet.Net;
import io.greenloop.gevent.Gevent;
import io.greenloop.gevent.StreamServer;
import io.greenloop.testing.TestLoop;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The sample programs of gevent and eventlet, each asked by a client on a thread of its own. */
@Timeout(60)
class PortedProgramsTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private interface ThrowingBody {
    void run() throws Exception;
  }

  private static void run(ThrowingBody body) {
    try (TestLoop t = TestLoop.real()) {
      t.run(body::run);
      t.errors();
    }
  }

  /** A client that knows nothing of the loop. */
  private static final class Client implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader reader;

    Client(int port) throws Exception {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(20_000);
      reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    }

    void say(String line) throws Exception {
      socket.getOutputStream().write((line + "\n").getBytes(UTF_8));
    }

    String hear() throws Exception {
      return String.valueOf(reader.readLine());
    }

    String ask(String line) throws Exception {
      say(line);
      return hear();
    }

    void end() throws Exception {
      socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /** Runs {@code client} on a thread, beside the loop. */
  private static <T> T onThread(Callable<T> client) {
    return Gevent.hub().threadPool().apply(client);
  }

  private static String echoed(int port) throws Exception {
    try (Client one = new Client(port);
        Client two = new Client(port)) {
      String answers = one.ask("first") + " " + two.ask("second") + " " + one.ask("third");
      one.end();
      return answers + " " + one.hear();
    }
  }

  // ---- gevent --------------------------------------------------------------------------------

  @Test
  void geventEchoServer() {
    run(
        () -> {
          try (StreamServer server = GeventEchoServer.on(ANY)) {
            server.start();
            assertThat(onThread(() -> echoed(server.serverPort())))
                .isEqualTo("first second third null");
          }
        });
  }

  @Test
  void geventPortForwarder() {
    run(
        () -> {
          try (StreamServer target = GeventEchoServer.on(ANY)) {
            target.start();
            try (StreamServer server =
                GeventPortForwarder.between(ANY, "127.0.0.1", target.serverPort())) {
              server.start();
              assertThat(onThread(() -> echoed(server.serverPort())))
                  .isEqualTo("first second third null");
            }
          }
        });
  }

  @Test
  void geventUnixSocket(@TempDir Path folder) {
    run(
        () -> {
          Path path = folder.resolve("socket");
          try (StreamServer server = GeventUnixSocket.serverAt(path)) {
            server.start();
            assertThat(GeventUnixSocket.ask(path)).isEqualTo("hello from the other side\n");
          }
        });
  }

  @Test
  void geventUdp() {
    run(
        () -> {
          try (var server = GeventUdp.Counter.on(ANY)) {
            server.start();
            assertThat(GeventUdp.ask(server.address(), "hello")).isEqualTo("Received 5 bytes");
          }
        });
  }

  @Test
  void geventProcesses() {
    var lines = new ArrayList<String>();
    run(() -> GeventProcesses.run(lines::add));
    assertThat(lines).endsWith("first", "second 3", "apple fig pear").startsWith("tick");
  }

  @Test
  void geventThreads() {
    var lines = new ArrayList<String>();
    run(() -> GeventThreads.run(lines::add));
    assertThat(lines)
        .containsExactly("the loop runs, 4 jobs under way", "all done, 0 jobs under way");
  }

  // ---- eventlet ------------------------------------------------------------------------------

  @Test
  void eventletEchoServer() {
    run(
        () -> {
          GreenSocket listener = Net.listen(ANY);
          var server = Eventlet.spawn(() -> EventletEchoServer.serve(listener));
          assertThat(onThread(() -> echoed(listener.port()))).isEqualTo("first second third null");
          listener.close();
          server.await();
        });
  }

  @Test
  void eventletForwarder() {
    run(
        () -> {
          GreenSocket target = Net.listen(ANY);
          GreenSocket listener = Net.listen(ANY);
          var echo = Eventlet.spawn(() -> EventletEchoServer.serve(target));
          var server =
              Eventlet.spawn(() -> EventletForwarder.forward(listener, target.localAddress()));
          assertThat(
                  onThread(
                      () -> {
                        try (Client client = new Client(listener.port())) {
                          return client.ask("one") + " " + client.ask("two");
                        }
                      }))
              .isEqualTo("one two");
          listener.close();
          target.close();
          server.await();
          echo.await();
        });
  }

  @Test
  void eventletChatServer() {
    run(
        () -> {
          GreenSocket listener = Net.listen(ANY);
          var server = Eventlet.spawn(() -> new EventletChatServer().serve(listener));
          assertThat(
                  onThread(
                      () -> {
                        try (Client ann = new Client(listener.port());
                            Client bob = new Client(listener.port());
                            Client cid = new Client(listener.port())) {
                          String welcome = ann.hear() + bob.hear() + cid.hear();
                          ann.say("hello");
                          return welcome
                              + " "
                              + bob.hear()
                              + " "
                              + cid.ask("bye")
                              + " "
                              + bob.hear();
                        }
                      }))
              .isEqualTo("welcomewelcomewelcome hello hello bye");
          server.kill();
          listener.close();
        });
  }

  @Test
  void eventletCrawlers() throws Exception {
    Map<String, String> pages =
        Map.of(
            "/", "<a href=\"/a\"> <a href=\"/b\"> <a href=\"http://elsewhere.invalid/\">",
            "/a", "<a href=\"/c\"> <a href=\"/\">",
            "/b", "<a href=\"/c\"> <a href=\"/none\">",
            "/c", "no links");
    HttpServer site = HttpServer.create(ANY, 0);
    site.createContext(
        "/",
        exchange -> {
          String page = pages.get(exchange.getRequestURI().getPath());
          byte[] body = (page == null ? "none" : page).getBytes(UTF_8);
          exchange.sendResponseHeaders(page == null ? 404 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    site.start();
    try {
      URI start = URI.create("http://127.0.0.1:" + site.getAddress().getPort() + "/");
      List<URI> all = List.of("/", "/a", "/b", "/c", "/none").stream().map(start::resolve).toList();
      run(
          () -> {
            var crawlers = new EventletCrawlers();
            assertThat(crawlers.recursive(start)).containsExactlyInAnyOrderElementsOf(all);
            assertThat(crawlers.producerConsumer(start)).containsExactlyInAnyOrderElementsOf(all);
          });
    } finally {
      site.stop(0);
    }
  }
}
