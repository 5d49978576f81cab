package io.greenloop.net;

import static io.greenloop.net.Certificates.localhost;
import static io.greenloop.net.Certificates.trusting;
import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Conversation.text;
import static io.greenloop.net.TlsConversation.shakeHands;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.Task;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of a TLS stream: in good order, in one direction, cut off, too slow. */
@Timeout(60)
class TlsCloseTest {
  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static int timers() {
    return LoopThread.currentLoop().pendingTimers();
  }

  // ---- in good order -----------------------------------------------------------------------

  @Test
  @Parity({"TLS-3", "AC-ssl.4", "AC-ssl.5"})
  void aCloseWaitsForTheOtherSidesAnswer() {
    TlsConversation.with(
        (client, server) -> {
          Task<?> closed =
              Aio.spawn(
                  () -> {
                    client.close();
                    client.awaitClosed();
                  });
          Aio.yieldNow();
          assertThat(closed.isDone()).isFalse();
          assertThat(timers()).isEqualTo(1);

          assertThat(server.reader().readAll()).isEmpty();
          server.close();
          server.awaitClosed();

          closed.join();
          assertThat(timers()).isZero();
        });
  }

  @Test
  @Parity({"TLS-3", "AC-ssl.5"})
  void whoAnswersACloseNeedsNoTimer() {
    TlsConversation.with(
        (client, server) -> {
          client.writer().shutdownOutput();
          assertThat(server.reader().readAll()).isEmpty();

          server.close();

          server.awaitClosed();
          assertThat(timers()).isZero();
          assertThat(client.reader().readAll()).isEmpty();
        });
  }

  @Test
  @Parity({"TLS-3", "AC-ssl.4"})
  void everythingThatWasWrittenIsSentBeforeTheEnd() {
    byte[] sent = random(24 << 20);
    TlsConversation.with(
        (client, server) -> {
          client.writer().setBufferLimits(Long.MAX_VALUE, 0);
          client.writer().write(sent);
          client.close();
          assertThat(client.writer().bufferSize()).isPositive();

          assertThat(server.reader().readAll()).isEqualTo(sent);
          server.close();
          client.awaitClosed();
        });
  }

  @Test
  @Parity({"TLS-3", "AC-ssl.4"})
  void whatWasOnItsWayWhenTheOtherSideEndedIsStillDelivered() {
    byte[] sent = random(24 << 20);
    TlsConversation.wired(
        (a, b) -> {
          shakeHands(
              a.stream(),
              b.stream(),
              localhost(),
              trusting().withShutdownTimeout(Duration.ofMinutes(10))); // of a busy machine
          Stream client = a.stream();
          Stream server = b.stream();
          client.writer().setBufferLimits(Long.MAX_VALUE, 0);
          client.writer().write(sent); // most of it waits
          server.writer().shutdownOutput();
          assertThat(client.reader().readAll()).isEmpty();
          client.close();

          assertThat(server.reader().readAll()).isEqualTo(sent);
          client.awaitClosed();
        });
  }

  @Test
  @Parity({"TLS-3", "AC-ssl.4"})
  void aReadThatSendsTheRestOfARecordTellsTheWriterThatWaitedForThat() {
    byte[] sent = random(24 << 20);
    TlsConversation.with(
        (client, server) -> {
          client.writer().setBufferLimits(Long.MAX_VALUE, 0);
          client.writer().write(sent); // most of it waits, behind a part of a record
          Task<byte[]> asking = Aio.spawn(() -> client.reader().read(1));
          Aio.yieldNow();
          asking.cancel(); // from now on a read asks the system at once
          assertThatThrownBy(asking::join).isInstanceOf(CancelledError.class);
          server.writer().shutdownOutput();
          ByteBuffer first = ByteBuffer.allocate(512 << 10);
          while (first.hasRemaining()) { // it is there, so the loop does not hear of the room
            assertThat(server.reader().read(first)).isPositive();
          }

          assertThat(client.reader().read(1)).isEmpty(); // answers the end, behind that record
          client.close();

          byte[] rest = server.reader().readAll();
          assertThat(ByteBuffer.wrap(sent, first.limit(), rest.length))
              .isEqualTo(ByteBuffer.wrap(rest));
          assertThat(first.limit() + rest.length).isEqualTo(sent.length);
        });
  }

  @Test
  @Parity({"TLS-3", "AC-ssl.4"})
  void othersRunWhileACloseDropsWhatTheOtherSideStillSends() {
    int records = 1000;
    TlsConversation.with(
        (client, server) -> {
          for (int i = 0; i < records; i++) {
            client.writer().write(bytes("x")); // a record of its own
          }
          client.writer().shutdownOutput();

          server.close();
          Task<?> closed = Aio.spawn(() -> server.awaitClosed());
          int turns = 0;
          while (!closed.isDone()) {
            Aio.yieldNow();
            turns++;
          }

          assertThat(turns).isGreaterThan(records / 100);
        });
  }

  @Test
  @Parity("STR-14")
  void withTls13OneDirectionEndsAndTheOtherGoesOn() {
    TlsConversation.with(
        (client, server) -> {
          client.writer().write(bytes("question"));
          client.writer().shutdownOutput();

          assertThat(text(server.reader().readAll())).isEqualTo("question");
          for (int i = 0; i < 3; i++) {
            server.writer().write(bytes("answer "));
            assertThat(text(client.reader().readExactly(7))).isEqualTo("answer ");
          }
          server.writer().shutdownOutput();
          assertThat(client.reader().readAll()).isEmpty();
          client.close();
          client.awaitClosed(); // at once: both directions have ended
          assertThat(timers()).isZero();
        });
  }

  @Test
  void withTls12TheEndOfOneDirectionIsTheEndOfBoth() {
    TlsConversation.with(
        localhost(),
        trusting().withVersions("TLSv1.2"),
        (client, server) -> {
          client.writer().write(bytes("question"));
          client.writer().shutdownOutput();

          assertThat(text(server.reader().readAll())).isEqualTo("question");
          assertThatThrownBy(() -> server.writer().write(bytes("answer")))
              .isExactlyInstanceOf(BrokenPipeException.class)
              .hasMessage("write on " + server + ": the other side has ended TLS");
          assertThat(client.reader().readAll()).isEmpty();
        });
  }

  @Test
  @Parity({"TLS-7", "AC-ssl.6"})
  void afterACloseWritesAreRefusedAndWhatComesIsDropped() {
    TlsConversation.with(
        (client, server) -> {
          client.close();
          for (int i = 0; i < 6; i++) {
            assertThatThrownBy(() -> client.writer().write(bytes("x")))
                .isExactlyInstanceOf(StreamClosedException.class)
                .hasMessage("write on " + client + ": the stream is closed");
          }
          server.writer().write(bytes("too late"));
          server.writer().shutdownOutput();

          client.awaitClosed();
          assertThat(server.reader().readAll()).isEmpty();
        });
  }

  // ---- in no order -------------------------------------------------------------------------

  @Test
  void anEndWithoutCloseNotifyIsATruncation() {
    TlsConversation.wired(
        (client, server) -> {
          shakeHands(client.stream(), server.stream());
          server.writer().write(bytes("half a mess"));
          assertThat(text(client.reader().readExactly(4))).isEqualTo("half");
          server.channel().shutdownOutput();

          assertThatThrownBy(() -> client.reader().readAll())
              .isExactlyInstanceOf(TlsTruncationException.class)
              .hasMessage(
                  "read on "
                      + client.stream()
                      + ": the connection ended without TLS's close_notify; what was read may be"
                      + " cut off");
          assertThatThrownBy(() -> client.writer().write(bytes("x")))
              .isInstanceOf(IOException.class);
          assertThat(client.channel().isOpen()).isFalse();
        });
  }

  @Test
  void anEndInTheMiddleOfARecordIsATruncation() {
    TlsConversation.wired(
        (client, server) -> {
          shakeHands(client.stream(), server.stream());
          server.channel().write(java.nio.ByteBuffer.wrap(new byte[] {23, 3, 3, 0, 40, 1, 2, 3}));
          server.channel().shutdownOutput();

          assertThatThrownBy(() -> client.reader().readAll())
              .isExactlyInstanceOf(TlsTruncationException.class);
        });
  }

  @Test
  void whoAllowsTruncationReadsToTheEnd() {
    TlsConversation.wired(
        (client, server) -> {
          shakeHands(
              client.stream(),
              server.stream(),
              localhost(),
              trusting().withTruncationAllowed(true));
          server.writer().write(bytes("all of it"));
          server.channel().shutdownOutput();

          assertThat(text(client.reader().readAll())).isEqualTo("all of it");
          assertThat(client.reader().atEof()).isTrue();
        });
  }

  @Test
  void aRecordThatSomebodyHasChangedFailsTheStream() {
    TlsConversation.wired(
        (client, server) -> {
          shakeHands(client.stream(), server.stream());
          server.channel().write(java.nio.ByteBuffer.wrap(new byte[] {23, 3, 3, 0, 40, 1, 2, 3}));
          server.channel().write(java.nio.ByteBuffer.wrap(new byte[40]));

          assertThatThrownBy(() -> client.reader().read(1))
              .isInstanceOf(javax.net.ssl.SSLException.class)
              .hasMessageStartingWith("read on " + client.stream() + ": ");
          assertThatThrownBy(() -> server.reader().read(1)) // is told why
              .hasMessageStartingWith("read on " + server.stream() + ": the other side refused: ");
        });
  }

  @Test
  @Parity("AC-ssl.6")
  void aResetReachesReadersAndWriters() {
    TlsConversation.with(
        (client, server) -> {
          Task<byte[]> reading = Aio.spawn(() -> client.reader().read(1));
          Task<?> writing = Aio.spawn(() -> client.writer().write(new byte[8 << 20]));
          server.reader().readExactly(1);

          server.abort();

          Aio.waitUntil(List.of(reading, writing));
          assertThat(reading.exceptionNow()).isInstanceOf(IOException.class);
          assertThat(writing.exceptionNow()).isInstanceOf(IOException.class);
          assertThatThrownBy(client::awaitClosed).isInstanceOf(IOException.class);
        });
  }

  // ---- too slow ----------------------------------------------------------------------------

  @Test
  @RealTime
  @Parity({"TLS-3", "AC-ssl.4", "AC-ssl.5"})
  void aCloseThatNobodyAnswersIsForced() {
    TlsConversation.wired(
        (client, server) -> {
          shakeHands(
              client.stream(),
              server.stream(),
              localhost(),
              trusting().withShutdownTimeout(Duration.ofMillis(30)));
          client.stream().close();

          assertThatThrownBy(() -> client.stream().awaitClosed())
              .isExactlyInstanceOf(ConnectionAbortedException.class)
              .hasMessage(
                  "close of "
                      + client.stream()
                      + ": the other side did not answer TLS's close_notify within 30 ms");
          assertThat(client.channel().isOpen()).isFalse();
          assertThat(timers()).isZero();
        });
  }

  @Test
  @RealTime
  @Parity({"TLS-3", "AC-ssl.4"})
  void aCloseIsForcedWhenTheOtherSideDoesNotReadWhatIsStillToBeSent() {
    TlsConversation.wired(
        (client, server) -> {
          shakeHands(
              client.stream(),
              server.stream(),
              localhost(),
              trusting().withShutdownTimeout(Duration.ofMillis(30)));
          client.writer().setBufferLimits(Long.MAX_VALUE, 0);
          client.writer().write(random(24 << 20));
          client.stream().close();

          assertThatThrownBy(() -> client.stream().awaitClosed())
              .isExactlyInstanceOf(ConnectionAbortedException.class)
              .hasMessageEndingWith("did not answer TLS's close_notify within 30 ms");
          assertThat(client.channel().isOpen()).isFalse();
          assertThat(timers()).isZero();
        });
  }

  @Test
  @Parity("AC-ssl.5")
  void anAbortDoesNotWaitForTheAnswer() {
    TlsConversation.wired(
        (client, server) -> {
          shakeHands(client.stream(), server.stream());
          client.stream().close();
          assertThat(timers()).isEqualTo(1);

          client.stream().abort();

          client.stream().awaitClosed();
          assertThat(timers()).isZero();
          assertThat(client.channel().isOpen()).isFalse();
        });
  }

  @Test
  @Parity("AC-ssl.5")
  void aLoopThatEndsDoesNotWaitForTheAnswerEither() {
    var left = new java.util.ArrayList<TlsConversation.Wired>();
    Aio.run(
        () -> {
          var core = LoopThread.currentLoop();
          var pair = Loopback.pair();
          Stream client = Stream.adopt(core, pair[0], 1 << 16);
          Stream server = Stream.adopt(core, pair[1], 1 << 16);
          shakeHands(client, server);
          client.close();
          left.add(new TlsConversation.Wired(client, pair[0]));
          pair[1].close();
        });
    assertThat(left.getFirst().channel().isOpen()).isFalse();
  }

  @Test
  @Parity("TLS-3")
  void anEndInPlaceOfTheAnswerIsGoodEnough() {
    TlsConversation.wired(
        (client, server) -> {
          shakeHands(client.stream(), server.stream());
          server.writer().write(bytes("not read"));
          client.stream().close();
          server.channel().shutdownOutput();

          client.stream().awaitClosed();
        });
  }
}
