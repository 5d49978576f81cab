package io.greenloop.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.internal.vm.Mode;
import io.greenloop.reactor.Reactor;
import io.greenloop.reactor.Reactors;
import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.Seeds;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * What a network does to its users, at any moment: nothing hangs, nothing is left, others go on.
 */
@Timeout(120)
class FaultsTest {
  private static final int SIZE = 20_000;

  /** Sends back what comes. */
  private static final class Echo implements Protocol {
    private @Nullable Transport transport;

    @Override
    public void connectionMade(Transport transport) {
      this.transport = transport;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      if (transport != null) {
        transport.write(data);
      }
    }
  }

  private static void echo(Stream stream) {
    try {
      for (byte[] some = stream.reader().read(999);
          some.length > 0;
          some = stream.reader().read(999)) {
        stream.writer().write(some);
      }
    } catch (IOException reset) {
      // As the test wants it.
    }
  }

  /** A conversation of many reads and writes; how many bytes came back before it ended. */
  private static int talk(SocketAddress there) throws IOException {
    try (Stream stream = Streams.openConnection(ConnectOptions.to(there))) {
      int came = 0;
      for (int i = 0; i < SIZE / 1000; i++) {
        stream.writer().write(new byte[1000]);
        came += stream.reader().readExactly(1000).length;
      }
      return came;
    }
  }

  @Seeds(60)
  @Parity({"STR-11", "TR-8"})
  void aResetAnywhereIsToldAndTheNextConversationIsWhole(TestLoop t, long seed) {
    t.run(
        () -> {
          var random = new Random(seed);
          boolean inCallbacks = random.nextBoolean();
          Server server =
              inCallbacks
                  ? EventLoop.current().listen(ListenOptions.on(Loopback.anyPort()), Echo::new)
                  : Streams.startServer(
                      FaultsTest::echo, ServerOptions.DEFAULT, Loopback.anyPort());
          SocketAddress there = server.localAddresses().getFirst();
          Task<Integer> talking = Aio.spawn(() -> talk(there));
          for (int turns = random.nextInt(200); turns > 0 && !talking.isDone(); turns--) {
            Aio.yieldNow();
          }
          server.abortClients();

          Aio.waitUntil(List.of(talking));
          if (talking.exceptionNow() == null) {
            assertThat(talking.getNow()).isEqualTo(SIZE); // it came too late, or too early
          } else {
            assertThat(talking.exceptionNow()).isInstanceOf(IOException.class);
          }
          assertThat(talk(there)).isEqualTo(SIZE);
          server.close();
          server.awaitClosed();
          assertThat(server.connections()).isZero();
          assertThat(Loopback.interests()).isZero();
        });
  }

  @Seeds(40)
  @Parity({"STR-11", "TR-8"})
  void aPeerThatResetsAnywhereLeavesNothingAtTheServer(TestLoop t, long seed) {
    t.run(
        () -> {
          var random = new Random(seed);
          boolean inCallbacks = random.nextBoolean();
          Server server =
              inCallbacks
                  ? EventLoop.current().listen(ListenOptions.on(Loopback.anyPort()), Echo::new)
                  : Streams.startServer(
                      FaultsTest::echo, ServerOptions.DEFAULT, Loopback.anyPort());
          Stream client =
              Streams.openConnection(ConnectOptions.to(server.localAddresses().getFirst()));
          Task<?> writing = Aio.spawn(() -> client.writer().write(new byte[random.nextInt(SIZE)]));
          for (int turns = random.nextInt(60); turns > 0; turns--) {
            Aio.yieldNow();
          }
          client.abort();
          Aio.waitUntil(List.of(writing));
          writing.exceptionNow(); // may have failed, and may not

          server.close();
          server.awaitClosed(); // every connection has ended by itself
          assertThat(Loopback.interests()).isZero();
        });
  }

  // ---- descriptors -------------------------------------------------------------------------

  /** What full mode needs. */
  private static final List<String> FULL =
      List.of(
          "--add-exports",
          "java.base/jdk.internal.vm=ALL-UNNAMED",
          "--add-opens",
          "java.base/java.lang=ALL-UNNAMED",
          "--enable-native-access=ALL-UNNAMED");

  /** A JVM that may open few descriptors. */
  public static final class Child {
    private Child() {}

    /** Uses all of them up, then gives some back. */
    public static void main(String[] arguments) {
      var reports = new ArrayList<String>();
      Aio.run(
          () -> {
            EventLoop loop = EventLoop.current();
            loop.setExceptionHandler((l, error) -> reports.add(error.message()));
            Server server =
                Streams.startServer(FaultsTest::echo, ServerOptions.DEFAULT, Loopback.anyPort());
            SocketAddress there = server.localAddresses().getFirst();
            talk(there);
            loadAll(EventLoop.class); // a class that is still to be loaded takes a descriptor, too
            loadAll(FaultsTest.class);
            var open = new ArrayList<SocketChannel>();
            try {
              while (true) { // without a turn of the loop: so those that wait outnumber the rest
                open.add(SocketChannel.open(there));
              }
            } catch (IOException full) {
              while (reports.isEmpty()) {
                Aio.yieldNow();
              }
            }
            System.out.println("engine: " + LoopThread.currentLoop().poller().engine());
            long polls = Loopback.polls();
            Aio.sleep(Duration.ofMillis(300)); // it waits a second before it tries again
            System.out.println("polls while it waits: " + (Loopback.polls() - polls < 20));
            for (SocketChannel each : open) {
              each.close();
            }
            while (server.connections() > 0) {
              Aio.yieldNow();
            }
            System.out.println("served: " + talk(there));
            server.close();
            server.awaitClosed();
          });
      System.out.println("reported: " + reports.getFirst().replaceAll("\\[.*\\]", "[]"));
    }
  }

  private static void loadAll(Class<?> neighbour) throws Exception {
    Path folder = Path.of(neighbour.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (java.util.stream.Stream<Path> files = Files.walk(folder.resolve("io"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        String name = folder.relativize(file).toString().replace('/', '.');
        try {
          Class.forName(
              name.substring(0, name.length() - ".class".length()),
              false,
              neighbour.getClassLoader());
        } catch (IllegalAccessError flagsNeeded) {
          continue; // what only full mode uses
        }
      }
    }
  }

  @Test
  @RealTime
  @EnabledOnOs(OS.LINUX)
  @Parity({"SRV-2"})
  void withoutDescriptorsLeftAServerReportsItWaitsAndGoesOn() throws Exception {
    String java = ProcessHandle.current().info().command().orElse("java");
    var command =
        new ArrayList<>(
            List.of("/bin/sh", "-c", "ulimit -n 120; exec \"$@\"", "sh", java, "-XX:-MaxFDLimit"));
    if (Mode.isFull()) {
      command.addAll(FULL);
    }
    String engine = engine();
    if (engine.equals("rescan")) { // it opens a descriptor to poll
      engine = "nio";
    }
    command.add("-D" + Reactors.ENGINE_PROPERTY + "=" + engine);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName()));
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(child.waitFor()).as(output).isZero();
    assertThat(Arrays.asList(output.split("\n", -1)))
        .contains(
            "engine: " + engine,
            "polls while it waits: true",
            "served: " + SIZE,
            "reported: server on [] cannot accept connections and tries again in 1 s: Too many open"
                + " files");
  }

  /** The one of this JVM. */
  private static String engine() throws IOException {
    try (Reactor opened = Reactors.open()) {
      return opened.name();
    }
  }
}
