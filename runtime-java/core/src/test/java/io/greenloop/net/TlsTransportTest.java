package io.greenloop.net;

import static io.greenloop.net.Certificates.localhost;
import static io.greenloop.net.Certificates.trusting;
import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Conversation.text;
import static io.greenloop.net.Talk.turns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.TaskGroup;
import io.greenloop.net.Talk.Recorder;
import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Transports that speak TLS from the beginning. */
@Timeout(60)
class TlsTransportTest {
  private static byte[] random(int count) {
    byte[] bytes = new byte[count];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  // ---- order -------------------------------------------------------------------------------

  @Test
  @Parity({"TR-1", "TLS-2"})
  void aProtocolHearsOfTheConnectionWhenTheHandshakeIsDoneAndThenAsWithoutTls() {
    TlsTalk.with(
        talk -> {
          assertThat(talk.trail).containsExactly("made");
          talk.peerSends("one");
          talk.untilTrailHas(2);
          talk.peerSends("two");
          talk.untilTrailHas(3);
          talk.transport.write(bytes("three"));
          assertThat(text(talk.peer.reader().readExactly(5))).isEqualTo("three");
          talk.peer.close();
          talk.untilTrailHas(5);
          turns(5);
          assertThat(talk.trail).containsExactly("made", "one", "two", "eof", "lost well");
          talk.peer.awaitClosed();
        });
  }

  @Test
  @Parity({"TR-9", "TR-10"})
  void tlsHasNoHalfEnds() {
    var keeping =
        new Recorder() {
          @Override
          public boolean eofReceived() {
            super.eofReceived();
            return true;
          }
        };
    TlsTalk.with(
        keeping,
        talk -> {
          assertThat(talk.transport.canShutdownOutput()).isFalse();
          assertThatThrownBy(() -> talk.transport.shutdownOutput())
              .isInstanceOf(UnsupportedOperationException.class)
              .hasMessage(
                  "shutdownOutput on "
                      + talk.transport
                      + ": TLS ends both directions at once; close it");
          talk.peer.writer().shutdownOutput();
          talk.untilTrailHas(3);
          assertThat(talk.trail).containsExactly("made", "eof", "lost well");
          assertThat(talk.peer.reader().readAll()).isEmpty();
        });
  }

  @Test
  @Parity("TR-11")
  void itTellsWhatTlsHasAgreedOnAlsoAfterTheEnd() {
    TlsOptions server = localhost().withApplicationProtocols("echo");
    var protocol = new Recorder();
    TlsTalk.with(
        server,
        protocol,
        protocol.trail,
        talk -> {
          talk.transport.close();
          talk.peer.close();
          talk.untilTrailHas(3);
          TlsInfo info = talk.transport.info(Transport.Key.TLS).orElseThrow();
          assertThat(info.version()).isEqualTo("TLSv1.3");
          assertThat(info.cipher()).startsWith("TLS_");
          assertThat(info.peerCertificates()).isEmpty();
          assertThat(talk.transport.tls()).containsSame(info);
          assertThat(talk.transport.info(Transport.Key.SSL_CONTEXT)).isPresent();
          assertThat(talk.transport.info(Transport.Key.CHANNEL)).containsSame(talk.socket);
        });
    Talk.with(
        talk -> {
          assertThat(talk.transport.tls()).isEmpty();
          assertThat(talk.transport.info(Transport.Key.SSL_CONTEXT)).isEmpty();
        });
  }

  @Test
  @Parity({"TR-12", "TLS-5", "AC-ssl.3"})
  void aBufferedProtocolSaysWhereTheBytesGo() {
    byte[] sent = random(3 << 20);
    ByteBuffer received = ByteBuffer.allocate(sent.length);
    var protocol =
        new BufferedRecorder() {
          @Override
          public ByteBuffer getBuffer(int sizeHint) {
            return received.hasRemaining() ? received : ByteBuffer.allocate(1);
          }
        };
    TlsTalk.with(
        protocol,
        talk -> {
          talk.peer.writer().write(sent);
          talk.peer.close();
          talk.untilTrailHas(3);
          assertThat(received.array()).isEqualTo(sent);
          assertThat(protocol.updated).isEqualTo(sent.length);
        });
  }

  private abstract static class BufferedRecorder extends Recorder implements BufferedProtocol {
    int updated;

    @Override
    public void bufferUpdated(int count) {
      assertThat(count).isPositive();
      updated += count;
    }
  }

  // ---- handshakes --------------------------------------------------------------------------

  @Test
  @Parity({"TLS-1", "TLS-2", "AC-ssl.2"})
  void aCertificateThatIsNotTrustedFailsTheConnectAndTheProtocolHearsNothing() {
    TlsOptions stranger = TlsOptions.client(new Certificates("CN=somebody else").context());
    var protocol = new Recorder();
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            Server server = listen(localhost());
            assertThatThrownBy(() -> connect(server, stranger, protocol).join())
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining("the certificate of the other side is not trusted");
            assertThatThrownBy(
                    () -> connect(server, trusting().withServerName("other"), protocol).join())
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining("No subject alternative DNS name matching other");
            Transport good = connect(server, trusting(), protocol).join().transport();
            assertThat(protocol.trail).containsExactly("made");
            good.close();
            server.close();
            server.awaitClosed();
            TlsConversation.settle();
          });
      assertThat(t.errorMessages())
          .hasSize(2)
          .allMatch(each -> each.startsWith("TLS handshake on tcp ") && each.endsWith("is closed"));
    }
  }

  @Test
  @Parity({"TLS-2", "AC-ssl.2"})
  void anEndInTheHandshakeFailsTheConnect() {
    withSilentServer(
        trusting(),
        (connecting, accepted, protocol) -> {
          // Its first words unread, it would be a reset and no end.
          Aio.toThread(() -> accepted.read(ByteBuffer.allocate(1 << 16))).join();
          accepted.close();
          assertThatThrownBy(connecting::join)
              .isInstanceOf(ConnectionResetException.class)
              .hasMessageEndingWith("the other side ended the connection");
          assertThat(protocol.trail).isEmpty();
        });
  }

  @Test
  @RealTime
  @Parity({"TLS-2", "AC-ssl.2", "AC-ssl.5"})
  void aHandshakeThatTakesTooLongFailsTheConnect() {
    withSilentServer(
        trusting().withHandshakeTimeout(Duration.ofMillis(20)),
        (connecting, accepted, protocol) -> {
          assertThatThrownBy(connecting::join)
              .isExactlyInstanceOf(ConnectionAbortedException.class)
              .hasMessageEndingWith("not done within 20 ms");
          assertThat(protocol.trail).isEmpty();
        });
  }

  @Test
  @Parity({"TLS-2", "AC-ssl.6"})
  void aCancelInTheHandshakeLeavesNothingBehind() {
    withSilentServer(
        trusting(),
        (connecting, accepted, protocol) -> {
          turns(100);
          connecting.cancel();
          assertThatThrownBy(connecting::join).isInstanceOf(CancelledError.class);
          turns(3);
          assertThat(protocol.trail).isEmpty();
        });
  }

  private interface Handshake {
    void run(Task<?> connecting, SocketChannel accepted, Recorder protocol) throws Exception;
  }

  /** Somebody who accepts, and says nothing. */
  private static void withSilentServer(TlsOptions options, Handshake body) {
    Aio.run(
        () -> {
          var protocol = new Recorder();
          try (var listener = ServerSocketChannel.open()) {
            listener.bind(Loopback.anyPort());
            SocketAddress there = listener.getLocalAddress();
            Task<?> connecting =
                EventLoop.current().connect(ConnectOptions.to(there), options, () -> protocol);
            SocketChannel accepted = Aio.toThread(listener::accept).join();
            try (accepted) {
              body.run(connecting, accepted, protocol);
            }
          }
          TlsConversation.settle();
        });
  }

  // ---- servers -----------------------------------------------------------------------------

  private static Server listen(TlsOptions options) throws IOException {
    return EventLoop.current()
        .listen(
            ListenOptions.on(Loopback.anyPort()).with(ServerOptions.DEFAULT.withTls(options)),
            Echo::new);
  }

  private static Task<Connection<Recorder>> connect(
      Server server, TlsOptions options, Recorder protocol) {
    return EventLoop.current()
        .connect(
            ConnectOptions.to("localhost", TlsConversation.port(server)), options, () -> protocol);
  }

  private static final class Echo extends Recorder {
    @Override
    public void dataReceived(ByteBuffer data) {
      if (transport != null) {
        transport.write(data);
      }
    }
  }

  @Test
  @Parity({"AC-ssl.1", "TLS-2"})
  void aServerEchoesToManyAndReportsAHandshakeThatFailed() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            Server server = listen(localhost());
            Stream plain = Aio.openConnection("localhost", TlsConversation.port(server));
            plain.writer().write(bytes("hello\n"));
            plain.reader().readAll();
            plain.close();
            TaskGroup.run(
                group -> {
                  for (int i = 0; i < 8; i++) {
                    byte[] sent = random(300_000 + i);
                    group.spawn(
                        () -> {
                          converse(server, sent);
                          return 1;
                        });
                  }
                });
            server.close();
            server.awaitClosed();
            TlsConversation.settle();
          });
      assertThat(t.errorMessages())
          .singleElement()
          .asString()
          .endsWith("does not speak TLS; it began with \"hello.\"; it is closed");
    }
  }

  private static void converse(Server server, byte[] sent) throws Exception {
    Stream client = TlsConversation.connect(server, trusting());
    Task<?> writing =
        Aio.spawn(
            () -> {
              client.writer().write(sent);
              return 1;
            });
    assertThat(client.reader().readExactly(sent.length)).isEqualTo(sent);
    writing.join();
    client.close();
    client.awaitClosed();
  }

  @Test
  @Parity({"SRV-7", "AC-ssl.6"})
  void aServerThatEndsEndsHandshakesToo() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            Server server = listen(localhost());
            Stream silent = Aio.openConnection("localhost", TlsConversation.port(server));
            while (server.connections() == 0) {
              Aio.yieldNow();
            }
            server.close();
            server.closeClients();
            server.awaitClosed();
            assertThatThrownBy(() -> silent.reader().readAll()).isInstanceOf(IOException.class);
            silent.close();
            TlsConversation.settle();
          });
      assertThat(t.errorMessages()).isEmpty();
    }
  }

  // ---- flow control ------------------------------------------------------------------------

  @Test
  @Parity({"TLS-4", "TR-4"})
  void writingPausesAtHalfAMebibyteAndGoesOnWhenTheOtherSideHasRead() {
    byte[] sent = random(8 << 20);
    TlsTalk.with(
        talk -> {
          assertThat(talk.transport.writeBufferLimits())
              .isEqualTo(new WriteLimits(512 * 1024, 128 * 1024));
          talk.transport.write(sent);
          assertThat(talk.trail).containsExactly("made", "pause");
          assertThat(talk.transport.writeBufferSize()).isGreaterThan(512 * 1024);
          assertThat(talk.peer.reader().readExactly(sent.length)).isEqualTo(sent);
          assertThat(talk.trail).containsExactly("made", "pause", "resume");
          assertThat(talk.transport.writeBufferSize()).isZero();
        });
  }

  @Test
  @Parity({"TLS-4", "TR-5"})
  void whoPausesReadingHoldsTheOtherSideUp() {
    byte[] sent = random(8 << 20);
    TlsTalk.with(
        talk -> {
          talk.transport.pauseReading();
          Task<?> writing = Aio.spawn(() -> talk.peer.writer().write(sent));
          turns(2000);
          assertThat(writing.isDone()).isFalse();
          assertThat(talk.trail).containsExactly("made");
          var received = new java.io.ByteArrayOutputStream();
          talk.transport.setProtocol(
              new Protocol() {
                @Override
                public void dataReceived(ByteBuffer data) {
                  byte[] some = new byte[data.remaining()];
                  data.get(some);
                  received.writeBytes(some);
                }
              });
          talk.transport.resumeReading();
          while (received.size() < sent.length) {
            Aio.yieldNow();
          }
          assertThat(received.toByteArray()).isEqualTo(sent);
          writing.join();
        });
  }

  @Test
  @Parity("TR-15")
  void aFileGoesThroughTls(@TempDir Path folder) throws Exception {
    byte[] sent = random(1 << 20);
    Path file = Files.write(folder.resolve("file"), sent);
    TlsTalk.with(
        talk -> {
          try (FileChannel channel = FileChannel.open(file)) {
            talk.transport.write(bytes("head"));
            Task<Long> sending = talk.transport.sendFile(channel);
            assertThat(text(talk.peer.reader().readExactly(4))).isEqualTo("head");
            assertThat(talk.peer.reader().readExactly(sent.length)).isEqualTo(sent);
            assertThat(sending.join()).isEqualTo(sent.length);
          }
        });
  }

  @Test
  void aFileThatMeetsAResetEndsTheTransport(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("file"), new byte[8 << 20]);
    TlsTalk.with(
        talk -> {
          try (FileChannel channel = FileChannel.open(file)) {
            talk.transport.pauseReading();
            Task<Long> sending = talk.transport.sendFile(channel);
            turns(20);
            talk.peerChannel.setOption(StandardSocketOptions.SO_LINGER, 0);
            talk.peer.abort();

            assertThatThrownBy(sending::join).isInstanceOf(IOException.class);
            talk.untilTrailHas(2);
            assertThat(talk.trail).hasSize(2).last().asString().startsWith("lost Connection");
          }
        });
  }

  // ---- the end -----------------------------------------------------------------------------

  @Test
  @Parity({"TLS-3", "TR-6", "AC-ssl.4"})
  void aCloseSendsTheRestAndWaitsForTheAnswer() {
    byte[] sent = random(4 << 20);
    TlsTalk.with(
        talk -> {
          talk.transport.write(sent);
          talk.transport.close();
          talk.transport.close();
          assertThat(talk.transport.isClosing()).isTrue();
          turns(20);
          assertThat(talk.trail).containsExactly("made", "pause");
          assertThat(talk.peer.reader().readAll()).isEqualTo(sent); // to the close_notify
          assertThat(talk.trail).containsExactly("made", "pause", "resume");
          talk.peer.close();
          talk.untilTrailHas(5);
          assertThat(talk.trail).endsWith("eof", "lost well");
        });
  }

  @Test
  @RealTime
  @Parity({"TLS-3", "AC-ssl.4", "AC-ssl.5"})
  void aCloseThatNobodyAnswersOrReadsIsForced() {
    TlsOptions hurried = localhost().withShutdownTimeout(Duration.ofMillis(30));
    for (int size : new int[] {0, 8 << 20}) {
      var protocol = new Recorder();
      TlsTalk.with(
          hurried,
          protocol,
          protocol.trail,
          talk -> {
            talk.transport.setWriteBufferLimits(Long.MAX_VALUE, 0);
            talk.transport.write(new byte[size]);
            talk.transport.close();
            talk.untilTrailHas(2);
            assertThat(talk.trail).containsExactly("made", "lost ConnectionAbortedException");
            turns(2);
            assertThat(talk.socket.isOpen()).isFalse();
          });
    }
  }

  @Test
  @Parity({"TR-7", "AC-ssl.5"})
  void anAbortDropsWhatIsBufferedAndDoesNotWait() {
    TlsTalk.with(
        talk -> {
          talk.transport.write(new byte[4 << 20]);
          talk.transport.close();
          talk.transport.abort();
          talk.transport.abort();
          turns(3);
          assertThat(talk.trail).containsExactly("made", "pause", "lost well");
          assertThat(talk.socket.isOpen()).isFalse();
          assertThatThrownBy(() -> talk.peer.reader().readAll()).isInstanceOf(IOException.class);
        });
  }

  @Test
  @Parity({"TLS-7", "AC-ssl.6"})
  void afterACloseWritesAreDroppedAndWhatComesIsNotTold() {
    TlsTalk.with(
        talk -> {
          talk.transport.close();
          talk.transport.write(bytes("too late"));
          talk.peerSends("too late, too");
          assertThat(talk.peer.reader().readAll()).isEmpty();
          talk.peer.close();
          talk.untilTrailHas(3);
          assertThat(talk.trail).containsExactly("made", "eof", "lost well");
        });
  }

  @Test
  void anEndWithoutCloseNotifyIsATruncation() {
    TlsTalk.with(
        talk -> {
          talk.peerSends("half a sent");
          talk.untilTrailHas(2);
          cut(talk);
          talk.untilTrailHas(3);
          assertThat(talk.trail)
              .containsExactly("made", "half a sent", "lost TlsTruncationException");
        });
  }

  @Test
  void whoAllowsTruncationHearsOfAnEnd() {
    var protocol = new Recorder();
    TlsTalk.with(
        localhost().withTruncationAllowed(true),
        protocol,
        protocol.trail,
        talk -> {
          cut(talk);
          talk.untilTrailHas(3);
          assertThat(talk.trail).containsExactly("made", "eof", "lost well");
        });
  }

  /** Ends the connection of the other side below TLS. */
  private static void cut(TlsTalk talk) throws IOException {
    talk.peerChannel.shutdownOutput();
  }

  @Test
  @Parity({"TR-8", "AC-ssl.6"})
  void aResetIsTheReasonOfTheLoss() {
    TlsTalk.with(
        talk -> {
          talk.peer.abort();
          talk.untilTrailHas(2);
          assertThat(talk.trail).containsExactly("made", "lost ConnectionResetException");
        });
  }

  @Test
  @Parity("TR-8")
  void aCallbackThatThrowsEndsItsConnectionOnly() {
    var protocol =
        new Recorder() {
          @Override
          public void dataReceived(ByteBuffer data) {
            throw new IllegalStateException("no");
          }
        };
    TlsTalk.with(
        protocol,
        talk -> {
          talk.peerSends("x");
          talk.untilTrailHas(2);
          assertThat(talk.trail).containsExactly("made", "lost IllegalStateException");
          assertThat(talk.test.errorMessages())
              .singleElement()
              .asString()
              .contains("dataReceived of");
        });
  }
}
