package io.greenloop.eventlet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.net.TlsOptions;
import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RealTime
class NetTest {
  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static GreenSocket listen() throws IOException {
    return Net.listen(loopback(0));
  }

  private static void echo(GreenSocket socket) throws IOException {
    for (byte[] data = socket.recv(8192); data.length > 0; data = socket.recv(8192)) {
      socket.writeFully(data);
    }
  }

  private static String ask(GreenSocket socket, String text) throws IOException {
    socket.writeFully(text.getBytes(UTF_8));
    return new String(socket.recv(100), UTF_8);
  }

  /** Both ends of a connection. */
  private record Ends(GreenSocket near, GreenSocket far) {
    static Ends make() throws IOException {
      try (var listener = listen()) {
        var near = Net.connect(loopback(listener.port()));
        return new Ends(near, listener.accept());
      }
    }

    void close() {
      near.close();
      far.close();
    }
  }

  // ---- connect, listen, serve ----------------------------------------------------------------

  @Test
  @Parity({"EV-1.1.10", "EV-1.1.11", "EV-1.1.13", "EV-C64", "EV-1.11.1", "EV-1.11.5"})
  void anEchoServerServesEachConnection(TestLoop t) {
    t.run(
        () -> {
          var listener = listen();
          var server = Eventlet.spawn(() -> Net.serve(listener, (s, address) -> echo(s)));
          var one = Net.connect(loopback(listener.port()));
          var two = Net.connect(loopback(listener.port()), loopback(0));
          assertThat(ask(one, "hello")).isEqualTo("hello");
          assertThat(ask(two, "you")).isEqualTo("you");
          assertThat(ask(one, "again")).isEqualTo("again");
          one.shutdownOutput();
          assertThat(one.recv(10)).isEmpty(); // closed when its handler had returned
          one.close();
          two.close();
          server.kill();
          listener.close();
        });
  }

  @Test
  @Parity("EV-1.1.11")
  void aPortMayBeTakenAgainAndShared(TestLoop t) {
    t.run(
        () -> {
          var shared = ListenOptions.DEFAULT.withReusePort(true).withBacklog(5);
          var first = Net.listen(loopback(0), shared);
          var second = Net.listen(loopback(first.port()), shared);
          assertThat(second.port()).isEqualTo(first.port());
          int port = first.port();
          first.close();
          second.close();
          var again = Net.listen(loopback(port), ListenOptions.DEFAULT.withReuseAddress(true));
          assertThatThrownBy(() -> Net.listen(loopback(port)))
              .isInstanceOf(java.net.BindException.class);
          again.close();
        });
  }

  @Test
  @Parity({"EV-1.1.13", "EV-C64"})
  void atItsLimitItStopsAccepting(TestLoop t) {
    t.run(
        () -> {
          var listener = listen();
          int[] working = new int[2];
          var server =
              Eventlet.spawn(
                  () ->
                      Net.serve(
                          listener,
                          (s, address) -> {
                            working[0]++;
                            working[1] = Math.max(working[0], working[1]);
                            echo(s);
                            working[0]--;
                          },
                          1));
          var one = Net.connect(loopback(listener.port()));
          var two = Net.connect(loopback(listener.port()));
          two.writeFully("two".getBytes(UTF_8));
          assertThat(ask(one, "one")).isEqualTo("one");
          one.close();
          assertThat(new String(two.recv(10), UTF_8)).isEqualTo("two");
          assertThat(working[1]).isEqualTo(1);
          two.close();
          server.kill();
          listener.close();
        });
  }

  @Test
  @Parity({"EV-1.1.14", "EV-1.1.15", "EV-C64"})
  void anErrorEndsTheServerAndStopServeEndsItInPeace(TestLoop t) {
    t.run(
        () -> {
          var listener = listen();
          var failure = new IOException("handler");
          for (Exception thrown : new Exception[] {failure, new StopServe()}) {
            var server =
                Eventlet.spawn(
                    () ->
                        Net.serve(
                            listener,
                            (s, address) -> {
                              if (s.recv(1)[0] == 'k') {
                                throw new io.greenloop.greenlet.GreenletExit();
                              }
                              throw thrown;
                            }));
            Net.connect(loopback(listener.port())).writeFully(new byte[] {'k'}); // ends nothing
            Net.connect(loopback(listener.port())).writeFully(new byte[] {'x'});
            if (thrown == failure) {
              assertThatThrownBy(server::await).isSameAs(failure);
            } else {
              server.await();
            }
          }
          var heard = new ArrayList<String>();
          var server =
              Eventlet.spawn(
                  () ->
                      Net.serve(
                          listener,
                          (s, address) -> {
                            throw new IOException("logged");
                          },
                          10,
                          e -> heard.add(e.getMessage())));
          for (int i = 0; i < 2; i++) {
            try (var client = Net.connect(loopback(listener.port()))) {
              assertThat(client.recv(1)).isEmpty();
            }
          }
          assertThat(heard).containsExactly("logged", "logged");
          server.kill();
          listener.close();
        });
    t.errors();
  }

  @Test
  @Parity({"EV-1.1.15", "EV-C64"})
  void aHandlerThatFailsLaterLeavesWhoHasServedAlone(TestLoop t) {
    t.run(
        () -> {
          var listener = listen();
          var later = new Event<Boolean>();
          var server =
              Eventlet.spawn(
                  () -> {
                    Net.serve(
                        listener,
                        (s, address) -> {
                          if (s.recv(1)[0] == 'x') {
                            throw new StopServe();
                          }
                          later.await();
                          throw new IOException("later");
                        });
                    later.send(true);
                    Eventlet.sleep(ofMillis(5));
                    return "does something else";
                  });
          Net.connect(loopback(listener.port())).writeFully(new byte[] {'y'});
          Net.connect(loopback(listener.port())).writeFully(new byte[] {'x'});
          assertThat(server.await()).isEqualTo("does something else");
          listener.close();
        });
    assertThat(t.errors()).extracting(e -> e.exception().getMessage()).contains("later");
  }

  @Test
  @Parity({"EV-1.1.13", "EV-C64"})
  void aConnectionThatNoHandlerGetsAnyMoreIsClosed(TestLoop t) {
    t.run(
        () -> {
          var listener = listen();
          var server = Eventlet.spawn(() -> Net.serve(listener, (s, address) -> echo(s), 1));
          var one = Net.connect(loopback(listener.port()));
          assertThat(ask(one, "one")).isEqualTo("one");
          var two = Net.connect(loopback(listener.port()));
          two.setTimeout(ofMillis(2000));
          Eventlet.sleep(ofMillis(5)); // accepted, and waiting for a place
          server.kill();
          assertThat(two.recv(1)).isEmpty();
          one.close();
          two.close();
          listener.close();
        });
  }

  @Test
  @Parity("EV-1.1.10")
  void unixSocketsWorkTheSameWay(TestLoop t, @TempDir Path folder) {
    t.run(
        () -> {
          var address = UnixDomainSocketAddress.of(folder.resolve("s"));
          var listener = Net.listen(address);
          Eventlet.spawn(() -> echo(listener.accept()));
          var client = Net.connect(address);
          assertThat(ask(client, "unix")).isEqualTo("unix");
          client.close();
          listener.close();
        });
  }

  // ---- limits ------------------------------------------------------------------------------

  @Test
  @Parity({"EV-1.11.2", "EV-C65"})
  void eachOperationMayHaveALimitAndTheSocketStaysUsable(TestLoop t) {
    t.run(
        () -> {
          try (var listener = listen()) {
            listener.setTimeout(ofMillis(5));
            assertThatThrownBy(listener::accept)
                .isExactlyInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("took longer than PT0.005S")
                .satisfies(thrown -> assertThat(Timeouts.isTimeout(thrown)).isTrue());
            listener.clearTimeout();
            assertThat(listener.timeout()).isEmpty();
          }
          Ends ends = Ends.make();
          ends.near.setTimeout(ofMillis(5));
          assertThat(ends.near.timeout()).contains(ofMillis(5));
          assertThatThrownBy(() -> ends.near.recv(1))
              .isExactlyInstanceOf(SocketTimeoutException.class);
          ends.far.writeFully(new byte[] {7});
          assertThat(ends.near.recv(1)).containsExactly(7);
          assertThatThrownBy(() -> ends.near.writeFully(new byte[20_000_000]))
              .isExactlyInstanceOf(SocketTimeoutException.class);
          ends.close();
          var silent = Ends.make();
          silent.near.setTimeout(ZERO);
          assertThatThrownBy(() -> silent.near.recv(1))
              .isExactlyInstanceOf(SocketTimeoutException.class);
          silent.close();
        });
  }

  @Test
  @Parity({"EV-1.11.6", "EV-C65"})
  void connectingFailsAtOnceWhereNobodyListens(TestLoop t) {
    t.run(
        () -> {
          int port;
          try (var gone = listen()) {
            port = gone.port();
          }
          var socket = new GreenSocket();
          assertThatThrownBy(() -> socket.connect(loopback(port), ofMillis(5000)))
              .isInstanceOf(ConnectException.class);
          assertThatThrownBy(() -> socket.recv(1))
              .isExactlyInstanceOf(SocketException.class)
              .hasMessageEndingWith("it is not connected");
          try (var listener = new GreenSocket()) {
            listener.bind(loopback(0));
            listener.listen(5);
            socket.bind(loopback(0));
            socket.connect(listener.localAddress());
            assertThat(listener.accept().remoteAddress()).isEqualTo(socket.localAddress());
            assertThat(socket.remoteAddress()).isEqualTo(listener.localAddress());
          }
          socket.close();
        });
  }

  @Test
  @Parity({"EV-1.11.6", "EV-1.11.7", "EV-C65"})
  void closingASocketThatConnectsWakesWhoConnects(TestLoop t) {
    t.run(
        () -> {
          var waiting = new ArrayList<SocketChannel>();
          try (var full = Net.listen(loopback(0), ListenOptions.DEFAULT.withBacklog(1))) {
            boolean connected = true;
            while (connected) { // until the system lets nobody in any more
              var channel = SocketChannel.open();
              channel.configureBlocking(false);
              waiting.add(channel);
              channel.connect(full.localAddress());
              Eventlet.sleep(ofMillis(20));
              connected = channel.finishConnect();
            }
            var socket = new GreenSocket();
            assertThatThrownBy(() -> socket.connect(full.localAddress(), ofMillis(5)))
                .isExactlyInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("took longer than PT0.005S");
            var connecting = Eventlet.spawn(() -> socket.connect(full.localAddress()));
            Eventlet.sleep(ofMillis(5));
            socket.close();
            assertThat(catchThrowable(() -> connecting.await(ofMillis(500))))
                .isExactlyInstanceOf(IOClosedException.class)
                .hasMessageContaining("connect on ");
            for (var each : waiting) {
              each.close();
            }
          }
        });
    t.errors();
  }

  @Test
  @Parity({"EV-1.11.9", "EV-1.11.10"})
  void aReadThatIsKilledOrOutOfTimeLeavesTheSocketUsable(TestLoop t) {
    t.run(
        () -> {
          Ends ends = Ends.make();
          assertThat(Timeout.silent(ofMillis(5), () -> ends.near.recv(1))).isFalse();
          var reader = Eventlet.spawn(() -> ends.near.recv(1));
          Eventlet.sleep();
          reader.kill();
          ends.far.writeFully(new byte[] {3});
          assertThat(ends.near.recv(1)).containsExactly(3);
          ends.close();
        });
  }

  // ---- data --------------------------------------------------------------------------------

  @Test
  @Parity({"EV-1.11.3", "EV-1.11.4", "EV-1.11.8", "EV-C66"})
  void bothDirectionsAtATimeAndTheEndIsEmpty(TestLoop t) {
    t.run(
        () -> {
          Ends ends = Ends.make();
          byte[] much = new byte[3_000_000];
          Arrays.fill(much, (byte) 5);
          Eventlet.spawn(
              () -> {
                echo(ends.far);
                ends.far.shutdownOutput();
              });
          var writer =
              Eventlet.spawn(
                  () -> {
                    ends.near.writeFully(much);
                    ends.near.shutdownOutput();
                  });
          int got = 0;
          for (byte[] data = ends.near.recv(65536); data.length > 0; ) {
            got += data.length;
            data = ends.near.recv(65536);
          }
          assertThat(got).isEqualTo(much.length);
          writer.await();
          ends.close();

          Ends other = Ends.make();
          assertThat(other.near.write(new byte[100_000])).isBetween(1, 100_000);
          other.near.shutdownOutput();
          ByteBuffer target = ByteBuffer.allocate(200_000);
          while (other.far.read(target) >= 0) {
            assertThat(target.position()).isPositive();
          }
          other.close();
        });
  }

  @Test
  @Parity({"EV-C66", "EV-1.11.7"})
  void aSecondReaderIsRefusedAndClosingWakesTheFirst(TestLoop t) {
    t.run(
        () -> {
          Ends ends = Ends.make();
          var first = Eventlet.spawn(() -> ends.near.recv(1));
          Eventlet.sleep();
          assertThatThrownBy(() -> ends.near.recv(1))
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessageContaining(first.task().orElseThrow().name());
          ends.near.close();
          assertThatThrownBy(first::await)
              .isExactlyInstanceOf(IOClosedException.class)
              .hasMessageEndingWith("it was closed meanwhile");
          assertThat(ends.near.isClosed()).isTrue();
          ends.far.close();
          Net.shutdownSafe(ends.near);
        });
    assertThat(t.errors()).hasSize(1);
  }

  @Test
  @Parity({"EV-1.11.7", "EV-1.11.11", "EV-C66"})
  void aFileKeepsItsSocketOpen(TestLoop t) {
    t.run(
        () -> {
          Ends ends = Ends.make();
          try (GreenFile file = ends.near.makeFile()) {
            ends.near.close();
            file.write("one\ntwo");
            file.flush();
            assertThat(new String(ends.far.recv(100), UTF_8)).isEqualTo("one\ntwo");
            ends.far.writeFully("line\nrest of it".getBytes(UTF_8));
            ends.far.shutdownOutput();
            assertThat(file.readLine()).isEqualTo("line\n");
            assertThat(file.read(4)).asString(UTF_8).isEqualTo("rest");
            assertThat(file.readAll()).asString(UTF_8).isEqualTo(" of it");
            assertThat(file.readLine()).isNull();
          }
          assertThat(ends.far.recv(10)).isEmpty(); // closed with its file
          Net.shutdownSafe(ends.near);
          Net.shutdownSafe(new GreenSocket());
          ends.far.close();
        });
  }

  @Test
  @Parity("EV-1.11.12")
  void aReadForAnyNumberOfBytesTakesNoMoreRoomThanThereIsToRead(TestLoop t, @TempDir Path folder) {
    t.run(
        () -> {
          Pipe pipe = Pipe.open();
          var much = new byte[200_000];
          Path path = Files.write(folder.resolve("much"), much);
          try (var source = GreenPipe.of(pipe.source());
              var sink = GreenPipe.of(pipe.sink());
              var file = GreenPipe.open(path, StandardOpenOption.READ)) {
            sink.write("text".getBytes(UTF_8));
            assertThat(source.read(Integer.MAX_VALUE)).asString(UTF_8).isEqualTo("text");

            assertThat(file.read(1000)).hasSize(1000);
            assertThat(file.read(150_000)).hasSize(150_000);
            assertThat(file.read(Integer.MAX_VALUE)).hasSize(much.length - 151_000);
            assertThat(file.read(Integer.MAX_VALUE)).isEmpty();
          }
        });
  }

  @Test
  @Parity({"EV-1.11.12", "EV-C67", "EV-1.12.4"})
  void pipesAndFilesHoldOnlyTheirGreenThread(TestLoop t, @TempDir Path folder) {
    t.run(
        () -> {
          Pipe pipe = Pipe.open();
          var source = GreenPipe.of(pipe.source());
          var sink = GreenPipe.of(pipe.sink());
          byte[] much = new byte[500_000];
          var writer =
              Eventlet.spawn(
                  () -> {
                    sink.write(much);
                    sink.close();
                    sink.close();
                  });
          assertThat(source.read(10)).hasSizeLessThanOrEqualTo(10).isNotEmpty();
          assertThat(source.readAll()).hasSizeGreaterThan(much.length - 11);
          writer.await();
          assertThatThrownBy(() -> source.write(much)).isInstanceOf(IOException.class);
          source.close();
          Path path = folder.resolve("file");
          try (var file =
              GreenPipe.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write("text".getBytes(UTF_8));
          }
          assertThat(Files.readString(path)).isEqualTo("text");
          try (var file = GreenPipe.open(path, StandardOpenOption.READ)) {
            assertThat(file.read(2)).asString(UTF_8).isEqualTo("te");
            assertThat(file.readAll()).asString(UTF_8).isEqualTo("xt");
            assertThat(file.read(2)).isEmpty();
          }
        });
    Tpool.killAll();
    Hub.current().close();
  }

  // ---- TLS ---------------------------------------------------------------------------------

  @Test
  @Parity({"EV-1.1.12", "EV-1.11.15", "EV-C74"})
  void bothEndsAgreeOnTlsAndASlowClientHoldsNobodyUp(TestLoop t, @TempDir Path folder)
      throws Exception {
    SSLContext context = TestKeys.context(folder);
    t.run(
        () -> {
          var listener = Net.wrapTls(listen(), TlsOptions.server(context));
          var server =
              Eventlet.spawn(() -> Net.serve(listener, (s, address) -> echo(s), 10, e -> {}));
          var silent = Net.connect(loopback(listener.port())); // never says hello
          var client =
              Net.wrapTls(
                  Net.connect(loopback(listener.port())),
                  TlsOptions.client(context).withServerName("localhost"));
          assertThat(client.tls()).isPresent();
          assertThat(ask(client, "secret")).isEqualTo("secret");
          client.setTimeout(ofMillis(5));
          assertThatThrownBy(() -> client.recv(1))
              .isExactlyInstanceOf(SocketTimeoutException.class);
          assertThatThrownBy(
                  () ->
                      Net.wrapTls(
                          Net.connect(loopback(listener.port())),
                          TlsOptions.client(context).withServerName("other")))
              .isInstanceOf(SSLException.class);
          client.close();
          silent.close();
          server.kill();
          listener.close();
        });
    t.errors();
  }

  // ---- processes, prompts --------------------------------------------------------------------

  @Test
  @Parity({"EV-1.12.5", "EV-C73", "EV-1.12.4"})
  void aChildIsTalkedToAndWaitedFor(TestLoop t) {
    t.run(
        () -> {
          try (var cat = GreenProcess.start("cat")) {
            assertThat(cat.poll()).isEmpty();
            assertThatThrownBy(() -> cat.await(ofMillis(5)))
                .isExactlyInstanceOf(TimeoutException.class)
                .hasMessageEndingWith("did not end within PT0.005S");
            var said = cat.communicate("text".getBytes(UTF_8));
            assertThat(new String(said.stdout(), UTF_8)).isEqualTo("text");
            assertThat(cat.await()).isZero();
            assertThat(cat.poll()).hasValue(0);
          }
          try (var sleeping = GreenProcess.start("sleep", "1000")) {
            assertThat(sleeping.pid()).isPositive();
            sleeping.terminate();
            assertThat(sleeping.await(ofMillis(10_000))).isEqualTo(128 + 15);
          }
        });
  }

  @Test
  @Parity({"EV-1.17.1", "EV-C77"})
  void aBackdoorEvaluatesJava(TestLoop t) {
    t.run(
        () -> {
          var listener = listen();
          var server = Eventlet.spawn(() -> Backdoor.serve(listener, Map.of("answer", 42)));
          Net.connect(loopback(listener.port())).close(); // leaves at once
          var client = Net.connect(loopback(listener.port()));
          try (GreenFile prompt = client.makeFile()) {
            prompt.write("answer + 1\nint x = answer / 0\nnonsense(\nquit\n");
            prompt.flush();
            assertThat(new String(prompt.readAll(), UTF_8))
                .startsWith("Greenloop backdoor, Java ")
                .contains(">>> 43\n", "ArithmeticException", "error: ");
          }
          client.close();
          assertThatThrownBy(
                  () -> {
                    try (var open = Net.listen(new InetSocketAddress(0))) {
                      Backdoor.serve(open);
                    }
                  })
              .isExactlyInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("listen on loopback");
          listener.close();
          server.await();
        });
    Tpool.killAll();
    Hub.current().close();
  }

  @Test
  @Parity("EV-1.11.14")
  void namesAreResolvedBesideTheLoop(TestLoop t) {
    t.run(
        () -> {
          var listener = listen();
          var client =
              Net.connect(InetSocketAddress.createUnresolved("localhost", listener.port()));
          assertThat(listener.accept().remoteAddress()).isEqualTo(client.localAddress());
          client.close();
          listener.close();
        });
  }

  @Test
  @Parity({"EV-1.12.6", "EV-C78"})
  void aJobOfAnExecutorIsAGreenThread(TestLoop t) {
    t.run(
        () -> {
          var name = new Event<String>();
          Green.threads().execute(() -> name.send(io.greenloop.Task.currentOrNull().name()));
          assertThat(name.await()).startsWith("GreenThread-");
        });
  }

  @Test
  @Parity("EV-1.17.5")
  void codeThatHoldsTheLoopIsNamedWhileItDoes(TestLoop t) {
    var seen = new java.util.concurrent.CopyOnWriteArrayList<String>();
    EventletDebug.hubBlockingDetection(true, ofMillis(20), stall -> seen.add(stall.toString()));
    try {
      t.run(
          () -> {
            long end = System.nanoTime() + 10_000_000_000L;
            while (seen.isEmpty() && System.nanoTime() < end) {
              Thread.onSpinWait();
            }
          });
    } finally {
      EventletDebug.hubBlockingDetection(false);
    }
    assertThat(seen.get(0)).contains("NetTest");
  }
}
