package io.greenloop.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.TaskGroup;
import io.greenloop.testing.FullMode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The JDK starts its socket pollers, which are virtual threads, out of the first thread that blocks
 * on a socket. Were they kept on the loop of that thread, they would end with it, and with them the
 * sockets of every virtual thread in the JVM, those of other loops included.
 */
@Timeout(120)
@FullMode("in portable mode no loop carries virtual threads")
class PollersOutliveLoopTest {
  private static final int READERS = 16;

  @Test
  void aLoopClosesAndSixteenOfSixteenThreadsAndTasksOfAnotherLoopStillGetTheirData(
      @TempDir Path folder) throws Exception {
    Path output = folder.resolve("output");
    // A JVM of its own: the pollers are started once. Without -Djdk.pollerMode=1, which the
    // launcher sets and which would start no virtual pollers at all.
    Process child =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "--add-exports",
                "java.base/jdk.internal.vm=ALL-UNNAMED",
                "--add-opens",
                "java.base/java.lang=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = child.waitFor(60, TimeUnit.SECONDS);
    child.destroyForcibly();

    assertThat(ended).isTrue();
    assertThat(output).hasContent("data for 16 of 16, on another loop for 16");
  }

  /** What runs in the other JVM. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      var other = new OtherLoop();
      Aio.run(
          () -> {
            blockOnSockets();
            other.start();
          });
      int served = readersThatGetTheirData();
      int onLoop = other.readersThatGetTheirData();
      System.out.println(
          "data for " + served + " of " + READERS + ", on another loop for " + onLoop);
      System.exit(0); // readers that never got their data must not hold the JVM
    }

    /** Blocks on many sockets, so that all pollers have been started by tasks of this loop. */
    private static void blockOnSockets() throws IOException {
      try (var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
        for (int i = 0; i < READERS; i++) {
          try (var client = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
              var server = listener.accept()) {
            var reading = Aio.spawn(() -> server.getInputStream().read());
            Aio.yieldNow();
            client.getOutputStream().write('x');
            reading.join();
          }
        }
      }
    }

    private static int readersThatGetTheirData() throws Exception {
      var served = new AtomicInteger();
      var readers = new ArrayList<Thread>();
      try (var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
        var clients = new ArrayList<Socket>();
        for (int i = 0; i < READERS; i++) {
          clients.add(new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort()));
          Socket server = listener.accept();
          readers.add(Thread.ofVirtual().start(() -> readOne(server, served)));
        }
        for (Thread reader : readers) {
          while (reader.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
          }
        }
        for (Socket client : clients) {
          client.getOutputStream().write('x');
        }
        for (Thread reader : readers) {
          reader.join(Duration.ofSeconds(served.get() == 0 ? 5 : 20));
        }
      }
      return served.get();
    }

    static void readOne(Socket socket, AtomicInteger served) {
      try {
        if (socket.getInputStream().read() == 'x') {
          served.incrementAndGet();
        }
      } catch (IOException e) {
        e.printStackTrace();
      }
    }
  }

  /** One whose tasks read while the first loop ends. */
  private static final class OtherLoop {
    private final List<Socket> clients = new ArrayList<>();
    private final AtomicInteger served = new AtomicInteger();
    private final CountDownLatch reading = new CountDownLatch(READERS);
    private Thread thread = Thread.currentThread();

    /** Returns when its tasks read. */
    void start() throws IOException {
      var servers = new ArrayList<Socket>();
      try (var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
        for (int i = 0; i < READERS; i++) {
          clients.add(new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort()));
          servers.add(listener.accept());
        }
      }
      thread = Thread.ofPlatform().start(() -> Aio.run(() -> readAll(servers)));
      Aio.toThread(
              () -> {
                reading.await();
                return 1;
              })
          .join();
    }

    private void readAll(List<Socket> servers) {
      TaskGroup.run(
          group -> {
            for (Socket server : servers) {
              group.spawn(
                  () -> {
                    reading.countDown();
                    Child.readOne(server, served);
                  });
            }
          });
    }

    int readersThatGetTheirData() throws Exception {
      for (Socket client : clients) {
        client.getOutputStream().write('x');
      }
      thread.join(Duration.ofSeconds(20));
      return served.get();
    }
  }
}
