package io.greenloop.net;

import static io.greenloop.net.Certificates.trusting;
import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Conversation.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.LoopOptions;
import io.greenloop.RunOptions;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.testing.Parity;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server of TLS 1.2 that asks for another handshake, and is held up in the middle of that. */
@Timeout(60)
class TlsRenegotiationTest {
  private static final Duration LIMIT = Duration.ofHours(1);

  private final AtomicLong ahead = new AtomicLong(); // of the machine's clock
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch mayGoOn = new CountDownLatch(1);

  private interface Body {
    /**
     * @param read the first byte that the server reads after the question; -1: our end
     */
    void run(Stream client, Future<Integer> read) throws Exception;
  }

  /** The server has our hello when the body begins, and "z" is opened and in the way. */
  private void inTheSecondHandshake(Body body) {
    LoopOptions options = LoopOptions.defaults().withClock(() -> System.nanoTime() + ahead.get());
    Aio.run(
        RunOptions.DEFAULT.loopFactory(() -> EventLoop.create(options)),
        () -> {
          run(body);
          return null;
        });
  }

  private void run(Body body) throws Exception {
    TlsOptions options =
        trusting()
            .withVersions("TLSv1.2")
            .withApplicationProtocols("any")
            .withHandshakeTimeout(LIMIT);
    try (var server = new JdkPeer(this::holdUp);
        Stream client = JdkPeer.secured(server.channel(), options)) {
      assertThat(timers()).isZero();
      server.does(
          socket -> {
            socket.startHandshake(); // asks, and does not wait
            socket.getOutputStream().write(bytes("yz"));
            return 0;
          });
      Future<Integer> read = server.begin(socket -> socket.getInputStream().read());
      assertThat(text(client.reader().readExactly(1))).isEqualTo("y");
      Aio.toThread(() -> asked.await(20, TimeUnit.SECONDS)).join();
      assertThat(timers()).isEqualTo(1);
      body.run(client, read);
    } finally {
      mayGoOn.countDown();
    }
    TlsConversation.settle();
  }

  private static int timers() {
    return LoopThread.currentLoop().pendingTimers();
  }

  private void holdUp(SSLSocket socket) {
    var handshakes = new AtomicInteger();
    socket.setHandshakeApplicationProtocolSelector(
        (connection, offered) -> {
          if (handshakes.incrementAndGet() == 2) {
            asked.countDown();
            awaitUninterruptibly(mayGoOn);
          }
          return offered.getFirst();
        });
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static int soon(Future<Integer> read) {
    return Aio.toThread(() -> read.get(20, TimeUnit.SECONDS)).join();
  }

  @Test
  @Parity("TLS-7")
  void theEndOfOurDirectionIsSaidBehindIt() {
    inTheSecondHandshake(
        (client, read) -> {
          assertThat(text(client.reader().readExactly(1))).isEqualTo("z");
          client.writer().shutdownOutput();
          mayGoOn.countDown();

          assertThat(soon(read)).isEqualTo(-1);
          assertThat(client.reader().readAll()).isEmpty();
          assertThat(timers()).isZero();
        });
  }

  @Test
  @Parity({"TLS-3", "TLS-7"})
  void aCloseTakesLeaveBehindItAndDropsWhatNobodyReads() {
    inTheSecondHandshake(
        (client, read) -> {
          client.close();
          mayGoOn.countDown();

          assertThat(soon(read)).isEqualTo(-1); // in good order, or it would throw
          client.awaitClosed();
        });
  }

  @Test
  @Parity({"TLS-2", "TLS-7"})
  void itHasTheLimitOfTheFirst() {
    inTheSecondHandshake(
        (client, read) -> {
          assertThat(text(client.reader().readExactly(1))).isEqualTo("z");

          ahead.set(LIMIT.toNanos());

          assertThatThrownBy(() -> client.reader().read(1))
              .isInstanceOf(ConnectionAbortedException.class)
              .hasMessage("TLS handshake on " + client + ": not done within 3600 s");
        });
  }
}
