package io.greenloop.net;

import static io.greenloop.Aio.currentTask;
import static io.greenloop.Aio.run;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.ThrowingRunnable;
import io.greenloop.testing.RealTime;
import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TcpTest {
  private final List<String> trail = new ArrayList<>();

  /** Two ends of one connection, for a test body. */
  private interface Body {
    void run(TcpStream client, TcpStream server) throws Exception;
  }

  private static void connected(Body body) {
    run(
        () -> {
          try (var listener = Tcp.listen(Loopback.anyPort())) {
            Task<TcpStream> accepting = spawn(listener::accept);
            try (var client = Tcp.connect(listener.localAddress());
                var server = accepting.join()) {
              body.run(client, server);
            }
          }
          assertThat(Loopback.interests()).isZero();
        });
  }

  @Test
  void whatOneSideWritesTheOtherReads() {
    connected(
        (client, server) -> {
          client.write(Loopback.bytes("ping"));
          var received = ByteBuffer.allocate(16);

          assertThat(server.read(received)).isEqualTo(4);
          assertThat(Loopback.text(received)).isEqualTo("ping");
        });
  }

  @Test
  void aReaderWaitsWhileOthersRun() {
    connected(
        (client, server) -> {
          var received = ByteBuffer.allocate(16);
          Task<Integer> reader = spawn(() -> server.read(received));
          for (int i = 0; i < 3; i++) {
            trail.add("tick");
            yieldNow();
          }
          assertThat(reader.isDone()).isFalse();

          client.write(Loopback.bytes("x"));

          assertThat(reader.join()).isEqualTo(1);
          assertThat(trail).hasSize(3);
        });
  }

  @Test
  void writeSendsEverythingHoweverSlowTheReaderIs() {
    byte[] sent = new byte[8 << 20];
    new Random(7).nextBytes(sent);
    connected(
        (client, server) -> {
          Task<?> writer =
              spawn(
                  () -> {
                    client.write(ByteBuffer.wrap(sent));
                    client.shutdownOutput();
                    return null;
                  });
          var received = ByteBuffer.allocate(sent.length);
          while (server.read(received) > 0) {
            yieldNow();
          }
          writer.join();

          assertThat(Arrays.equals(received.array(), sent)).isTrue();
          assertThat(server.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        });
  }

  @Test
  void readFullyWaitsForAllBytes() {
    connected(
        (client, server) -> {
          var received = ByteBuffer.allocate(6);
          Task<?> reader = spawn((ThrowingRunnable) () -> server.readFully(received));
          client.write(Loopback.bytes("abc"));
          yieldNow();
          client.write(Loopback.bytes("def"));

          reader.join();

          assertThat(Loopback.text(received)).isEqualTo("abcdef");
        });
  }

  @Test
  void readFullyTellsHowMuchCameBeforeTheEnd() {
    connected(
        (client, server) -> {
          client.write(Loopback.bytes("abc"));
          client.shutdownOutput();

          assertThatThrownBy(() -> server.readFully(ByteBuffer.allocate(6)))
              .isInstanceOf(EOFException.class)
              .hasMessage(
                  "readFully on " + server + ": the stream ended after 3 bytes (expected 6)");
        });
  }

  @Test
  void afterShutdownOutputTheOtherSideMayStillAnswer() {
    connected(
        (client, server) -> {
          client.write(Loopback.bytes("question"));
          client.shutdownOutput();
          var question = ByteBuffer.allocate(16);
          while (server.read(question) >= 0) {}
          server.write(Loopback.bytes("answer to " + Loopback.text(question)));

          var answer = ByteBuffer.allocate(18);
          client.readFully(answer);

          assertThat(Loopback.text(answer)).isEqualTo("answer to question");
        });
  }

  @Test
  void aFullTargetReadsNothingAndDoesNotWait() {
    connected((client, server) -> assertThat(server.read(ByteBuffer.allocate(0))).isZero());
  }

  @Test
  void aSecondReaderIsRefusedWithBothNames() {
    connected(
        (client, server) -> {
          Task<Integer> first = spawn(() -> server.read(ByteBuffer.allocate(1)));
          first.setName("A");
          yieldNow();
          currentTask().orElseThrow().setName("B");

          assertThatThrownBy(() -> server.read(ByteBuffer.allocate(1)))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "read on "
                      + server
                      + ": task 'A' already waits for data, task 'B' may not; give each reader its"
                      + " own channel");
          client.write(Loopback.bytes("x"));
          assertThat(first.join()).isEqualTo(1);
        });
  }

  @Test
  void aSecondWriterIsRefusedBeforeItSendsAnything() {
    connected(
        (client, server) -> {
          var much = ByteBuffer.allocate(8 << 20);
          Task<?> first = spawn((ThrowingRunnable) () -> client.write(much));
          first.setName("A");
          yieldNow();
          currentTask().orElseThrow().setName("B");
          var little = Loopback.bytes("x");

          assertThatThrownBy(() -> client.write(little))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "write on "
                      + client
                      + ": task 'A' already waits for room to send, task 'B' may not; give each"
                      + " writer its own channel");
          assertThat(little.remaining()).isEqualTo(1);
          first.cancel();
        });
  }

  @Test
  void closeWakesTheReaderWithAClearError() {
    connected(
        (client, server) -> {
          Task<Integer> reader = spawn(() -> server.read(ByteBuffer.allocate(1)));
          yieldNow();

          server.close();

          assertThatThrownBy(reader::join)
              .isInstanceOf(StreamClosedException.class)
              .hasMessage(server + " was closed while a task waited on it");
          assertThat(server.isOpen()).isFalse();
        });
  }

  @Test
  void closeFromAnotherThreadWakesTheReaderToo() {
    connected(
        (client, server) -> {
          Task<Integer> reader = spawn(() -> server.read(ByteBuffer.allocate(1)));
          yieldNow();

          Thread.ofPlatform().start(server::close);

          assertThatThrownBy(reader::join)
              .isInstanceOf(StreamClosedException.class)
              .hasMessage(server + " was closed while a task waited on it");
        });
  }

  @Test
  void aClosedStreamRefusesEverythingAndMayBeClosedAgain() {
    connected(
        (client, server) -> {
          server.close();
          server.close();

          assertThatThrownBy(() -> server.read(ByteBuffer.allocate(1)))
              .isInstanceOf(StreamClosedException.class)
              .hasMessage("read on " + server + ": the stream is closed");
          assertThatThrownBy(() -> server.write(Loopback.bytes("x")))
              .isInstanceOf(StreamClosedException.class)
              .hasMessage("write on " + server + ": the stream is closed");
          assertThatThrownBy(server::shutdownOutput)
              .isInstanceOf(StreamClosedException.class)
              .hasMessage("shutdownOutput on " + server + ": the stream is closed");
        });
  }

  @Test
  void closeEndsTheOtherSidesStream() {
    connected(
        (client, server) -> {
          Task<Integer> reader = spawn(() -> client.read(ByteBuffer.allocate(1)));
          yieldNow();

          server.close();

          assertThat(reader.join()).isEqualTo(-1);
        });
  }

  @Test
  void aCancelledReaderLeavesNothingBehindAndLosesNothing() {
    connected(
        (client, server) -> {
          Task<Integer> reader = spawn(() -> server.read(ByteBuffer.allocate(16)));
          yieldNow();
          assertThat(Loopback.interests()).isEqualTo(1);

          client.write(Loopback.bytes("kept"));
          reader.cancel();

          assertThatThrownBy(reader::join).isInstanceOf(CancelledError.class);
          assertThat(Loopback.interests()).isZero();
          var received = ByteBuffer.allocate(16);
          assertThat(server.read(received)).isEqualTo(4);
        });
  }

  @Test
  void aCancelBetweenReadinessAndRunningLosesNothing() {
    connected(
        (client, server) -> {
          Task<Integer> reader = spawn(() -> server.read(ByteBuffer.allocate(16)));
          // Ready and cancelled in one go: the loop finds both before the reader runs again.
          Task<?> canceller =
              spawn(
                  () -> {
                    client.write(Loopback.bytes("kept"));
                    spin();
                    reader.cancel();
                    return null;
                  });
          canceller.join();

          assertThatThrownBy(reader::join).isInstanceOf(CancelledError.class);
          var received = ByteBuffer.allocate(16);
          server.readFully(received.limit(4));
          assertThat(Loopback.text(received)).isEqualTo("kept");
        });
  }

  /** Lets the loopback interface deliver. */
  private static void spin() {
    long until = System.nanoTime() + 1_000_000;
    while (System.nanoTime() < until) {
      Thread.onSpinWait();
    }
  }

  @Test
  @RealTime
  void dataThatComesWhileNobodyReadsDoesNotKeepTheLoopBusy() {
    connected(
        (client, server) -> {
          Task<Integer> reader = spawn(() -> server.read(ByteBuffer.allocate(1)));
          yieldNow();
          client.write(Loopback.bytes("xyz"));
          reader.join();

          sleep(Duration.ofMillis(5)); // the rest is found, and the channel disarmed
          long before = Loopback.polls();
          sleep(Duration.ofMillis(20));

          assertThat(Loopback.polls() - before).isLessThan(10);
          var rest = ByteBuffer.allocate(16);
          assertThat(server.read(rest)).isEqualTo(2);
        });
  }

  @Test
  void oneTaskReadsWhileAnotherWrites() {
    connected(
        (client, server) -> {
          Task<Integer> reader = spawn(() -> client.read(ByteBuffer.allocate(1)));
          var much = ByteBuffer.allocate(8 << 20);
          Task<?> writer = spawn((ThrowingRunnable) () -> client.write(much));
          yieldNow();
          server.write(Loopback.bytes("x"));
          assertThat(reader.join()).isEqualTo(1);

          server.readFully(ByteBuffer.allocate(8 << 20));
          writer.join();
        });
  }

  @Test
  void aRefusedConnectionIsToldToTheCaller() {
    run(
        () -> {
          InetSocketAddress nobodyThere;
          try (var listener = Tcp.listen(Loopback.anyPort())) {
            nobodyThere = listener.localAddress();
          }

          assertThatThrownBy(() -> Tcp.connect(nobodyThere))
              .isInstanceOf(ConnectException.class)
              .hasMessage("Connection refused");
          assertThat(Loopback.interests()).isZero();
        });
  }

  @Test
  void connectsByName() {
    run(
        () -> {
          try (var listener = Tcp.listen(Loopback.anyPort())) {
            int port = listener.localAddress().getPort();
            Task<TcpStream> accepting = spawn(listener::accept);
            try (var client = Tcp.connect("localhost", port);
                var server = accepting.join()) {
              assertThat(client.remoteAddress()).isEqualTo(server.localAddress());
            }
            accepting = spawn(listener::accept);
            try (var client = Tcp.connect(InetSocketAddress.createUnresolved("127.0.0.1", port));
                var server = accepting.join()) {
              assertThat(client.localAddress()).isEqualTo(server.remoteAddress());
            }
          }
        });
  }

  @Test
  void aTakenPortIsRefused() {
    run(
        () -> {
          try (var listener = Tcp.listen(Loopback.anyPort())) {
            assertThatThrownBy(() -> Tcp.listen(listener.localAddress()))
                .isInstanceOf(BindException.class);
          }
        });
  }

  @Test
  void closingTheListenerWakesAccept() {
    run(
        () -> {
          var listener = Tcp.listen(Loopback.anyPort());
          Task<TcpStream> accepting = spawn(listener::accept);
          yieldNow();

          listener.close();

          assertThatThrownBy(accepting::join)
              .isInstanceOf(StreamClosedException.class)
              .hasMessage(listener + " was closed while a task waited on it");
          assertThatThrownBy(listener::accept)
              .isInstanceOf(StreamClosedException.class)
              .hasMessage("accept on " + listener + ": the listener is closed");
        });
  }

  @Test
  void aCancelledAcceptLosesNoConnection() {
    run(
        () -> {
          try (var listener = Tcp.listen(Loopback.anyPort())) {
            Task<TcpStream> first = spawn(listener::accept);
            yieldNow();
            first.cancel();
            assertThatThrownBy(first::join).isInstanceOf(CancelledError.class);

            try (var client = Tcp.connect(listener.localAddress());
                var server = listener.accept()) {
              assertThat(server.remoteAddress()).isEqualTo(client.localAddress());
            }
          }
        });
  }

  @Test
  void outsideOfALoopNothingWorksAndTheErrorSaysSo() throws IOException {
    Thread.currentThread().setName("plain");

    assertThatThrownBy(() -> Tcp.listen(Loopback.anyPort()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("listen called from thread 'plain', which runs no loop; call it in a task");
  }

  @Test
  void inACallbackAWaitIsRefused() {
    connected(
        (client, server) -> {
          EventLoop.current()
              .callSoon(
                  () -> {
                    try {
                      server.read(ByteBuffer.allocate(1));
                    } catch (IOException | IllegalStateException e) {
                      trail.add(e.getMessage());
                    }
                  });
          yieldNow();
          yieldNow();

          assertThat(trail)
              .containsExactly(
                  "read on "
                      + server
                      + " in a callback: there is no task to park; spawn one for"
                      + " code that waits");
          assertThat(Loopback.interests()).isZero();
        });
  }
}
