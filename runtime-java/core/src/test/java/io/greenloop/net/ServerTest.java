package io.greenloop.net;

import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.yieldNow;
import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Conversation.text;
import static io.greenloop.net.Loopback.anyPort;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServerTest {
  private final List<String> trail = new ArrayList<>();

  private static <T> Task<T> spawn(String name, Callable<T> body) {
    return Aio.spawn(TaskOptions.named(name), body);
  }

  private static Stream connect(Server server) throws Exception {
    var address = (InetSocketAddress) server.localAddresses().getFirst();
    return Aio.openConnection("127.0.0.1", address.getPort());
  }

  private static Stream connect(int port) throws Exception {
    return Aio.openConnection("127.0.0.1", port);
  }

  private static int port(Server server) {
    return ((InetSocketAddress) server.localAddresses().getFirst()).getPort();
  }

  private static void echo(Stream stream) throws Exception {
    for (byte[] line = stream.reader().readLine();
        line.length > 0;
        line = stream.reader().readLine()) {
      stream.writer().write(line);
    }
  }

  /** Its handler is over, and what it wrote is not read yet: the server waits for that. */
  @Test
  void whatAHandlerWroteIsSentBeforeTheServerIsOver(TestLoop t) {
    byte[] much = new byte[8 << 20];
    t.run(
        () -> {
          Server server =
              Aio.startServer(stream -> stream.writer().tryWrite(ByteBuffer.wrap(much)), anyPort());
          Stream client = connect(server);
          client.reader().readExactly(1);
          server.close();
          Task<?> closed = spawn("closing", () -> server.awaitClosed(ofSeconds(100)));
          sleep(ofMillis(1));
          assertThat(server.connections()).isEqualTo(1);
          assertThat(client.reader().readAll()).hasSize(much.length - 1);
          assertThat(closed.join()).isEqualTo(true);
          client.close();
        });
  }

  @Test
  void aSocketThatNobodyCallsTakesNoPlaceFromAnother(TestLoop t) {
    t.run(
        () -> {
          Server server =
              Streams.startServer(
                  ServerTest::echo,
                  ServerOptions.DEFAULT.withMaxConnections(1),
                  anyPort(),
                  new InetSocketAddress("127.0.0.2", 0));
          sleep(ofMillis(1));
          for (SocketAddress each : server.localAddresses().reversed()) {
            var place = (InetSocketAddress) each;
            try (Stream client =
                Aio.openConnection(place.getAddress().getHostAddress(), place.getPort())) {
              client.writer().write(bytes("here\n"));
              assertThat(text(client.reader().readLine())).isEqualTo("here\n");
            }
          }
          server.close();
        });
  }

  /** The operating system has the port back no later than with the next turn. */
  @Test
  void aPortIsFreeAsSoonAsItsServerIsClosed(TestLoop t) {
    t.run(
        () -> {
          InetSocketAddress place = anyPort();
          for (int i = 0; i < 5; i++) {
            Server server = Aio.startServer(stream -> {}, place);
            place = (InetSocketAddress) server.localAddresses().getFirst();
            sleep(ofMillis(1)); // so that the engine knows its socket
            server.close();
          }
        });
  }

  @Test
  void aRunThatEndsLetsThePortsGo() throws Exception {
    try (EventLoop loop = EventLoop.create()) {
      Task<SocketAddress> closing =
          loop.spawn(
              () -> {
                Server server = Aio.startServer(stream -> {}, anyPort());
                sleep(ofMillis(1));
                SocketAddress place = server.localAddresses().getFirst();
                server.close();
                loop.stop();
                return place;
              });
      loop.runForever();

      assertThatThrownBy(() -> SocketChannel.open(closing.getNow()))
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  @Parity({"STR-1", "STR-2", "AC-streams.6", "AC-server.1"})
  void eachConnectionHasATaskOfItsOwn() {
    Aio.run(
        () -> {
          Server server = Aio.startServer(ServerTest::echo, Loopback.anyPort());
          assertThat(server.isServing()).isTrue();
          Stream first = connect(server);
          Stream second = connect(server);
          second.writer().write(bytes("two\n"));
          assertThat(text(second.reader().readLine())).isEqualTo("two\n");
          first.writer().write(bytes("one\n"));
          assertThat(text(first.reader().readLine())).isEqualTo("one\n");
          assertThat(server.connections()).isEqualTo(2);

          first.close();
          second.close();
          server.close();
          server.awaitClosed();
          assertThat(server.connections()).isZero();
        });
  }

  @Test
  @Parity({"STR-2", "AC-streams.6"})
  void aHandlerThatFailsIsReportedAndItsConnectionClosed() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            Server server =
                Aio.startServer(
                    stream -> {
                      throw new IllegalStateException("boom");
                    },
                    Loopback.anyPort());
            Stream client = connect(server);

            assertThat(client.reader().readAll()).isEmpty();
            server.close();
            server.awaitClosed();
            client.close();
          });
      assertThat(t.errorMessages()).singleElement().asString().contains("the handler of tcp ");
    }
  }

  @Test
  @Parity({"STR-2", "AC-streams.6"})
  void aHandlerThatIsCancelledIsNotReported() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            Server server =
                Aio.startServer(
                    stream -> {
                      Aio.currentTask().orElseThrow().cancel();
                      newPromise().join();
                    },
                    Loopback.anyPort());
            Stream client = connect(server);

            assertThat(client.reader().readAll()).isEmpty();
            server.close();
            server.awaitClosed();
            client.close();
          });
      assertThat(t.errors()).isEmpty();
    }
  }

  @Test
  @Parity({"SRV-3", "SRV-5"})
  void closeStopsListeningAndLeavesTheConnectionsAlone() {
    Aio.run(
        () -> {
          Server server = Aio.startServer(ServerTest::echo, Loopback.anyPort());
          int port = port(server);
          Stream client = connect(server);
          client.writer().write(bytes("a\n"));
          client.reader().readLine();

          server.close();
          server.close();

          assertThat(server.isServing()).isFalse();
          assertThat(server.localAddresses()).isEmpty();
          assertThatThrownBy(() -> connect(port)).isInstanceOf(IOException.class);
          client.writer().write(bytes("b\n"));
          assertThat(text(client.reader().readLine())).isEqualTo("b\n");
          assertThatThrownBy(server::start)
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage("start on " + server + ": it is closed");
          client.close();
          server.awaitClosed();
        });
  }

  @Test
  @Parity({"SRV-6", "AC-server.2"})
  void awaitClosedWaitsForTheCloseAndForTheLastConnectionInEitherOrder() {
    Aio.run(
        () -> {
          for (boolean clientFirst : new boolean[] {true, false}) {
            Server server = Aio.startServer(ServerTest::echo, Loopback.anyPort());
            Stream client = connect(server);
            client.writer().write(bytes("a\n"));
            client.reader().readLine();
            Task<Integer> waiting =
                spawn(
                    "waiting",
                    () -> {
                      server.awaitClosed();
                      return 1;
                    });
            Runnable closeClient = client::close;
            Runnable closeServer = server::close;
            (clientFirst ? closeClient : closeServer).run();
            for (int i = 0; i < 20; i++) {
              yieldNow();
            }
            assertThat(waiting.isDone()).isFalse();
            (clientFirst ? closeServer : closeClient).run();
            assertThat(waiting.join()).isEqualTo(1);
            server.awaitClosed(); // at once
          }
        });
  }

  @Test
  @Parity({"SRV-4", "AC-server.1"})
  void serveForeverEndsWithACancelAndClosesTheServer() {
    Aio.run(
        () -> {
          Server server = Aio.startServer(ServerTest::echo, Loopback.anyPort());
          Task<Integer> serving =
              spawn(
                  "serving",
                  () -> {
                    server.serveForever();
                    return 1;
                  });
          yieldNow();
          assertThatThrownBy(server::serveForever)
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage("serveForever on " + server + ": task 'serving' is here already");

          serving.cancel();

          assertThatThrownBy(serving::join).isInstanceOf(CancelledError.class);
          assertThat(server.isServing()).isFalse();
          assertThatThrownBy(server::serveForever)
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage("serveForever on " + server + ": it is closed");
        });
  }

  @Test
  @Parity({"SRV-4"})
  void closeFromElsewhereEndsServeForever() {
    Aio.run(
        () -> {
          Server server = Aio.startServer(ServerTest::echo, Loopback.anyPort());
          Task<Integer> serving =
              spawn(
                  "serving",
                  () -> {
                    server.serveForever();
                    return 1;
                  });
          yieldNow();
          server.close();
          assertThatThrownBy(serving::join).isInstanceOf(CancelledError.class);
        });
  }

  @Test
  @Parity({"SRV-7", "AC-server.3"})
  void clientsAreClosedBehindWhatWasWrittenOrAbortedAtOnce() {
    Aio.run(
        () -> {
          Server server =
              Aio.startServer(
                  stream -> {
                    stream.writer().write(bytes("bye"));
                    newPromise().join();
                  },
                  Loopback.anyPort());
          Stream client = connect(server);
          assertThat(text(client.reader().readExactly(1))).isEqualTo("b");
          server.close();
          server.closeClients();
          assertThat(text(client.reader().readAll())).isEqualTo("ye");
          client.close();

          Server other =
              Aio.startServer(
                  stream -> stream.writer().write(new byte[8 << 20]), Loopback.anyPort());
          Stream slow = connect(other);
          slow.reader().readExactly(1);
          other.close();
          other.abortClients();
          other.awaitClosed();
          assertThatThrownBy(() -> slow.reader().readAll())
              .isInstanceOf(ConnectionResetException.class);
          slow.close();
        });
  }

  @Test
  @Parity({"SRV-8"})
  void shutdownLetsHandlersFinishThenCancelsThem() {
    Aio.run(
        () -> {
          Server server =
              Aio.startServer(
                  stream -> {
                    byte[] what = stream.reader().readExactly(1);
                    try {
                      sleep(what[0] == 'q' ? ofMillis(5) : ofSeconds(50));
                      trail.add("finished");
                    } catch (CancelledError e) {
                      trail.add("cancelled");
                      throw e;
                    }
                  },
                  Loopback.anyPort());
          Stream quick = connect(server);
          quick.writer().write(bytes("q"));
          Stream slow = connect(server);
          slow.writer().write(bytes("s"));
          while (server.connections() < 2) {
            yieldNow();
          }

          server.shutdown(ofMillis(200));

          assertThat(trail).containsExactly("finished", "cancelled");
          assertThat(slow.reader().readAll()).isEmpty();
          quick.close();
          slow.close();
        });
  }

  @Test
  @Parity({"SRV-8"})
  void shutdownEndsAlsoAHandlerThatDoesNotListen() {
    Aio.run(
        () -> {
          Server server =
              Aio.startServer(
                  stream -> {
                    while (true) {
                      try {
                        stream.reader().read(1);
                      } catch (CancelledError e) {
                        trail.add("swallowed");
                      }
                    }
                  },
                  Loopback.anyPort());
          Stream client = connect(server);
          while (server.connections() < 1) {
            yieldNow();
          }
          yieldNow();

          server.shutdown(ofMillis(10));

          assertThat(trail).containsExactly("swallowed");
          client.close();
        });
  }

  @Test
  @Parity({"SRV-1"})
  void aPortThatIsTakenIsAnErrorAndNothingIsLeftListening() {
    Aio.run(
        () -> {
          Server server = Aio.startServer(ServerTest::echo, Loopback.anyPort());
          var taken = (InetSocketAddress) server.localAddresses().getFirst();
          assertThatThrownBy(() -> Aio.startServer(ServerTest::echo, Loopback.anyPort(), taken))
              .isInstanceOf(BindException.class);
          server.close();
        });
  }

  @Test
  void oneMoreConnectionThanAllowedWaitsForItsTurn() {
    Aio.run(
        () -> {
          Server server =
              Streams.startServer(
                  ServerTest::echo,
                  ServerOptions.DEFAULT.withMaxConnections(1),
                  Loopback.anyPort());
          Stream first = connect(server);
          first.writer().write(bytes("one\n"));
          first.reader().readLine();
          Stream second = connect(server);
          second.writer().write(bytes("two\n"));
          Task<byte[]> answer = spawn("answer", () -> second.reader().readLine());
          for (int i = 0; i < 50; i++) {
            yieldNow();
          }
          assertThat(answer.isDone()).isFalse();
          assertThat(server.connections()).isEqualTo(1);

          first.close();

          assertThat(text(answer.join())).isEqualTo("two\n");
          second.close();
          server.close();
          server.awaitClosed();
        });
  }

  @Test
  void aServerListensOnSeveralAddresses() {
    Aio.run(
        () -> {
          Server server = Aio.startServer(ServerTest::echo, Loopback.anyPort(), Loopback.anyPort());
          for (var address : server.localAddresses()) {
            Stream client = connect(((InetSocketAddress) address).getPort());
            client.writer().write(bytes("a\n"));
            assertThat(text(client.reader().readLine())).isEqualTo("a\n");
            client.close();
          }
          server.close();
          server.awaitClosed();
        });
  }
}
