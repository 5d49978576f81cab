package io.greenloop.gevent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.eventlet.internal.JavaPrompt;
import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RealTime
class GeventBackdoorTest {
  private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);

  private interface ThrowingBody {
    void run(TestLoop t) throws Exception;
  }

  private static void run(ThrowingBody body) {
    try (var t = TestLoop.real()) {
      t.run(() -> body.run(t));
    }
  }

  /** What comes up to and with the next prompt, or the end. */
  private static String answer(GeventSocket socket) throws IOException {
    var text = new StringBuilder();
    while (!text.toString().endsWith(">>> ")) {
      byte[] some = socket.receive(1024);
      if (some.length == 0) {
        break;
      }
      text.append(new String(some, UTF_8));
    }
    return text.toString();
  }

  /** Kills the sessions, which a stop leaves alone. */
  private static void killOthers() {
    for (var task : EventLoop.current().allTasks()) {
      if (task != Task.currentOrNull() && task.attachment() instanceof Greenlet<?> greenlet) {
        greenlet.kill();
      }
    }
  }

  private static String ask(GeventSocket socket, String line) throws IOException {
    socket.sendAll((line + "\n").getBytes(UTF_8));
    return answer(socket);
  }

  @Test
  @Parity({"GE-1.16.1", "GE-C67"})
  void severalSessionsEachWithItsOwnVariables() {
    run(
        t -> {
          try (var server = new BackdoorServer(ANY, Map.of("answer", 42), "Welcome")) {
            server.start();
            List<GeventSocket> clients =
                List.of(
                    Net.connect("127.0.0.1", server.serverPort()),
                    Net.connect("127.0.0.1", server.serverPort()));
            for (GeventSocket client : clients) {
              assertThat(answer(client)).startsWith("Welcome\nGreenloop backdoor, Java ");
            }
            assertThat(ask(clients.get(0), "int x = answer + 1")).isEqualTo("43\n>>> ");
            assertThat(ask(clients.get(1), "int x = 1")).isEqualTo("1\n>>> ");
            assertThat(ask(clients.get(0), "x")).isEqualTo("43\n>>> ");
            assertThat(ask(clients.get(0), "x / 0")).contains("ArithmeticException");
            for (GeventSocket client : clients) {
              client.close();
            }
          }
        });
  }

  @Test
  @Parity({"GE-1.16.1", "GE-C67"})
  void anEndOfASessionIsNotTheEndOfTheProgram() {
    run(
        t -> {
          try (var server = new BackdoorServer(ANY)) {
            server.start();
            for (String end : List.of("quit()", "exit", "System.exit(0);")) {
              try (var client = Net.connect("127.0.0.1", server.serverPort())) {
                assertThat(answer(client)).startsWith("Greenloop backdoor");
                assertThat(ask(client, end)).isEmpty();
              }
            }
          }
        });
  }

  @Test
  @Parity({"GE-1.16.1", "GE-C67"})
  void aSnippetMayWaitAndSwitchAndFailMeanwhile() {
    run(
        t -> {
          var queue = new Queue<String>();
          try (var server = new BackdoorServer(ANY, Map.of("loop", Gevent.hub().loop()), null)) {
            server.start();
            try (var client = Net.connect("127.0.0.1", server.serverPort())) {
              answer(client);
              assertThat(
                      ask(
                          client,
                          "try { throw new RuntimeException(\"a\"); } catch (RuntimeException e) {"
                              + " io.greenloop.gevent.Gevent.sleep(); }"))
                  .isEqualTo(">>> ");
              assertThat(ask(client, "throw new RuntimeException(\"b\");"))
                  .isEqualTo("java.lang.RuntimeException: b\n>>> ");
              Gevent.spawn(() -> queue.put("the loop runs"));
              assertThat(queue.get()).isEqualTo("the loop runs");
              assertThat(ask(client, "loop.now() != null")).isEqualTo("true\n>>> ");
            }
          }
        });
  }

  @Test
  @Parity("GE-1.16.1")
  void onlyThisMachineMayComeIn(@TempDir Path folder) {
    run(
        t -> {
          assertThatThrownBy(() -> new BackdoorServer(new InetSocketAddress(0)))
              .isExactlyInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("would be open to others; listen on loopback");
          var address = UnixDomainSocketAddress.of(folder.resolve("s"));
          try (var server = new BackdoorServer(address)) {
            server.start();
            try (var client = new GeventSocket(SocketChannel.open(address))) {
              assertThat(answer(client)).startsWith("Greenloop backdoor");
            }
          }
        });
  }

  @Test
  void aSnippetThatDoesNotEndIsStoppedWithItsSession() {
    run(
        t -> {
          var begun = new AtomicBoolean();
          var server = new BackdoorServer(ANY, Map.of("begun", begun), null);
          server.start();
          try (var client = Net.connect("127.0.0.1", server.serverPort())) {
            answer(client);
            client.sendAll("begun.set(true); while (true) { }\n".getBytes(UTF_8));
            while (!begun.get()) {
              Gevent.sleep(Duration.ofMillis(5));
            }
            server.stop(Duration.ZERO);
            killOthers();
          }
          assertThat(Timeout.silent(Duration.ofSeconds(20), Gevent.hub().threadPool()::join))
              .as("the snippet has ended")
              .isTrue();
        });
  }

  @Test
  void aSessionThatIsKilledWhileItIsMadeLeavesNothing() {
    run(
        t -> {
          var field = JavaPrompt.class.getDeclaredField("SESSIONS");
          field.setAccessible(true);
          var sessions = (Map<?, ?>) field.get(null);
          int before = sessions.size();
          ThreadPool threads = Gevent.hub().threadPool();
          threads.setMaxSize(1);
          var gate = new CountDownLatch(1);
          threads.spawn(
              () -> {
                gate.await();
                return null;
              });
          var server = new BackdoorServer(ANY);
          server.start();
          try (var client = Net.connect("127.0.0.1", server.serverPort())) {
            assertThat(client.isClosed()).isFalse();
            while (threads.outstanding() < 2) {
              Gevent.sleep(Duration.ofMillis(5));
            }
            server.stop(Duration.ZERO);
            killOthers();
          }
          gate.countDown();
          threads.join();
          assertThat(sessions).hasSize(before);
        });
  }

  @Test
  void anAddressThatIsNotResolvedIsRefused() {
    run(
        t ->
            assertThatThrownBy(
                    () -> new BackdoorServer(InetSocketAddress.createUnresolved("localhost", 0)))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not resolved"));
  }
}
