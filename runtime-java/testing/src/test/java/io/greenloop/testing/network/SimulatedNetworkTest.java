package io.greenloop.testing.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.AsyncTimeoutException;
import io.greenloop.LoopExit;
import io.greenloop.net.ConnectionResetException;
import io.greenloop.net.Datagram;
import io.greenloop.net.Server;
import io.greenloop.net.ServerOptions;
import io.greenloop.net.Stream;
import io.greenloop.net.Streams;
import io.greenloop.net.UdpSocket;
import io.greenloop.testing.Seeds;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs of several hosts on a network in memory. */
class SimulatedNetworkTest {
  private static final int PORT = 7;
  private static final Comparator<String> BY_NUMBER =
      Comparator.comparing(text -> Integer.parseInt(text.substring(1)));

  private SimulatedNetwork network = SimulatedNetwork.seeded(1);
  private SimulatedHost server = network.host("server");
  private SimulatedHost client = network.host("client");

  @AfterEach
  void end() {
    network.close();
  }

  private void restart(long seed) {
    network.close();
    network = SimulatedNetwork.seeded(seed);
    server = network.host("server");
    client = network.host("client");
  }

  /** Echoes lines until the client ends. */
  private void echo(Stream stream) throws IOException {
    for (ByteBuffer line : stream.reader().lines()) {
      stream.writer().write(line);
    }
  }

  private Server serve() throws IOException {
    return Aio.startServer(this::echo, new InetSocketAddress(PORT));
  }

  private static String ask(Stream stream, String line) throws IOException {
    stream.writer().write((line + "\n").getBytes(UTF_8));
    return new String(stream.reader().readLine(), UTF_8).strip();
  }

  // ---- streams -----------------------------------------------------------------------------

  @Test
  void aRoundTripTakesTheTimeOfTheLink() {
    network.link(client, server).latency(ofMillis(20));
    server.spawn(this::serve);

    String answer =
        network.run(
            client,
            () -> {
              try (Stream stream = Aio.openConnection("server", PORT)) {
                network.note("connected");
                String said = ask(stream, "hello");
                network.note("answered");
                return said + " from " + stream.remoteAddress();
              }
            });

    assertThat(answer).isEqualTo("hello from server/10.0.0.1:7");
    assertThat(network.trail()).containsExactly("connected@40", "answered@80");
  }

  @Test
  void aFileIsReadByAWorkerAndSentByTheLoop(@TempDir Path folder) throws IOException {
    byte[] content = new byte[300_000];
    new Random(3).nextBytes(content);
    Path path = Files.write(folder.resolve("file"), content);
    server.spawn(
        () ->
            Aio.startServer(
                stream -> stream.writer().write(stream.reader().readAll()),
                new InetSocketAddress(PORT)));

    byte[] back =
        network.run(
            client,
            () -> {
              try (Stream stream = Aio.openConnection("server", PORT);
                  var file = FileChannel.open(path)) {
                assertThat(stream.writer().sendFile(file, 0, Long.MAX_VALUE)).isEqualTo(300_000);
                stream.writer().shutdownOutput();
                return stream.reader().readAll();
              }
            });

    assertThat(Arrays.equals(back, content)).isTrue();
  }

  @Seeds(30)
  void everyByteArrivesOnceAndInOrderWhateverTheLinkLoses(long seed) {
    restart(seed);
    network.link(client, server).latency(ofMillis(5)).jitter(ofMillis(30)).loss(0.2);
    byte[] sent = new byte[300_000];
    for (int i = 0; i < sent.length; i++) {
      sent[i] = (byte) (i * 31 >> 3);
    }
    server.spawn(
        () ->
            Aio.startServer(
                stream -> {
                  stream.writer().write(stream.reader().readAll());
                },
                new InetSocketAddress(PORT)));

    byte[] back =
        network.run(
            client,
            () -> {
              try (Stream stream = Aio.openConnection("server", PORT)) {
                stream.writer().write(sent);
                stream.writer().shutdownOutput();
                return stream.reader().readAll();
              }
            });

    assertThat(Arrays.equals(back, sent)).isTrue();
  }

  @Seeds(10)
  void theSameSeedGivesTheSameRun(long seed) {
    List<String> first = lossyRun(seed);

    assertThat(lossyRun(seed)).isEqualTo(first);
    assertThat(first).hasSize(20);
  }

  private List<String> lossyRun(long seed) {
    restart(seed);
    network.link(client, server).jitter(ofMillis(50)).loss(0.3);
    server.spawn(this::serve);
    for (int c = 0; c < 4; c++) {
      String name = "c" + c;
      client.spawn(
          () -> {
            try (Stream stream = Aio.openConnection("server", PORT)) {
              for (int i = 0; i < 5; i++) {
                network.note(ask(stream, name + " " + i));
              }
            }
            return null;
          });
    }
    network.runUntilIdle();
    return network.trail();
  }

  @Test
  void aSlowReaderHoldsTheWriterBack() {
    server.spawn(
        () ->
            Aio.startServer(
                stream -> {
                  Aio.sleep(ofMinutes(1));
                  network.note("reads " + stream.reader().readAll().length);
                },
                new InetSocketAddress(PORT)));

    network.run(
        client,
        () -> {
          try (Stream stream = Aio.openConnection("server", PORT)) {
            stream.writer().write(new byte[1_000_000]);
            network.note(network.elapsed().compareTo(ofMinutes(1)) >= 0);
          }
          return null;
        });
    network.runUntilIdle();

    assertThat(network.trail()).hasSize(2);
    assertThat(network.trail().get(0)).startsWith("true@60");
    assertThat(network.trail().get(1)).startsWith("reads 1000000@60");
  }

  // ---- what goes wrong ---------------------------------------------------------------------

  @Test
  void aCutLinkStallsAStreamUntilItIsMended() {
    server.spawn(this::serve);

    network.run(
        client,
        () -> {
          try (Stream stream = Aio.openConnection("server", PORT)) {
            ask(stream, "before");
            network.link(client, server).cut();
            client.loop().callLater(ofSeconds(10), () -> network.link(client, server).mend());
            assertThat(ask(stream, "during")).isEqualTo("during");
            assertThat(network.elapsed()).isGreaterThan(ofSeconds(10));
            return null;
          }
        });
  }

  @Test
  void aTimeLimitOnAnUnpluggedHost() {
    server.spawn(this::serve);
    server.unplug();

    network.run(
        client,
        () -> {
          assertThatThrownBy(
                  () -> Aio.timeout(ofSeconds(3), () -> Aio.openConnection("server", PORT)))
              .isInstanceOf(AsyncTimeoutException.class);
          assertThat(network.elapsed()).isEqualTo(ofSeconds(3));
          return null;
        });
    assertThat(client.connections()).isZero();
  }

  @Test
  void aConnectThatNobodyAnswersEndsByItself() {
    server.unplug();

    network.run(
        client,
        () -> {
          assertThatThrownBy(() -> Aio.openConnection("server", PORT))
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining("timed out");
          return null;
        });
    assertThat(network.elapsed()).isGreaterThan(ofSeconds(10));
  }

  @Test
  void nobodyListensNobodyIsThereNobodyHasTheName() {
    network.run(
        client,
        () -> {
          assertThatThrownBy(() -> Aio.openConnection("server", PORT))
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining("refused");
          assertThatThrownBy(() -> Aio.openConnection("10.0.0.99", PORT))
              .isInstanceOf(NoRouteToHostException.class);
          assertThatThrownBy(() -> Aio.openConnection("nowhere", PORT))
              .isInstanceOf(UnknownHostException.class)
              .hasMessage("nowhere: no host of the simulated network has that name");
          return null;
        });
  }

  @Test
  void aHostThatForgetsItsConnectionsLeavesThemHalfOpen() {
    server.spawn(this::serve);

    network.run(
        client,
        () -> {
          try (Stream stream = Aio.openConnection("server", PORT)) {
            ask(stream, "before");
            server.dropConnections();
            Aio.sleep(ofMinutes(5));
            assertThat(stream.isClosing()).as("nobody has told the client").isFalse();
            assertThatThrownBy(() -> ask(stream, "after"))
                .isInstanceOf(ConnectionResetException.class);
            return null;
          }
        });
    assertThat(server.test().errorMessages()).hasSize(1); // its handler was reset
  }

  @Test
  void anAbortIsAReset() {
    server.spawn(() -> Aio.startServer(stream -> stream.abort(), new InetSocketAddress(PORT)));

    network.run(
        client,
        () -> {
          Stream stream = Aio.openConnection("server", PORT);
          assertThatThrownBy(() -> stream.reader().readLine())
              .isInstanceOf(ConnectionResetException.class);
          return null;
        });
  }

  // ---- datagrams ---------------------------------------------------------------------------

  @Seeds(20)
  void datagramsGetLostAndOvertakeEachOther(long seed) {
    restart(seed);
    network.link(client, server).jitter(ofMillis(20)).loss(0.3);
    var arrived = new ArrayList<String>();
    server.spawn(
        () -> {
          try (UdpSocket socket = UdpSocket.bind(new InetSocketAddress(PORT))) {
            for (Datagram each : socket) {
              arrived.add(each.text());
              socket.send(each.data(), each.sender());
            }
          }
          return null;
        });
    int answers =
        network.run(
            client,
            () -> {
              try (UdpSocket socket = UdpSocket.connect("server", PORT)) {
                for (int i = 0; i < 100; i++) {
                  socket.send(ByteBuffer.wrap(("n" + i).getBytes(UTF_8)));
                }
                for (int n = 0; ; n++) {
                  try {
                    Aio.timeout(ofSeconds(1), () -> socket.receive());
                  } catch (AsyncTimeoutException noMore) {
                    return n;
                  }
                }
              }
            });

    assertThat(arrived).hasSizeBetween(50, 90).doesNotHaveDuplicates();
    assertThat(arrived).isNotEqualTo(arrived.stream().sorted(BY_NUMBER).toList());
    assertThat(answers).isBetween(20, arrived.size() - 1);
  }

  // ---- what is built on it -----------------------------------------------------------------

  @Test
  void aServerThatShutsDownGivesItsHandlersTime() {
    server.spawn(
        () -> {
          Server running =
              Aio.startServer(
                  stream -> {
                    try {
                      Aio.sleep(ofSeconds(stream.reader().readLine()[0] - '0'));
                      network.note("handled");
                    } finally {
                      network.note("handler ended");
                    }
                  },
                  new InetSocketAddress(PORT));
          Aio.sleep(ofSeconds(1));
          running.shutdown(ofSeconds(5));
          network.note("server ended");
          return null;
        });
    for (String seconds : List.of("3", "9")) {
      client.spawn(
          () -> {
            try (Stream stream = Aio.openConnection("server", PORT)) {
              ask(stream, seconds);
            }
            return null;
          });
    }
    network.advance(ofMillis(500));
    assertThat(server.connections()).isEqualTo(2);

    network.runUntilIdle();

    assertThat(network.trail())
        .containsExactly(
            "handled@3003", "handler ended@3003", "handler ended@6000", "server ended@6000");
    assertThat(server.connections() + client.connections()).isZero();
  }

  @Test
  void aClientThatConnectsAgainAfterAPause() {
    client.spawn(
        () -> {
          for (int pause = 1; ; pause *= 2) {
            try (Stream stream = Aio.openConnection("server", PORT)) {
              network.note(ask(stream, "at last"));
              return null;
            } catch (ConnectException notYet) {
              network.note("again in " + pause + " s");
              Aio.sleep(ofSeconds(pause));
            }
          }
        });
    network.advance(ofSeconds(5));
    server.spawn(this::serve);
    network.advance(ofSeconds(5));

    assertThat(network.trail())
        .containsExactly(
            "again in 1 s@2", "again in 2 s@1004", "again in 4 s@3006", "at last@7010");
  }

  @Test
  void connectionsBeyondTheLimitWaitTheirTurn() {
    server.spawn(
        () ->
            Streams.startServer(
                this::echo,
                ServerOptions.DEFAULT.withMaxConnections(1).withBacklog(1),
                new InetSocketAddress(PORT)));
    for (int i = 0; i < 4; i++) {
      client.spawn(
          () -> {
            try (Stream stream = Aio.openConnection("server", PORT)) {
              network.note(ask(stream, "served"));
            }
            return null;
          });
    }
    network.runUntilIdle();

    assertThat(network.trail()).hasSize(4).allMatch(entry -> entry.startsWith("served@"));
  }

  @Test
  void twoServersOnOnePort() {
    network.run(
        server,
        () -> {
          serve();
          assertThatThrownBy(this::serve).isInstanceOf(BindException.class);
          return null;
        });
  }

  @Test
  void oneHostTalksToItselfByLoopback() {
    String answer =
        network.run(
            server,
            () -> {
              serve();
              try (Stream stream = Aio.openConnection("localhost", PORT)) {
                return ask(stream, "self");
              }
            });

    assertThat(answer).isEqualTo("self");
    assertThat(network.elapsed()).isEqualTo(Duration.ZERO);
  }

  @Test
  void aProgramThatCannotGoOnIsToldSo() {
    assertThatThrownBy(() -> network.run(client, () -> Aio.newPromise().join()))
        .isInstanceOf(LoopExit.class)
        .hasMessageContaining(
            "nothing can happen any more on the simulated network, and client (10.0.0.2) still"
                + " waits");
  }

  @Test
  void workOnRealThreadsIsWaitedFor() {
    assertThat(network.run(client, () -> Aio.toThread(() -> "from a thread").join()))
        .isEqualTo("from a thread");
  }
}
