package io.greenloop.net;

import static io.greenloop.net.Certificates.localhost;
import static io.greenloop.net.Certificates.trusting;
import static io.greenloop.net.TlsConversation.named;
import static io.greenloop.net.TlsConversation.shakeHands;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.Task;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.testing.Parity;
import io.greenloop.testing.Seeds;
import io.greenloop.testing.TestLoop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;

/** A cancel that comes at any moment of an operation. */
@Timeout(120)
class TlsCancelTest {
  private static void yields(int turns, Task<?> unless) {
    for (int i = 0; i < turns && !unless.isDone(); i++) {
      Aio.yieldNow();
    }
  }

  @Seeds(60)
  @Parity({"TLS-5", "AC-ssl.3", "AC-ssl.5"})
  void aHandshakeIsDoneOrTheSocketIsClosed(TestLoop t, long seed) {
    t.run(
        () -> {
          var random = new Random(seed);
          SocketChannel[] pair = Loopback.pair();
          var core = LoopThread.currentLoop();
          Stream client = Stream.adopt(core, pair[0], 1 << 16);
          Stream server = Stream.adopt(core, pair[1], 1 << 16);
          boolean cancelsServer = random.nextBoolean();
          Task<?> connecting = Aio.spawn(() -> client.startTls(named(trusting())));
          Task<?> accepting = Aio.spawn(() -> server.startTls(localhost()));
          Task<?> victim = cancelsServer ? accepting : connecting;
          Stream ofVictim = cancelsServer ? server : client;
          yields(random.nextInt(4000), victim); // the work off the loop takes its time

          victim.cancel();
          Aio.waitUntil(List.of(connecting, accepting));

          if (victim.isCancelled()) {
            assertThat(ofVictim.isClosing()).isTrue();
            assertThat(pair[cancelsServer ? 1 : 0].isOpen()).isFalse();
          } else {
            assertThat(victim.exceptionNow()).isNull();
            assertThat(ofVictim.tls()).isPresent();
          }
          Task<?> other = cancelsServer ? connecting : accepting;
          if (other.exceptionNow() instanceof Throwable heard) {
            assertThat(heard).isInstanceOf(IOException.class);
          }
          client.abort();
          server.abort();
          assertThat(LoopThread.currentLoop().pendingTimers()).isZero();
          assertThat(Loopback.interests()).isZero();
        });
  }

  @Seeds(60)
  @Parity("STR-8")
  void aReadThatIsCancelledHasTakenNothingAndAWriteIsSentAllTheSame(TestLoop t, long seed) {
    t.run(
        () -> {
          var random = new Random(seed);
          SocketChannel[] pair = Loopback.pair();
          var core = LoopThread.currentLoop();
          Stream client = Stream.adopt(core, pair[0], 1 << 16);
          Stream server = Stream.adopt(core, pair[1], 1 << 16);
          shakeHands(client, server);
          byte[] sent = new byte[random.nextInt(1 << 20)];
          random.nextBytes(sent);
          Task<?> writing =
              Aio.spawn(
                  () -> {
                    int at = 0;
                    while (at < sent.length) {
                      int piece = Math.min(sent.length - at, 1 + random.nextInt(100_000));
                      ByteBuffer source = ByteBuffer.wrap(sent, at, piece);
                      Task<?> one = Aio.spawn(() -> client.writer().write(source));
                      yields(random.nextInt(30), one);
                      one.cancel();
                      endOf(one);
                      if (source.hasRemaining()) { // cancelled before its first step
                        continue;
                      }
                      at += piece;
                    }
                    client.writer().shutdownOutput();
                  });
          var received = new ByteArrayOutputStream();
          for (boolean ended = false; !ended; ) {
            Task<byte[]> one = Aio.spawn(() -> server.reader().read(1 + random.nextInt(50_000)));
            yields(random.nextInt(30), one);
            one.cancel();
            endOf(one);
            if (!one.isCancelled()) {
              received.writeBytes(one.getNow());
              ended = server.reader().atEof() || one.getNow().length == 0;
            }
          }
          writing.join();

          assertThat(received.toByteArray()).isEqualTo(sent);
          server.close();
          server.awaitClosed();
          client.close();
          client.awaitClosed();
          assertThat(LoopThread.currentLoop().pendingTimers()).isZero();
          assertThat(Loopback.interests()).isZero();
        });
  }

  private static void endOf(Task<?> task) throws IOException {
    Aio.waitUntil(List.of(task));
    if (!task.isCancelled() && task.exceptionNow() instanceof IOException e) {
      throw e;
    }
  }

  @Seeds(30)
  @Parity({"TLS-3", "AC-ssl.5"})
  void aWaitForTheEndThatIsCancelledLeavesTheCloseAlone(TestLoop t, long seed) {
    t.run(
        () -> {
          var random = new Random(seed);
          SocketChannel[] pair = Loopback.pair();
          var core = LoopThread.currentLoop();
          Stream client = Stream.adopt(core, pair[0], 1 << 16);
          Stream server = Stream.adopt(core, pair[1], 1 << 16);
          shakeHands(client, server);
          client.close();
          Task<?> waiting = Aio.spawn(() -> client.awaitClosed());
          yields(random.nextInt(5), waiting);
          waiting.cancel();
          try {
            waiting.join();
          } catch (CancelledError expected) {
            assertThat(waiting.isCancelled()).isTrue();
          }
          assertThat(server.reader().readAll()).isEmpty();
          server.close();

          client.awaitClosed();
          server.awaitClosed();
          assertThat(LoopThread.currentLoop().pendingTimers()).isZero();
        });
  }
}
