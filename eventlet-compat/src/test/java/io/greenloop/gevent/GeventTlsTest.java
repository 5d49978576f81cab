package io.greenloop.gevent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.eventlet.TestKeys;
import io.greenloop.net.TlsOptions;
import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RealTime
class GeventTlsTest {
  private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);
  private static SSLContext context;

  @BeforeAll
  static void makeKeys(@TempDir Path folder) throws Exception {
    context = TestKeys.context(folder);
  }

  private interface ThrowingBody {
    void run(TestLoop t) throws Exception;
  }

  private static void run(ThrowingBody body) {
    try (var t = TestLoop.real()) {
      t.run(() -> body.run(t));
    }
  }

  private static StreamServer server(StreamServer.Handler handler) throws IOException {
    var server =
        new StreamServer(
            ANY, handler, BaseServer.Spawning.unlimited(), 10, TlsOptions.server(context));
    server.start();
    return server;
  }

  private static GeventSocket connect(StreamServer server) throws IOException {
    return Net.wrapTls(
        Net.connect("127.0.0.1", server.serverPort()),
        TlsOptions.client(context).withServerName("localhost"));
  }

  private static void echo(GeventSocket socket) throws IOException {
    for (byte[] data = socket.receive(1024); data.length > 0; data = socket.receive(1024)) {
      socket.sendAll(data);
    }
  }

  /** Both ends of a connection, which speak TLS. */
  private static List<GeventSocket> pair() throws IOException {
    List<GeventSocket> pair = Net.pair();
    var far = Gevent.spawn(() -> Net.wrapTls(pair.get(1), TlsOptions.server(context)));
    Net.wrapTls(pair.get(0), TlsOptions.client(context).withServerName("localhost"));
    far.get();
    return pair;
  }

  @Test
  @Parity({"GE-1.11.11", "GE-C54"})
  void aServerSpeaksTlsAndASlowOrWrongCallerHoldsNobodyUp() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            try (var server = server((socket, caller) -> echo(socket));
                var silent = Net.connect("127.0.0.1", server.serverPort());
                var client = connect(server)) {
              assertThat(client.tls().orElseThrow().version()).startsWith("TLS");
              assertThat(silent.tls()).isEmpty();
              client.sendAll("secret".getBytes(UTF_8));
              assertThat(client.receive(100)).asString(UTF_8).isEqualTo("secret");
              try (var wrong = Net.connect("127.0.0.1", server.serverPort())) {
                assertThatThrownBy(
                        () ->
                            Net.wrapTls(wrong, TlsOptions.client(context).withServerName("other")))
                    .isInstanceOf(SSLException.class);
              }
              client.shutdownOutput();
              assertThat(client.receive(100)).isEmpty();
            }
          });
      t.errors(); // what the handshakes of the two that gave up ended with
    }
  }

  @SuppressWarnings("try") // closes on purpose
  @Test
  @Parity({"GE-1.11.11", "GE-1.11.3"})
  void limitsAreThoseOfASocketAndLeaveItUsable() {
    run(
        t -> {
          List<GeventSocket> pair = pair();
          try (var near = pair.get(0);
              var far = pair.get(1)) {
            near.setTimeout(ofMillis(5));
            assertThatThrownBy(() -> near.receive(1))
                .isExactlyInstanceOf(SocketTimeoutException.class)
                .hasMessage("timed out");
            near.setTimeout(ZERO);
            assertThatThrownBy(() -> near.receive(1))
                .isExactlyInstanceOf(SocketTimeoutException.class)
                .hasMessage("would wait, and its time limit is zero");
            near.setTimeout(null);
            assertThat(Timeout.silent(ofMillis(5), () -> near.receive(1))).isFalse();
            assertThat(far.send("late".getBytes(UTF_8))).isEqualTo(4);
            assertThat(near.receive(Integer.MAX_VALUE)).asString(UTF_8).isEqualTo("late");

            var reader = Gevent.spawn(() -> near.receive(10));
            reader.setName("reader");
            Gevent.sleep();
            assertThatThrownBy(() -> near.receive(1))
                .isInstanceOf(ConcurrentObjectUseError.class)
                .hasMessageContaining("greenlet 'reader' (running) does that already");
            near.close();
            assertThatThrownBy(reader::get).isInstanceOf(AsynchronousCloseException.class);
            assertThat(near.isClosed()).isTrue();
            assertThatThrownBy(() -> near.receive(1))
                .isExactlyInstanceOf(ClosedChannelException.class);
            near.setTimeout(ZERO);
            assertThatThrownBy(() -> near.receive(1))
                .isExactlyInstanceOf(ClosedChannelException.class);
            assertThat(far.receive(1)).isEmpty();
          }
          t.errors(); // the reader's
        });
  }

  @Test
  @Parity({"GE-C62", "GE-1.11.11"})
  void aSendWithoutTimeToWaitIsRefusedWhenNobodyReads() {
    run(
        t -> {
          List<GeventSocket> pair = pair();
          try (var near = pair.get(0)) {
            near.setTimeout(ZERO);
            assertThatThrownBy(() -> near.sendAll(new byte[64 << 20]))
                .isExactlyInstanceOf(SocketTimeoutException.class)
                .hasMessage("would wait, and its time limit is zero");
            pair.get(1).close();
          }
        });
  }

  @Test
  @Parity({"GE-C62", "GE-1.11.11"})
  void muchGoesBothWaysAtOnceAndALimitIsForTheWholeOfIt() {
    run(
        t -> {
          byte[] much = new byte[4 << 20];
          Arrays.fill(much, (byte) 'x');
          List<GeventSocket> pair = pair();
          try (var near = pair.get(0);
              var far = pair.get(1)) {
            var sending = Gevent.spawn(() -> near.sendAll(much));
            var answering = Gevent.spawn(() -> far.sendAll(much));
            var counting = Gevent.spawn(() -> count(far, much.length));
            assertThat(count(near, much.length)).isEqualTo(much.length);
            assertThat(counting.get()).isEqualTo(much.length);
            Gevent.joinAll(List.of(sending, answering));
            near.setTimeout(ofMillis(20));
            assertThatThrownBy(() -> near.sendAll(new byte[64 << 20]))
                .isExactlyInstanceOf(SocketTimeoutException.class)
                .hasMessage("timed out");
          }
        });
  }

  private static int count(GeventSocket socket, int all) throws IOException {
    int count = 0;
    while (count < all) {
      count += socket.receive(1 << 16).length;
    }
    return count;
  }

  @Test
  @Parity("GE-1.11.11")
  void aHandshakeHasALimitToo() {
    run(
        t -> {
          List<GeventSocket> pair = Net.pair();
          pair.get(0).setTimeout(ofMillis(5));
          assertThatThrownBy(
                  () ->
                      Net.wrapTls(
                          pair.get(0), TlsOptions.client(context).withServerName("localhost")))
              .isExactlyInstanceOf(SocketTimeoutException.class);
          assertThat(pair.get(0).isClosed()).isTrue();
          pair.get(1).setTimeout(ofSeconds(20));
          pair.get(1).close();
        });
  }

  @Test
  @Parity("GE-1.11.11")
  void whatSendHasTakenItSaysAndWhatItRefusedItHasNotTaken() {
    run(
        t -> {
          for (Duration limit : List.of(ZERO, ofMillis(20))) {
            List<GeventSocket> pair = pair();
            GeventSocket near = pair.get(0);
            near.setTimeout(limit);
            long taken = 0;
            try {
              while (true) {
                int some = near.send(new byte[64 * 1024]);
                assertThat(some).isPositive();
                taken += some;
              }
            } catch (SocketTimeoutException full) {
              near.setTimeout(null);
            }
            Gevent.spawn(near::close);
            long got = 0;
            for (byte[] d = pair.get(1).receive(65536); d.length > 0; ) {
              got += d.length;
              d = pair.get(1).receive(65536);
            }
            assertThat(got).isEqualTo(taken);
            pair.get(1).close();
          }
        });
  }
}
