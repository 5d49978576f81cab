package io.greenloop.net;

import static io.greenloop.net.Certificates.trusting;
import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Conversation.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.Task;
import io.greenloop.testing.Parity;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Future;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The other side wants new keys, and we have no room for the answer. */
@Timeout(60)
class TlsKeyUpdateTest {
  private static final int PIECE = 8 * 1024;

  /** So often the loop asks for room before we believe that there is none. */
  private static final int POLLS = 50;

  private interface Body {
    /**
     * @param reading waits for a line
     * @param unread how many bytes were written that the server does not read
     */
    void run(JdkPeer server, Stream client, Task<byte[]> reading, long unread) throws Exception;
  }

  /** The server has asked so many times, and we have seen that, when the body begins. */
  private static void asked(int times, Body body) {
    Aio.run(
        () -> {
          try (var server = new JdkPeer(socket -> {})) {
            SocketChannel channel = server.channel();
            Stream client = JdkPeer.secured(channel, trusting());
            Task<byte[]> reading = Aio.spawn(() -> client.reader().readLine());
            Aio.yieldNow();
            long unread = fill(client.writer());
            server.does(
                socket -> {
                  for (int i = 0; i < times; i++) {
                    socket.startHandshake(); // asks for new keys, and does not wait
                  }
                  return 0;
                });
            while (Loopback.available(channel) > 0) {
              Aio.yieldNow();
            }
            body.run(server, client, reading, unread);
            client.abort();
          }
          return null;
        });
  }

  /** Writes until the rest of a record waits, and nothing else. */
  private static long fill(StreamWriter out) throws Exception {
    int before = Loopback.interests();
    long written = 0;
    do {
      while (Loopback.interests() == before) {
        assertThat(out.tryWrite(ByteBuffer.allocate(PIECE))).isTrue();
        written += PIECE;
      }
      long polls = Loopback.polls();
      while (Loopback.polls() < polls + POLLS) {
        Aio.yieldNow();
      }
    } while (Loopback.interests() == before); // the system has found more room
    assertThat(out.bufferSize()).isZero();
    return written;
  }

  private static Integer say(SSLSocket socket, String line) throws Exception {
    socket.getOutputStream().write(bytes(line));
    return 0;
  }

  private static String soon(Task<byte[]> reading) {
    return text(Aio.timeout(Duration.ofSeconds(20), () -> reading.join()));
  }

  @Test
  @Parity("TLS-7")
  void dataGoesOnWhileTheAnswerWaits() {
    asked(
        1,
        (server, client, reading, unread) -> {
          server.does(socket -> say(socket, "data\n"));

          assertThat(soon(reading)).isEqualTo("data\n");
        });
  }

  @Test
  @Parity("TLS-7")
  void aWriteThatSendsTheFirstAnswerTellsTheReaderThatWaitsWithASecondOne() {
    asked(
        2,
        (server, client, reading, unread) -> {
          Future<Integer> most =
              server.begin(socket -> socket.getInputStream().readNBytes((int) (unread / 2)).length);
          while (!most.isDone()) {
            Thread.onSpinWait(); // else the loop hears of the room itself
          }
          client.writer().write(bytes("x"));
          assertThat(client.writer().bufferSize()).isZero();
          server.does(socket -> say(socket, "data\n"));

          assertThat(soon(reading)).isEqualTo("data\n");
        });
  }

  @Test
  @Parity("TLS-7")
  void othersRunWhileTheOtherSideAsksAgainAndAgain() {
    int times = 1000;
    Aio.run(
        () -> {
          try (var server = new JdkPeer(socket -> {});
              Stream client = JdkPeer.secured(server.channel(), trusting())) {
            server.does(
                socket -> {
                  for (int i = 0; i < times; i++) {
                    socket.startHandshake();
                  }
                  return say(socket, "data\n");
                });
            Task<byte[]> reading = Aio.spawn(() -> client.reader().readLine());
            int turns = 0;
            while (!reading.isDone()) {
              Aio.yieldNow();
              turns++;
            }

            assertThat(text(reading.getNow())).isEqualTo("data\n");
            assertThat(turns).isGreaterThan(times / 100);
            client.abort();
          }
          return null;
        });
  }
}
