package io.greenloop.net;

import static io.greenloop.net.Certificates.localhost;
import static io.greenloop.net.Certificates.trusting;
import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Conversation.text;
import static io.greenloop.net.Talk.turns;
import static io.greenloop.net.TlsConversation.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.net.Talk.Recorder;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Transports that go over to TLS. */
@Timeout(60)
class TransportStartTlsTest {
  private interface Body {
    void run(Transport plain, Stream peer, Recorder protocol) throws Exception;
  }

  /** A plain transport, and a plain stream at the other end. */
  private static void with(Body body) {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            SocketChannel[] pair = Loopback.narrowPair();
            Stream peer = Stream.adopt(LoopThread.currentLoop(), pair[1], 1 << 16);
            var protocol = new Recorder();
            Transport plain = EventLoop.current().adopt(pair[0], () -> protocol).join().transport();
            try {
              body.run(plain, peer, protocol);
            } finally {
              plain.abort();
              peer.abort();
            }
            turns(3);
            TlsConversation.settle();
            assertThat(pair[0].isOpen()).isFalse();
          });
    }
  }

  private static Task<?> secure(Stream peer, TlsOptions options) {
    return Aio.spawn(
        () -> {
          peer.startTls(options);
          return 1;
        });
  }

  private static void untilTrailHas(Recorder protocol, int count) {
    while (protocol.trail.size() < count) {
      Aio.yieldNow();
    }
  }

  @Test
  @Parity({"TLS-5", "AC-ssl.3"})
  void aServerGoesOverAndGivesANewTransport() {
    with(
        (plain, peer, protocol) -> {
          plain.write(bytes("220 go ahead\n"));
          Task<Transport> starting = plain.startTls(localhost());
          assertThat(text(peer.reader().readLine())).isEqualTo("220 go ahead\n");
          peer.startTls(named(trusting()));
          Transport secure = starting.join();

          assertThat(secure).isNotSameAs(plain);
          assertThat(secure.protocol()).isSameAs(protocol);
          assertThat(secure.tls()).isPresent();
          assertThat(plain.tls()).isEmpty();
          peer.writer().write(bytes("secret"));
          untilTrailHas(protocol, 2);
          secure.write(bytes("answer"));
          assertThat(text(peer.reader().readExactly(6))).isEqualTo("answer");
          peer.close();
          untilTrailHas(protocol, 4);
          assertThat(protocol.trail).containsExactly("made", "secret", "eof", "lost well");
        });
  }

  @Test
  @Parity({"TLS-5", "AC-ssl.3"})
  void aClientGoesOverAndTheFirstDataIsForTheProtocolThatIsSetThen() {
    with(
        (plain, peer, protocol) -> {
          Task<?> serving = secure(peer, localhost());
          Transport secure = plain.startTls(named(trusting())).join();
          var other = new Recorder();
          secure.setProtocol(other);
          serving.join();
          peer.writer().write(bytes("hello"));
          untilTrailHas(other, 1);
          assertThat(other.trail).containsExactly("hello");
          assertThat(protocol.trail).containsExactly("made");
        });
  }

  @Test
  @Parity("TLS-5")
  void dataThatComesWithTheHandshakeWaitsForWhoAsked() {
    List<String> order = new ArrayList<>();
    with(
        (plain, peer, protocol) -> {
          plain.setProtocol(
              new Protocol() {
                @Override
                public void dataReceived(ByteBuffer data) {
                  order.add("data");
                }
              });
          Task<Transport> starting = plain.startTls(localhost());
          starting.whenDone(done -> order.add("started"));
          peer.startTls(named(trusting()));
          peer.writer().write(bytes("at once"));
          while (order.size() < 2) {
            Aio.yieldNow();
          }
          assertThat(order).containsExactly("started", "data");
        });
  }

  @Test
  @Parity("TLS-5")
  void theOldTransportIsGoodForNothingButTheEnd() {
    with(
        (plain, peer, protocol) -> {
          Task<?> other = secure(peer, named(trusting()));
          Transport secure = plain.startTls(localhost()).join();
          other.join();
          assertThatThrownBy(() -> plain.write(bytes("in plain text")))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "write on "
                      + plain
                      + ": startTls has replaced it; use the transport that it gave");
          assertThatThrownBy(() -> plain.startTls(localhost()))
              .isInstanceOf(IllegalStateException.class);
          assertThat(plain.isClosing()).isFalse();
          plain.close();
          assertThat(secure.isClosing()).isTrue();
          assertThat(plain.isClosing()).isTrue();
          assertThat(peer.reader().readAll()).isEmpty();
          peer.close();
          untilTrailHas(protocol, 3);
          assertThat(protocol.trail).containsExactly("made", "eof", "lost well");
        });
  }

  @Test
  @Parity({"TLS-5", "TR-4"})
  void whatIsBufferedGoesOutInPlainTextAndAPauseEndsWithTheHandshake() {
    with(
        (plain, peer, protocol) -> {
          plain.write(new byte[4 << 20]);
          assertThat(protocol.trail).containsExactly("made", "pause");
          Task<Transport> starting = plain.startTls(localhost());
          assertThat(peer.reader().readExactly(4 << 20)).hasSize(4 << 20);
          peer.startTls(named(trusting()));
          starting.join();
          turns(1);
          assertThat(protocol.trail).containsExactly("made", "pause", "resume");
        });
  }

  @Test
  @Parity({"TLS-5", "AC-ssl.3"})
  void aFailureEndsTheConnection() {
    with(
        (plain, peer, protocol) -> {
          peer.writer().write(bytes("no TLS at all"));
          assertThatThrownBy(() -> plain.startTls(localhost()).join())
              .isInstanceOf(SSLException.class)
              .hasMessageContaining("does not speak TLS");
          untilTrailHas(protocol, 2);
          assertThat(protocol.trail).containsExactly("made", "lost SSLException");
        });
  }

  @Test
  @Parity({"TLS-5", "AC-ssl.3"})
  void aCancelEndsTheConnectionWheneverItComes() {
    for (int turns : new int[] {0, 1, 500}) {
      with(
          (plain, peer, protocol) -> {
            Task<Transport> starting = plain.startTls(localhost());
            turns(turns);
            starting.cancel();
            assertThatThrownBy(starting::join).isInstanceOf(CancelledError.class);
            untilTrailHas(protocol, 2);
            assertThat(protocol.trail).containsExactly("made", "lost well");
          });
    }
  }

  @Test
  @Parity({"TLS-5", "AC-ssl.6"})
  void aCloseMeanwhileFailsIt() {
    with(
        (plain, peer, protocol) -> {
          Task<Transport> starting = plain.startTls(localhost());
          turns(100);
          plain.close();
          assertThatThrownBy(starting::join)
              .isInstanceOf(StreamClosedException.class)
              .hasMessageEndingWith("the transport is closed");
          assertThat(protocol.trail).containsExactly("made", "lost well");
        });
  }

  @Test
  @Parity("TLS-6")
  void tlsGoesIntoTls() {
    with(
        (plain, peer, protocol) -> {
          Task<?> first = secure(peer, named(trusting()));
          Transport outer = plain.startTls(localhost()).join();
          first.join();
          Task<?> second = secure(peer, named(trusting()));
          Transport inner = outer.startTls(localhost()).join();
          second.join();
          peer.writer().write(new byte[1]);
          untilTrailHas(protocol, 2);
          byte[] sent = new byte[1 << 20];
          inner.write(sent);
          assertThat(peer.reader().readExactly(sent.length)).isEqualTo(sent);
          plain.close(); // ends what has replaced what has replaced it
          assertThat(peer.reader().readAll()).isEmpty();
          peer.close();
          while (!protocol.trail.getLast().startsWith("lost")) {
            Aio.yieldNow();
          }
          assertThat(protocol.trail).endsWith("lost well");
        });
  }

  @Test
  @Parity("TLS-5")
  void aServerStillEndsAConnectionThatWentOver() throws Exception {
    Aio.run(
        () -> {
          var protocol = new Recorder();
          Server server =
              EventLoop.current().listen(ListenOptions.on(Loopback.anyPort()), () -> protocol);
          Stream client =
              Streams.openConnection(ConnectOptions.to(server.localAddresses().getFirst()));
          untilTrailHas(protocol, 1);
          Task<Transport> starting =
              Objects.requireNonNull(protocol.transport).startTls(localhost());
          client.startTls(named(trusting()));
          starting.join();
          assertThat(server.connections()).isEqualTo(1);
          server.close();
          server.closeClients();
          assertThat(client.reader().readAll()).isEmpty();
          client.close();
          server.awaitClosed();
          assertThat(protocol.trail).containsExactly("made", "eof", "lost well");
          TlsConversation.settle();
        });
  }

  @Test
  @Parity({"TLS-5", "AC-ssl.3"})
  void itIsRefusedWhereItCannotBe() {
    with(
        (plain, peer, protocol) -> {
          plain.shutdownOutput();
          assertThatThrownBy(() -> plain.startTls(localhost()))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("its output was shut down");
          plain.close();
          assertThatThrownBy(() -> plain.startTls(localhost()))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage("startTls on " + plain + ": it is closing");
        });
    Aio.run(
        () -> {
          Pipe pipe = Pipe.open();
          Transport end =
              EventLoop.current().readPipe(pipe.source(), Recorder::new).join().transport();
          assertThatThrownBy(() -> end.startTls(localhost()))
              .isInstanceOf(UnsupportedOperationException.class)
              .hasMessageEndingWith("TLS needs both directions, and a pipe has one");
          end.close();
          pipe.sink().close();
          turns(3);
        });
  }
}
