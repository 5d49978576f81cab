package io.greenloop.net;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** How connections are accepted, whatever is done with them then. */
@Timeout(60)
class AcceptingTest {
  private final List<String> trail = new ArrayList<>();
  private final Queue<Exception> errors = new ArrayDeque<>();

  /** A server whose calls of accept fail with {@link #errors} first. */
  private Server server(TestLoop t, ServerOptions options, Service service) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open().bind(Loopback.anyPort());
    var listening =
        new Listening(LoopThread.currentLoop(), channel, () -> acceptOrFail(t, channel));
    var server = new Server(EventLoop.current(), List.of(listening), options, service);
    server.start();
    return server;
  }

  private @Nullable SocketChannel acceptOrFail(TestLoop t, ServerSocketChannel channel)
      throws IOException {
    switch (errors.poll()) {
      case null -> {
        return channel.accept();
      }
      case IOException e -> {
        t.note("fails");
        throw e;
      }
      case Exception e -> throw new AssertionError(e);
    }
  }

  private static Service closesAtOnce(TestLoop t) {
    return (accepted, ended) -> {
      t.note("accepted");
      accepted.close();
      throw new IOException("closed by the test");
    };
  }

  @Test
  @Parity({"SRV-2", "AC-base-events.11"})
  void withoutDescriptorsLeftTheServerReportsItPausesASecondAndGoesOn() {
    try (var t = TestLoop.virtual()) {
      errors.add(new SocketException("Too many open files"));
      errors.add(new IOException("No buffer space available"));
      t.run(
          () -> {
            Server server = server(t, ServerOptions.DEFAULT, closesAtOnce(t));
            try (var client = SocketChannel.open(server.localAddresses().getFirst())) {
              assertThat(client.isConnected()).isTrue();
              Aio.sleep(ofMillis(2500)); // while it pauses nothing is watched, so time jumps
            }
            assertThat(t.errorMessages())
                .containsExactly(
                    server
                        + " cannot accept connections and tries again in 1 s: Too many open files",
                    server
                        + " cannot accept connections and tries again in 1 s: No buffer space"
                        + " available");
            server.close();
          });
      assertThat(t.trail()).containsExactly("fails@0", "fails@1000", "accepted@2000");
    }
  }

  @Test
  @Parity({"SRV-2", "AC-selector-events.8"})
  void aConnectionThatWasAbortedInTheQueueIsSkippedWithoutAWord() {
    try (var t = TestLoop.virtual()) {
      errors.add(new SocketException("Software caused connection abort"));
      t.run(
          () -> {
            Server server = server(t, ServerOptions.DEFAULT, closesAtOnce(t));
            try (var client = SocketChannel.open(server.localAddresses().getFirst())) {
              assertThat(client.isConnected()).isTrue();
              while (t.trail().size() < 2) {
                Aio.yieldNow();
              }
            }
            server.close();
          });
      assertThat(t.trail()).containsExactly("fails@0", "accepted@0");
    }
  }

  @Test
  @Parity("SRV-2")
  void othersRunAfterAsManyConnectionsAsCanHaveWaited() {
    Aio.run(
        () -> {
          ServerSocketChannel channel = ServerSocketChannel.open().bind(Loopback.anyPort());
          var listening =
              new Listening(
                  LoopThread.currentLoop(),
                  channel,
                  () -> trail.size() < 7 ? SocketChannel.open() : null);
          var server =
              new Server(
                  EventLoop.current(),
                  List.of(listening),
                  ServerOptions.DEFAULT.withBacklog(2),
                  (accepted, ended) -> {
                    trail.add("accepted");
                    accepted.close();
                    throw new IOException("closed by the test");
                  });
          server.start();
          Aio.spawn(
              () -> {
                trail.add("another");
              });
          while (trail.size() < 7) {
            Aio.yieldNow();
          }
          server.close();
        });
    assertThat(trail)
        .containsExactly(
            "accepted", "accepted", "accepted", "another", "accepted", "accepted", "accepted");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere the number is a hint")
  @Parity("SRV-1")
  void asManyConnectionsWaitAsTheBacklogSays() {
    int backlog = 3;
    Aio.run(
        () -> {
          Server server =
              Streams.startServer(
                  stream -> stream.reader().readAll(),
                  ServerOptions.DEFAULT.withBacklog(backlog).withMaxConnections(1),
                  Loopback.anyPort());
          var callers = new ArrayList<SocketChannel>();
          try (Stream served =
              Streams.openConnection(ConnectOptions.to(server.localAddresses().getFirst()))) {
            while (server.connections() == 0) {
              Aio.yieldNow();
            }
            for (int i = 0; i < 2 * backlog + 2; i++) {
              callers.add(SocketChannel.open());
              callers.getLast().configureBlocking(false);
              callers.getLast().connect(served.remoteAddress());
            }

            assertThat(connected(callers)).isEqualTo(backlog + 1); // as Linux counts
          } finally {
            for (SocketChannel each : callers) {
              each.close();
            }
          }
          server.shutdown(ofMillis(0));
        });
  }

  /** How many there are after a while in which their number has stayed the same. */
  private static int connected(List<SocketChannel> callers) throws IOException {
    int count = -1;
    for (int same = 0; same < 50; same++) {
      int now = 0;
      for (SocketChannel each : callers) {
        now += each.finishConnect() ? 1 : 0;
      }
      same = now == count ? same : 0;
      count = now;
      Aio.yieldNow();
    }
    return count;
  }

  @Test
  @Parity("SRV-2")
  void aConnectionThatCannotBeServedIsReportedAndTheNextOneIsServed() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            Server server =
                server(
                    t,
                    ServerOptions.DEFAULT.withMaxConnections(1),
                    (accepted, ended) -> {
                      trail.add("accepted");
                      accepted.close();
                      throw new IllegalStateException("no " + trail.size());
                    });
            for (int i = 0; i < 2; i++) {
              SocketChannel.open(server.localAddresses().getFirst()).close();
            }
            while (trail.size() < 2) {
              Aio.yieldNow();
            }
            assertThat(t.errorMessages())
                .containsExactly(
                    server + " cannot serve a connection; it is closed",
                    server + " cannot serve a connection; it is closed");
            assertThat(t.errors().get(1).exception()).hasMessage("no 2");
            server.close();
            server.awaitClosed();
          });
    }
  }
}
