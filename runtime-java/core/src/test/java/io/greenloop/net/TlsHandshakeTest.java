package io.greenloop.net;

import static io.greenloop.net.Certificates.AUTHORITY;
import static io.greenloop.net.Certificates.localhost;
import static io.greenloop.net.Certificates.trusting;
import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Conversation.text;
import static io.greenloop.net.TlsConversation.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.LoopOptions;
import io.greenloop.Promise;
import io.greenloop.RunOptions;
import io.greenloop.Task;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.internal.loop.ReadyListener;
import io.greenloop.internal.loop.Watch.Direction;
import io.greenloop.net.TlsConversation.Wired;
import io.greenloop.net.TlsOptions.ClientAuth;
import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handshakes that fail: each says why, on which connection, and leaves nothing behind. */
@Timeout(60)
class TlsHandshakeTest {
  private static void echo(Stream stream) throws Exception {
    for (byte[] line = stream.reader().readLine();
        line.length > 0;
        line = stream.reader().readLine()) {
      stream.writer().write(line);
    }
  }

  /** Both sides' failures. */
  private record Failures(Throwable client, Throwable server) {}

  private static Failures failures(
      Wired client, Wired server, TlsOptions serverSide, TlsOptions clientSide) {
    Task<?> accepting = Aio.spawn(() -> server.stream().startTls(serverSide));
    Task<?> connecting = Aio.spawn(() -> client.stream().startTls(named(clientSide)));
    Aio.waitUntil(List.of(accepting, connecting));
    for (Wired each : List.of(client, server)) {
      assertThat(each.stream().isClosing()).isTrue();
      assertThat(each.channel().isOpen()).isFalse();
      assertThat(each.stream().tls()).isEmpty();
    }
    return new Failures(connecting.exceptionNow(), accepting.exceptionNow());
  }

  // ---- threads -----------------------------------------------------------------------------

  /** Takes so many jobs, and no more. */
  private static ExecutorService takes(int jobs) {
    var left = new AtomicInteger(jobs);
    return new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()) {
      @Override
      public void execute(Runnable job) {
        if (left.getAndDecrement() <= 0) {
          throw new RejectedExecutionException("no room for a job");
        }
        super.execute(job);
      }
    };
  }

  @Test
  @Parity("TLS-2")
  void anExecutorThatTakesNoJobFailsTheHandshake() {
    TlsConversation.wired(
        (client, server) -> {
          EventLoop.current().setDefaultExecutor(takes(0));
          Failures failures = failures(client, server, localhost(), trusting());

          assertThat(failures.client)
              .isInstanceOf(SSLException.class)
              .hasMessage("TLS handshake on " + client.stream() + ": no room for a job");
          assertThat(failures.server).isInstanceOf(IOException.class);
        });
  }

  @Test
  @Parity("TLS-2")
  void anExecutorThatTakesNoJobInTheMiddleOfItFailsItAtOnce() {
    TlsConversation.wired(
        (client, server) -> {
          EventLoop.current().setDefaultExecutor(takes(2)); // an engine for each side
          Failures failures = failures(client, server, localhost(), trusting());

          assertThat(failures.server)
              .isInstanceOf(SSLException.class)
              .hasMessage("TLS handshake on " + server.stream() + ": no room for a job");
          assertThat(failures.client).isInstanceOf(IOException.class);
        });
  }

  // ---- the end of it -----------------------------------------------------------------------

  @Test
  @Parity("AC-ssl.6")
  void anEndOfOurDirectionThatCannotBeSentBehindItFailsIt() {
    Aio.run(
        () -> {
          SocketChannel[] pair = Loopback.pair();
          var core = LoopThread.currentLoop();
          TlsOptions older = named(trusting()).withVersions("TLSv1.2"); // whose alerts can be seen
          Stream server = Stream.adopt(core, pair[1], 1 << 16);
          Task<?> accepting = Aio.spawn(() -> server.startTls(localhost()));
          var socket = new SocketWire(core, pair[0]);
          var tls = new TlsWire(core, new Alertless(socket), nothing(), nothing(), older, "a test");
          Promise<String> ended = Aio.newPromise();

          tls.begin(socket.remote(), failed -> ended.complete(String.valueOf(failed)));
          tls.shutdownOutput();

          assertThat(ended.join()).contains("no alert gets through");
          tls.abort();
          server.abort();
          Aio.waitUntil(List.of(accepting));
          accepting.exceptionNow(); // has seen the end, or was done before
        });
  }

  private static ByteBuffer nothing() {
    return ByteBuffer.allocate(0);
  }

  /** Breaks where an alert is to be sent. */
  private record Alertless(Wire below) implements Wire {
    private static final int ALERT = 21;

    @Override
    public int tryRead(ByteBuffer target) throws IOException {
      return below.tryRead(target);
    }

    @Override
    public void tryWrite(ByteBuffer source) throws IOException {
      if (source.get(source.position()) == ALERT) {
        throw new IOException("no alert gets through");
      }
      below.tryWrite(source);
    }

    @Override
    public void listen(Direction direction, ReadyListener listener) {
      below.listen(direction, listener);
    }

    @Override
    public void mute(Direction direction) {
      below.mute(direction);
    }

    @Override
    public void shutdownOutput() throws IOException {
      below.shutdownOutput();
    }

    @Override
    public void close() {
      below.close();
    }

    @Override
    public void abort() {
      below.abort();
    }
  }

  // ---- certificates ------------------------------------------------------------------------

  @Test
  @Parity({"TLS-2", "AC-ssl.2", "AC-events.5"})
  void aCertificateThatNobodyVouchesForIsRefused() {
    TlsConversation.wired(
        (client, server) -> {
          var stranger = new Certificates("CN=a stranger");
          var both =
              failures(
                  client,
                  server,
                  TlsOptions.server(stranger.context(stranger.issue("localhost"))),
                  trusting());

          assertThat(both.client())
              .isExactlyInstanceOf(SSLHandshakeException.class)
              .hasMessageStartingWith(
                  "TLS handshake on "
                      + client.stream()
                      + ": the certificate of the other side is not trusted: ")
              .hasCauseInstanceOf(SSLHandshakeException.class);
          assertThat(both.server())
              .isExactlyInstanceOf(SSLHandshakeException.class)
              .hasMessage(
                  "TLS handshake on "
                      + server.stream()
                      + ": the other side refused: certificate_unknown (it does not accept our"
                      + " certificate)");
        });
  }

  @Test
  @Parity({"TLS-2", "AC-ssl.2"})
  void aCertificateWhoseTimeIsOverIsRefused() {
    TlsConversation.wired(
        (client, server) -> {
          var both =
              failures(
                  client,
                  server,
                  TlsOptions.server(AUTHORITY.context(AUTHORITY.issueExpired("localhost"))),
                  trusting());

          assertThat(both.client())
              .hasMessageStartingWith(
                  "TLS handshake on "
                      + client.stream()
                      + ": the certificate of the other side has expired: ");
        });
  }

  @Test
  @Parity({"TLS-1", "TLS-2", "AC-ssl.2", "AC-events.5"})
  void aCertificateForAnotherNameIsRefused() {
    TlsConversation.wired(
        (client, server) -> {
          var both = failures(client, server, localhost(), trusting().withServerName("a.example"));

          assertThat(both.client())
              .isExactlyInstanceOf(SSLHandshakeException.class)
              .hasMessage(
                  "TLS handshake on "
                      + client.stream()
                      + ": the certificate of the other side is not accepted: No subject"
                      + " alternative DNS name matching a.example found.");
        });
  }

  @Test
  void aClientWithoutACertificateIsRefused() {
    TlsConversation.wired(
        (client, server) -> {
          var both =
              failures(
                  client,
                  server,
                  localhost().withClientAuth(ClientAuth.NEEDED),
                  trusting().withVersions("TLSv1.2"));

          assertThat(both.server())
              .hasMessage(
                  "TLS handshake on " + server.stream() + ": Empty client certificate chain");
          assertThat(both.client())
              .hasMessageStartingWith(
                  "TLS handshake on " + client.stream() + ": the other side refused: ");
        });
  }

  @Test
  void withTls13AClientHearsOfItsMissingCertificateWhenItReads() {
    TlsConversation.wired(
        (client, server) -> {
          Task<?> accepting =
              Aio.spawn(
                  () -> server.stream().startTls(localhost().withClientAuth(ClientAuth.NEEDED)));
          client.stream().startTls(named(trusting())); // is done before the server looks

          assertThatThrownBy(() -> client.reader().read(1))
              .isInstanceOf(SSLException.class)
              .hasMessageStartingWith("read on " + client.stream() + ": the other side refused: ");
          Aio.waitUntil(List.of(accepting));
          assertThat(accepting.exceptionNow()).isInstanceOf(SSLHandshakeException.class);
        });
  }

  // ---- nothing in common -------------------------------------------------------------------

  @Test
  void withoutAVersionInCommonBothSidesSaySo() {
    TlsConversation.wired(
        (client, server) -> {
          var both =
              failures(
                  client,
                  server,
                  localhost().withVersions("TLSv1.3"),
                  trusting().withVersions("TLSv1.2"));

          assertThat(both.client())
              .hasMessage(
                  "TLS handshake on "
                      + client.stream()
                      + ": the other side refused: protocol_version (no version of TLS in common)");
          assertThat(both.server())
              .isInstanceOf(SSLHandshakeException.class)
              .hasMessageStartingWith("TLS handshake on " + server.stream() + ": ")
              .hasMessageContaining("TLSv1.2");
        });
  }

  @Test
  void withoutAnApplicationProtocolInCommonBothSidesSaySo() {
    TlsConversation.wired(
        (client, server) -> {
          var both =
              failures(
                  client,
                  server,
                  localhost().withApplicationProtocols("h2"),
                  trusting().withApplicationProtocols("spdy"));

          assertThat(both.client())
              .hasMessage(
                  "TLS handshake on "
                      + client.stream()
                      + ": the other side refused: no_application_protocol (no application"
                      + " protocol in common)");
        });
  }

  @Test
  void aVersionThatDoesNotExistFailsTheHandshake() {
    TlsConversation.wired(
        (client, server) ->
            assertThatThrownBy(
                    () -> client.stream().startTls(named(trusting()).withVersions("TLSv9")))
                .isInstanceOf(SSLException.class)
                .hasMessageStartingWith("TLS handshake on " + client.stream() + ": ")
                .hasMessageContaining("TLSv9"));
  }

  // ---- no TLS at all -----------------------------------------------------------------------

  @Test
  @Parity("AC-ssl.3")
  void plainTextToATlsPortIsCalledThat() {
    TlsConversation.wired(
        (client, server) -> {
          client.writer().write(bytes("GET / HTTP/1.0\r\n\r\n"));

          assertThatThrownBy(() -> server.stream().startTls(localhost()))
              .isExactlyInstanceOf(SSLException.class)
              .hasMessage(
                  "TLS handshake on "
                      + server.stream()
                      + ": the other side does not speak TLS; it began with \"GET / HTTP/1.0..\"");
        });
  }

  @Test
  void oneByteOfPlainTextIsEnough() {
    TlsConversation.wired(
        (client, server) -> {
          server.writer().write(bytes("2")); // of "220 mail.example", from a server that speaks
          // first
          assertThatThrownBy(() -> client.stream().startTls(named(trusting())))
              .hasMessageEndingWith(": the other side does not speak TLS; it began with \"2\"");
        });
  }

  @Test
  @Parity("AC-ssl.3")
  void junkInsteadOfAnAnswerFailsTheHandshake() {
    TlsConversation.wired(
        (client, server) -> {
          Task<?> connecting = Aio.spawn(() -> client.stream().startTls(named(trusting())));
          server.reader().read(1 << 16);
          server.writer().write(new byte[] {0x16, 3, 3, 0, 4, 99, 0, 0, 0});

          Aio.waitUntil(List.of(connecting));
          assertThat(connecting.exceptionNow())
              .isInstanceOf(SSLException.class)
              .hasMessageStartingWith("TLS handshake on " + client.stream() + ": ");
          assertThat(client.channel().isOpen()).isFalse();
        });
  }

  @Test
  void aServerReportsEachFailedHandshakeAndServesTheNext() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            Server server = TlsConversation.serve(localhost(), TlsHandshakeTest::echo);
            for (int i = 0; i < 3; i++) {
              Stream plain = Aio.openConnection("localhost", TlsConversation.port(server));
              plain.writer().write(bytes("hello\n"));
              assertThat(plain.reader().readAll()).isEmpty();
              plain.close();
            }
            Stream client = TlsConversation.connect(server, trusting());
            client.writer().write(bytes("hello\n"));
            assertThat(text(client.reader().readLine())).isEqualTo("hello\n");
            client.close();
            server.close();
            server.awaitClosed();
            TlsConversation.settle();
          });
      assertThat(t.errorMessages())
          .hasSize(3)
          .allSatisfy(
              message ->
                  assertThat(message)
                      .startsWith("TLS handshake on tcp /127.0.0.1:")
                      .endsWith(
                          ": the other side does not speak TLS; it began with \"hello.\"; it is"
                              + " closed"));
    }
  }

  // ---- time and the end --------------------------------------------------------------------

  @Test
  @RealTime
  @Parity({"TLS-2", "AC-ssl.2", "AC-ssl.5"})
  void aHandshakeThatTakesTooLongIsGivenUp() {
    TlsConversation.wired(
        (client, server) -> {
          assertThatThrownBy(
                  () ->
                      client.stream()
                          .startTls(named(trusting()).withHandshakeTimeout(Duration.ofMillis(30))))
              .isExactlyInstanceOf(ConnectionAbortedException.class)
              .hasMessage("TLS handshake on " + client.stream() + ": not done within 30 ms");
          assertThat(client.channel().isOpen()).isFalse();
          assertThat(LoopThread.currentLoop().pendingTimers()).isZero();
        });
  }

  @Test
  @Parity({"TLS-2", "AC-ssl.2"})
  void aServerGivesASilentClientUpAndServesTheOthersMeanwhile() {
    var limit = Duration.ofHours(1);
    var ahead = new AtomicLong(); // of the machine's clock
    LoopOptions options = LoopOptions.defaults().withClock(() -> System.nanoTime() + ahead.get());
    var errors = new ArrayList<String>();
    Aio.run(
        RunOptions.DEFAULT.loopFactory(() -> EventLoop.create(options)),
        () -> {
          EventLoop.current().setExceptionHandler((loop, error) -> errors.add(error.message()));
          Server server =
              TlsConversation.serve(
                  localhost().withHandshakeTimeout(limit), TlsHandshakeTest::echo);
          Stream silent = Aio.openConnection("localhost", TlsConversation.port(server));
          Stream client = TlsConversation.connect(server, trusting());
          client.writer().write(bytes("hello\n"));
          assertThat(text(client.reader().readLine())).isEqualTo("hello\n");
          assertThat(server.connections()).isEqualTo(2);

          ahead.set(limit.toNanos());

          assertThat(silent.reader().readAll()).isEmpty();
          client.close();
          silent.close();
          server.close();
          server.awaitClosed();
          TlsConversation.settle();
          return null;
        });
    assertThat(errors)
        .singleElement()
        .asString()
        .endsWith(": not done within 3600 s; it is closed");
  }

  @Test
  @Parity({"TLS-2", "AC-ssl.2"})
  void anEndInTheMiddleOfTheHandshakeIsAReset() {
    TlsConversation.wired(
        (client, server) -> {
          Task<?> connecting = Aio.spawn(() -> client.stream().startTls(named(trusting())));
          server.reader().read(100); // the other side has begun
          server.writer().shutdownOutput();

          Aio.waitUntil(List.of(connecting));
          assertThat(connecting.exceptionNow())
              .isExactlyInstanceOf(ConnectionResetException.class)
              .hasMessage(
                  "TLS handshake on " + client.stream() + ": the other side ended the connection");
        });
  }

  @Test
  @Parity({"AC-ssl.6", "AC-ssl.5"})
  void aCloseInTheMiddleOfTheHandshakeEndsIt() {
    TlsConversation.wired(
        (client, server) -> {
          Task<?> connecting = Aio.spawn(() -> client.stream().startTls(named(trusting())));
          server.reader().read(100);
          client.stream().close();

          Aio.waitUntil(List.of(connecting));
          assertThat(connecting.exceptionNow())
              .isExactlyInstanceOf(StreamClosedException.class)
              .hasMessage(client.stream() + " was closed while a task waited on it");
          client.stream().awaitClosed();
          assertThat(client.channel().isOpen()).isFalse();
          assertThat(LoopThread.currentLoop().pendingTimers()).isZero();
        });
  }

  @Test
  @Parity({"TLS-5", "AC-ssl.3", "AC-ssl.5"})
  void aCancelInTheMiddleOfTheHandshakeClosesTheSocket() {
    TlsConversation.wired(
        (client, server) -> {
          Task<?> connecting = Aio.spawn(() -> client.stream().startTls(named(trusting())));
          server.reader().read(100);
          connecting.cancel();

          assertThatThrownBy(connecting::join).isInstanceOf(CancelledError.class);
          assertThat(client.channel().isOpen()).isFalse();
          assertThat(LoopThread.currentLoop().pendingTimers()).isZero();
          assertThatThrownBy(() -> server.reader().readAll()).isInstanceOf(IOException.class);
        });
  }

  @Test
  void aServerThatShutsDownCancelsItsHandshakes() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            Server server = TlsConversation.serve(localhost(), TlsHandshakeTest::echo);
            Stream silent = Aio.openConnection("localhost", TlsConversation.port(server));
            while (server.connections() == 0) {
              Aio.yieldNow();
            }
            server.shutdown(Duration.ofMillis(1));

            assertThat(server.connections()).isZero();
            silent.close();
            TlsConversation.settle();
          });
      assertThat(t.errors()).isEmpty();
    }
  }

  @Test
  void aStopBehindTheLastStepOfTheHandshakeStartsNoHandler() {
    Aio.run(
        () -> {
          SocketChannel[] pair = Loopback.pair();
          var begun = new AtomicInteger();
          var ended = new AtomicInteger();
          var service =
              new StreamService(
                  LoopThread.currentLoop(),
                  ServerOptions.DEFAULT.withTls(localhost()),
                  stream -> Aio.spawn(begun::incrementAndGet));
          Served served = service.begin(pair[0], connection -> ended.incrementAndGet());
          Task<?> shaking =
              Aio.allTasks().stream()
                  .filter(task -> task.name().startsWith("TLS handshake"))
                  .findFirst()
                  .orElseThrow();
          Stream client = Streams.adopt(pair[1]);
          Task<?> connecting = Aio.spawn(() -> client.startTls(named(trusting())));
          while (!shaking.isDone()) {
            Aio.yieldNow();
          }
          served.stop();

          connecting.join();
          assertThat(client.reader().readAll()).isEmpty();
          client.close();
          client.awaitClosed();
          while (ended.get() == 0) {
            Aio.yieldNow();
          }
          TlsConversation.settle();
          assertThat(begun).hasValue(0);
        });
  }
}
