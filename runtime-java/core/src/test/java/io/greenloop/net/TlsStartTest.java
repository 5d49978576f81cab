package io.greenloop.net;

import static io.greenloop.net.Certificates.localhost;
import static io.greenloop.net.Certificates.trusting;
import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Conversation.text;
import static io.greenloop.net.TlsConversation.named;
import static io.greenloop.net.TlsConversation.shakeHands;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.Aio;
import io.greenloop.Task;
import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From plain text to TLS in the middle of a conversation. */
@Timeout(60)
class TlsStartTest {
  @Test
  @Parity({"TLS-5", "STR-14", "AC-streams.7", "AC-ssl.3"})
  void theSameReaderAndWriterGoOnWithTls() {
    TlsConversation.wired(
        (client, server) -> {
          StreamReader reader = client.reader();
          StreamWriter writer = client.writer();
          Task<?> serving =
              Aio.spawn(
                  () -> {
                    assertThat(text(server.reader().readLine())).isEqualTo("STARTTLS\n");
                    server.writer().write(bytes("220 go ahead\n"));
                    server.stream().startTls(localhost());
                    server.writer().write(server.reader().readLine());
                  });
          writer.write(bytes("STARTTLS\n"));
          assertThat(text(reader.readLine())).isEqualTo("220 go ahead\n");
          client.stream().startTls(named(trusting()));
          writer.write(bytes("secret\n"));

          assertThat(text(reader.readLine())).isEqualTo("secret\n");
          serving.join();
          assertThat(client.stream().reader()).isSameAs(reader);
          assertThat(client.stream().tls()).isPresent();
        });
  }

  @Test
  @Parity({"TLS-5", "AC-streams.7"})
  void whatTheReaderHasBufferedBelongsToTls() {
    TlsConversation.wired(
        (client, server) -> {
          client.writer().write(bytes("STARTTLS\n"));
          Task<?> connecting = Aio.spawn(() -> client.stream().startTls(named(trusting())));
          while (Loopback.available(server.channel()) < 100) { // the line, and a greeting
            Aio.yieldNow();
          }
          assertThat(text(server.reader().readLine())).isEqualTo("STARTTLS\n");
          assertThat(server.reader().buffered()).isGreaterThan(80);

          server.stream().startTls(localhost());

          connecting.join();
          assertThat(server.reader().buffered()).isZero();
          server.writer().write(bytes("welcome\n"));
          assertThat(text(client.reader().readLine())).isEqualTo("welcome\n");
        });
  }

  @Test
  @Parity({"STR-14", "TLS-5"})
  void whatWasWrittenBeforeGoesOutBeforeInPlainText() {
    byte[] before = new byte[24 << 20];
    new Random(1).nextBytes(before);
    TlsConversation.wired(
        (client, server) -> {
          client.writer().setBufferLimits(Long.MAX_VALUE, 0);
          client.writer().write(before);
          assertThat(client.writer().bufferSize()).isPositive();
          Task<?> connecting = Aio.spawn(() -> client.stream().startTls(named(trusting())));
          Aio.yieldNow();
          assertThat(client.writer().bufferSize()).isZero();
          assertThat(server.reader().readExactly(before.length)).isEqualTo(before);

          server.stream().startTls(localhost());
          connecting.join();
          client.writer().write(bytes("secret\n"));
          assertThat(text(server.reader().readLine())).isEqualTo("secret\n");
        });
  }

  @Test
  void whoReadsOrWritesMeanwhileGoesOnWhenTheHandshakeIsDone() {
    TlsConversation.wired(
        (client, server) -> {
          Task<byte[]> reading = Aio.spawn(() -> client.reader().readLine());
          Aio.yieldNow();
          Task<?> connecting = Aio.spawn(() -> client.stream().startTls(named(trusting())));
          Aio.yieldNow();
          client.writer().write(bytes("early\n"));
          client.writer().shutdownOutput();
          Aio.yieldNow();
          assertThat(reading.isDone()).isFalse();

          server.stream().startTls(localhost());
          server.writer().write(bytes("hello\n"));

          assertThat(text(reading.join())).isEqualTo("hello\n");
          assertThat(text(server.reader().readAll())).isEqualTo("early\n");
          connecting.join();
        });
  }

  @Test
  @RealTime
  @Parity("TLS-3")
  void aCloseMeanwhileHasItsTimeLimit() {
    TlsConversation.wired(
        (client, server) -> {
          Task<?> connecting =
              Aio.spawn(
                  () -> {
                    client.stream()
                        .startTls(named(trusting()).withShutdownTimeout(Duration.ofMillis(500)));
                    return 1;
                  });
          Aio.yieldNow();
          client.writer().setBufferLimits(Long.MAX_VALUE, 0);
          client.writer().write(new byte[24 << 20]);
          client.stream().close();
          Task<?> serving = // and reads nothing; the limit may cut the handshake off
              Aio.spawn(
                  () -> {
                    server.stream().startTls(localhost());
                    return 1;
                  });

          assertThatThrownBy(() -> client.stream().awaitClosed())
              .isExactlyInstanceOf(ConnectionAbortedException.class)
              .hasMessageEndingWith("did not answer TLS's close_notify within 500 ms");
          assertThat(client.channel().isOpen()).isFalse();
          server.stream().abort();
          catchThrowable(serving::join);
          catchThrowable(connecting::join);
        });
  }

  @Test
  void whoLooksForAMarkMeanwhileFindsItWhereverTlsBegan() {
    TlsConversation.wired(
        (client, server) -> {
          Task<byte[]> reading = Aio.spawn(() -> server.reader().readUntil(bytes("a mark")));
          Task<?> connecting = Aio.spawn(() -> client.stream().startTls(named(trusting())));
          while (server.reader().buffered() < 80) { // a greeting, in which there is none
            Aio.yieldNow();
          }
          server.stream().startTls(localhost());
          connecting.join();
          client.writer().write(bytes("up to a mark"));

          assertThat(text(reading.join())).isEqualTo("up to a mark");
        });
  }

  @Test
  @Parity("AC-ssl.3")
  void wrongCallsAreRefusedAndChangeNothing() {
    TlsConversation.wired(
        (client, server) -> {
          Task<?> connecting = Aio.spawn(() -> client.stream().startTls(named(trusting())));
          Aio.yieldNow();
          assertThatThrownBy(() -> client.stream().startTls(named(trusting())))
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage("startTls on " + client.stream() + ": a handshake is under way");
          server.stream().startTls(localhost());
          connecting.join();

          client.writer().shutdownOutput();
          assertThatThrownBy(() -> client.stream().startTls(named(trusting())))
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "startTls on "
                      + client.stream()
                      + ": its output was shut down; call it before that");
          server.writer().write(bytes("still here"));
          assertThat(text(client.reader().readExactly(10))).isEqualTo("still here");

          client.stream().close();
          assertThatThrownBy(() -> client.stream().startTls(named(trusting())))
              .isExactlyInstanceOf(StreamClosedException.class)
              .hasMessage("startTls on " + client.stream() + ": the stream is closed");
        });
  }

  @Test
  @Parity("TLS-5")
  void aCallThatIsRefusedLeavesWhatHasComeToTheReader() {
    TlsConversation.wired(
        (client, server) -> {
          server.writer().write(bytes("one\ntwo\n"));
          assertThat(text(client.reader().readLine())).isEqualTo("one\n");
          assertThat(client.reader().buffered()).isEqualTo(4);
          client.writer().shutdownOutput();

          assertThatThrownBy(() -> client.stream().startTls(named(trusting())))
              .isExactlyInstanceOf(IllegalStateException.class);

          assertThat(text(client.reader().readLine())).isEqualTo("two\n");
        });
  }

  @Test
  void inACallbackNothingIsBegun() {
    TlsConversation.wired(
        (client, server) -> {
          var refused = Aio.<Throwable>newPromise();
          io.greenloop.EventLoop.current()
              .callSoon(
                  () -> {
                    try {
                      client.stream().startTls(named(trusting()));
                    } catch (Throwable e) {
                      refused.complete(e);
                    }
                  });
          assertThat(refused.join()).isInstanceOf(IllegalStateException.class);
          shakeHands(client.stream(), server.stream()); // as if nothing had been
        });
  }

  @Test
  @Parity("TLS-1")
  void aClientThatKnowsNoNameMustGiveOne(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("s");
    try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(path));
      SocketChannel left = SocketChannel.open(UnixDomainSocketAddress.of(path));
      SocketChannel right = listener.accept();
      Aio.run(
          () -> {
            var core = io.greenloop.internal.loop.LoopThread.currentLoop();
            Stream client = Stream.adopt(core, left, 1 << 16);
            Stream server = Stream.adopt(core, right, 1 << 16);
            assertThatThrownBy(() -> client.startTls(trusting()))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                    "startTls on "
                        + client
                        + ": no name to check the server's certificate against; give one by"
                        + " withServerName, or \"\" for no check");

            shakeHands(client, server);
            client.writer().write(bytes("x"));
            assertThat(text(server.reader().readExactly(1))).isEqualTo("x");
            client.close();
            server.close();
            client.awaitClosed();
            server.awaitClosed();
          });
    }
  }
}
