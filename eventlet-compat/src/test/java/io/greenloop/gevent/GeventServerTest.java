package io.greenloop.gevent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RealTime
class GeventServerTest {
  private static void run(ThrowingBody body) {
    try (var t = TestLoop.real()) {
      t.run(() -> body.run(t));
    }
  }

  private interface ThrowingBody {
    void run(TestLoop t) throws Exception;
  }

  private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);

  private static void echo(GeventSocket socket) throws IOException {
    for (byte[] data = socket.receive(1024); data.length > 0; data = socket.receive(1024)) {
      socket.sendAll(data);
    }
  }

  private static String ask(GeventSocket socket, String question) throws IOException {
    socket.sendAll(question.getBytes(UTF_8));
    return new String(socket.receive(1024), UTF_8);
  }

  @Test
  @Parity({"GE-1.12.1", "GE-1.12.3", "GE-1.12.10", "GE-1.11.1", "GE-1.11.8", "GE-C54"})
  void aStreamServerCallsItsHandlerForEachConnectionAndClosesIt() {
    run(
        t -> {
          var server =
              new StreamServer(
                  "127.0.0.1:0", (socket, caller) -> socket.sendAll(socket.receive(9)));
          assertThat(server.isStarted()).isFalse();
          server.start();
          server.start();
          assertThat(server.isStarted()).isTrue();
          assertThat(server.serverPort()).isPositive();
          for (String word : List.of("one", "two")) {
            try (var socket = Net.connect("127.0.0.1", server.serverPort())) {
              assertThat(ask(socket, word)).isEqualTo(word);
              assertThat(socket.receive(1)).isEmpty(); // closed by the server
            }
          }
          assertThatThrownBy(() -> new StreamServer(server.address(), (s, c) -> {}).start())
              .isInstanceOf(BindException.class);
          server.stop();
          assertThat(server.isClosed()).isTrue();
          assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class);
          assertThatThrownBy(() -> new StreamServer("nowhere:x", (s, c) -> {}))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("listener 'nowhere:x' (expected host:port, :port or port)");
        });
  }

  @Test
  @Parity({"GE-1.12.2", "GE-1.12.4", "GE-1.12.10", "GE-C54"})
  void withAPoolAcceptingPausesAndStopKillsWhatDoesNotEnd() {
    run(
        t -> {
          var killed = new Event();
          var server =
              new StreamServer(
                  ANY,
                  (socket, caller) -> {
                    try {
                      echo(socket);
                    } finally {
                      killed.set();
                    }
                  },
                  BaseServer.Spawning.atMost(1));
          server.start();
          var first = Net.connect("127.0.0.1", server.serverPort());
          assertThat(ask(first, "first")).isEqualTo("first");
          assertThat(server.isFull()).isTrue();
          var second = Net.connect("127.0.0.1", server.serverPort());
          second.setTimeout(ofMillis(20));
          assertThatThrownBy(() -> ask(second, "second"))
              .isInstanceOf(SocketTimeoutException.class);
          first.close();
          second.setTimeout(ofSeconds(20));
          assertThat(new String(second.receive(Integer.MAX_VALUE), UTF_8)).isEqualTo("second");
          killed.clear();
          server.stop(ofMillis(10));
          assertThat(killed.await(ofSeconds(20))).isTrue();
          second.close();
        });
  }

  @Test
  @Parity({"GE-1.12.4", "GE-1.12.11"})
  void withoutAPoolConnectionsGoOnAfterAStop() {
    run(
        t -> {
          GeventSocket client;
          try (var server = new StreamServer(ANY, (socket, caller) -> echo(socket))) {
            server.start();
            client = Net.connect("127.0.0.1", server.serverPort());
            assertThat(ask(client, "before")).isEqualTo("before");
          }
          assertThat(ask(client, "after")).isEqualTo("after");
          client.close();
        });
  }

  @Test
  @Parity({"GE-1.12.5", "GE-1.12.6", "GE-C54"})
  void serveForeverEndsWithAStopAndAcceptingCanBePaused() {
    run(
        t -> {
          var server = new StreamServer(ANY, (socket, caller) -> echo(socket));
          server.start();
          var serving = Gevent.spawn(server::serveForever);
          server.stopAccepting();
          var client = Net.connect("127.0.0.1", server.serverPort());
          client.setTimeout(ofMillis(20));
          assertThatThrownBy(() -> ask(client, "a")).isInstanceOf(SocketTimeoutException.class);
          server.startAccepting();
          client.setTimeout(ofSeconds(20));
          assertThat(client.receive(10)).hasSize(1);
          client.close();
          assertThat(serving.isReady()).isFalse();
          server.stop();
          serving.join();
          assertThat(serving.isSuccessful()).isTrue();
        });
  }

  @Test
  @Parity({"GE-1.12.7", "GE-C54", "GE-1.12.2"})
  void aHandlerThatFailsIsReportedAndInTheHubNobodyWaits() {
    run(
        t -> {
          for (var spawning :
              List.of(BaseServer.Spawning.unlimited(), BaseServer.Spawning.inline())) {
            var server =
                new StreamServer(
                    ANY,
                    (socket, caller) -> {
                      if (spawning.equals(BaseServer.Spawning.inline())) {
                        Gevent.sleep();
                      }
                      throw new IOException("handler");
                    },
                    spawning);
            server.start();
            for (int i = 0; i < 2; i++) {
              try (var client = Net.connect("127.0.0.1", server.serverPort())) {
                assertThat(client.receive(1)).isEmpty();
              }
            }
            server.stop();
          }
          assertThat(t.errors())
              .extracting(error -> String.valueOf(error.exception()).split(":")[0])
              .containsExactly(
                  "java.io.IOException",
                  "java.io.IOException",
                  "io.greenloop.gevent.BlockingSwitchOutError",
                  "io.greenloop.gevent.BlockingSwitchOutError");
        });
  }

  @Test
  @Parity({"GE-1.12.8", "GE-1.12.13"})
  void anAcceptThatFailsIsTriedAgainAndAFatalOneEndsTheServer() {
    run(
        t -> {
          var fatal = new ArrayList<IOException>();
          var server =
              new StreamServer(ANY, (socket, caller) -> echo(socket)) {
                private int calls;

                @Override
                void acceptOne() throws IOException {
                  if (++calls == 1) {
                    throw new IOException("too many open files");
                  }
                  if (calls == 2) {
                    throw new RejectedExecutionException("too many tasks");
                  }
                  if (calls > 3) {
                    throw new IOException("fatal");
                  }
                  super.acceptOne();
                }

                @Override
                protected boolean isFatalError(IOException failure) {
                  boolean is = "fatal".equals(failure.getMessage());
                  if (is) {
                    fatal.add(failure);
                  }
                  return is;
                }
              };
          server.start();
          var start = t.loop().time();
          Net.connect("127.0.0.1", server.serverPort()).close();
          server.serveForever();
          assertThat(fatal).hasSize(1);
          assertThat(t.loop().time().minus(start)).isGreaterThanOrEqualTo(ofMillis(30));
          assertThat(server.isClosed()).isTrue();
          Gevent.sleep();
          assertThat(t.errors()).hasSizeGreaterThanOrEqualTo(2);
        });
  }

  @Test
  @Parity({"GE-1.12.12"})
  void aDatagramServerHearsPacketsAndAnswers() {
    run(
        t -> {
          var servers = new ArrayList<DatagramServer>();
          servers.add(
              new DatagramServer(
                  "127.0.0.1:0", (data, sender) -> servers.getFirst().sendTo(data, sender)));
          var heard = new Queue<String>();
          var client =
              new DatagramServer(
                  ANY, (data, sender) -> heard.put(new String(data, UTF_8) + " " + sender));
          servers.getFirst().start();
          client.start();
          client.sendTo("hello".getBytes(UTF_8), servers.getFirst().address());
          assertThat(heard.get(ofSeconds(20))).isEqualTo("hello " + servers.getFirst().address());
          client.stop();
          servers.getFirst().stop();
        });
  }

  @Test
  @Parity("GE-1.12.1")
  void aUnixSocketServes(@TempDir Path dir) {
    run(
        t -> {
          var address = UnixDomainSocketAddress.of(dir.resolve("s"));
          try (var server = new StreamServer(address, (socket, caller) -> echo(socket))) {
            server.start();
            assertThat(server.serverPort()).isEqualTo(-1);
            try (var client = new GeventSocket(SocketChannel.open(address))) {
              assertThat(ask(client, "unix")).isEqualTo("unix");
            }
          }
        });
  }

  @Test
  @Parity({"GE-1.11.1", "GE-1.11.5", "GE-C60", "GE-C61"})
  void limitsLeaveASocketUsable() {
    run(
        t -> {
          var pair = Net.pair();
          try (var one = pair.get(0);
              var two = pair.get(1)) {
            one.setTimeout(ofMillis(5));
            assertThat(one.timeout()).hasValue(ofMillis(5));
            assertThatThrownBy(() -> one.receive(1))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("timed out");
            one.setTimeout(java.time.Duration.ZERO);
            assertThatThrownBy(() -> one.receive(1)).isInstanceOf(SocketTimeoutException.class);
            one.setTimeout(null);
            assertThat(Timeout.silent(ofMillis(5), () -> one.receive(1))).isFalse();
            assertThat(two.send("late".getBytes(UTF_8))).isEqualTo(4);
            assertThat(one.receive(10)).hasSize(4);
            two.shutdownOutput();
            assertThat(one.receive(10)).isEmpty();
          }
        });
  }

  @Test
  @Parity({"GE-1.11.4", "GE-C60"})
  void sendAllSendsAllAndItsLimitIsForTheWholeCall() {
    run(
        t -> {
          var pair = Net.pair();
          try (var one = pair.get(0);
              var two = pair.get(1)) {
            byte[] much = new byte[8 << 20];
            var reader =
                Gevent.spawn(
                    () -> {
                      int total = 0;
                      while (total < much.length) {
                        total += two.receive(1 << 16).length;
                      }
                      return total;
                    });
            one.sendAll(much);
            assertThat(reader.get()).isEqualTo(much.length);
            one.setTimeout(ofMillis(20));
            assertThatThrownBy(() -> one.sendAll(much)).isInstanceOf(SocketTimeoutException.class);
          }
        });
  }

  @Test
  @Parity({"GE-1.11.2", "GE-C61", "GE-C44"})
  void closingWakesTheReader() {
    run(
        t -> {
          var pair = Net.pair();
          var reader =
              Gevent.spawn(
                  () -> {
                    assertThatThrownBy(() -> pair.get(0).receive(1))
                        .isInstanceOf(AsynchronousCloseException.class);
                    return "woken";
                  });
          Gevent.sleep();
          pair.get(0).close();
          assertThat(pair.get(0).isClosed()).isTrue();
          assertThat(reader.get()).isEqualTo("woken");
          assertThatThrownBy(() -> pair.get(0).receive(1))
              .isInstanceOf(java.nio.channels.ClosedChannelException.class);
          pair.get(1).close();
        });
  }

  @Test
  @Parity({"GE-1.11.1", "GE-1.11.4", "GE-C60"})
  void whatComesBehindAReadThatTookAllIsRead() {
    run(
        t -> {
          var pair = Net.pair();
          try (var one = pair.get(0);
              var two = pair.get(1)) {
            two.sendAll("a".getBytes(UTF_8));
            assertThat(one.receive(10)).hasSize(1);
            two.sendAll("bc".getBytes(UTF_8)); // nobody waits
            Gevent.awaitReadable(one.channel());
            one.setTimeout(Duration.ZERO);
            assertThat(one.receive(10)).hasSize(2); // without waiting
            one.setTimeout(null);
            two.sendAll("d".getBytes(UTF_8));
            two.shutdownOutput(); // the end has come with the data
            Gevent.awaitReadable(one.channel());
            assertThat(one.receive(10)).hasSize(1);
            assertThat(one.receive(10)).isEmpty();
            assertThat(one.receive(10)).isEmpty();
          }
        });
  }

  @Test
  @Parity({"GE-1.11.3", "GE-C61", "GE-C60"})
  void aSecondReaderIsRefusedWithTheNameOfTheFirstAndAWriterIsNot() {
    run(
        t -> {
          var pair = Net.pair();
          try (var one = pair.get(0);
              var two = pair.get(1)) {
            var reader = Gevent.spawn(() -> one.receive(10));
            reader.setName("reader");
            Gevent.sleep();
            assertThatThrownBy(() -> one.receive(1))
                .isInstanceOf(ConcurrentObjectUseError.class)
                .hasMessageContaining("greenlet 'reader' (running) does that already");
            one.sendAll("full duplex".getBytes(UTF_8));
            assertThat(two.receive(100)).hasSize(11);
            two.sendAll("x".getBytes(UTF_8));
            assertThat(reader.get()).hasSize(1);
          }
        });
  }

  @Test
  @Parity({"GE-1.11.8", "GE-C60"})
  void aRefusedConnectionNamesTheAddress() {
    run(
        t -> {
          int port;
          try (var server = new StreamServer(ANY, (socket, caller) -> {})) {
            server.start();
            port = server.serverPort();
          }
          assertThatThrownBy(() -> Net.connect("127.0.0.1", port, ofSeconds(20)))
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining(":" + port);
        });
  }

  @SuppressWarnings("try") // closes on purpose
  @Test
  @Parity({"GE-1.11.6", "GE-1.10.13", "GE-C60", "GE-C46"})
  void waitingForAChannelWithoutReadingIt() {
    run(
        t -> {
          var pair = Net.pair();
          try (var one = pair.get(0);
              var two = pair.get(1)) {
            Gevent.awaitWritable(one.channel());
            Gevent.awaitReadableOrWritable(one.channel());
            assertThatThrownBy(() -> Gevent.awaitReadable(one.channel(), ofMillis(5)))
                .isInstanceOf(SocketTimeoutException.class);
            assertThatThrownBy(
                    () ->
                        Gevent.awaitReadable(
                            one.channel(), ofMillis(5), () -> new IOException("custom")))
                .hasMessage("custom");
            var both = new Event();
            var first = Gevent.hub().loop().io(one.channel(), Loop.READ);
            var second = Gevent.hub().loop().io(one.channel(), Loop.READ);
            first.start(first::stop);
            second.start(
                () -> {
                  second.stop();
                  both.set();
                });
            two.sendAll("x".getBytes(UTF_8));
            both.await();
            assertThat(first.isActive()).isFalse();
            Gevent.awaitReadable(one.channel());
            one.close();
            assertThatThrownBy(() -> Gevent.hub().loop().io(one.channel(), Loop.READ))
                .isInstanceOf(IllegalArgumentException.class);
          }
        });
  }
}
