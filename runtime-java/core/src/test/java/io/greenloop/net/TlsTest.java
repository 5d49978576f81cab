package io.greenloop.net;

import static io.greenloop.net.Certificates.AUTHORITY;
import static io.greenloop.net.Certificates.localhost;
import static io.greenloop.net.Certificates.trusting;
import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Conversation.text;
import static io.greenloop.net.TlsConversation.connect;
import static io.greenloop.net.TlsConversation.serve;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.net.TlsOptions.ClientAuth;
import io.greenloop.testing.Parity;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TlsTest {
  private static void echo(Stream stream) throws Exception {
    for (byte[] some = stream.reader().read(1 << 16);
        some.length > 0;
        some = stream.reader().read(1 << 16)) {
      stream.writer().write(some);
    }
  }

  // ---- what is agreed on -------------------------------------------------------------------

  @Test
  @Parity({"TLS-1", "TR-11"})
  void bothSidesSayWhatTheyHaveAgreedOn() {
    Aio.run(
        () -> {
          var seen = new ArrayList<TlsInfo>();
          Server server =
              serve(
                  localhost(),
                  stream -> {
                    seen.add(stream.tls().orElseThrow());
                    echo(stream);
                  });
          try (Stream client = connect(server, trusting())) {
            client.writer().write(bytes("hello"));
            assertThat(text(client.reader().readExactly(5))).isEqualTo("hello");
            TlsInfo info = client.tls().orElseThrow();

            assertThat(info.version()).isEqualTo("TLSv1.3");
            assertThat(info.cipher()).startsWith("TLS_");
            assertThat(info).hasToString("TLSv1.3 " + info.cipher());
            assertThat(info.applicationProtocol()).isEmpty();
            assertThat(info.session().isValid()).isTrue();
            var certificate = (X509Certificate) info.peerCertificates().getFirst();
            assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=localhost");
            assertThat(seen.getFirst().requestedServerName()).contains("localhost");
            assertThat(seen.getFirst().peerCertificates()).isEmpty();
            assertThat(seen.getFirst().cipher()).isEqualTo(info.cipher());
          }
          server.close();
          server.awaitClosed();
          TlsConversation.settle();
        });
  }

  @Test
  @Parity("TLS-1")
  void withoutTlsThereIsNothingToSay() {
    TlsConversation.wired((client, server) -> assertThat(client.stream().tls()).isEmpty());
  }

  @Test
  void theServersFirstChoiceOfTheApplicationProtocolsInCommonIsTaken() {
    TlsConversation.with(
        localhost().withApplicationProtocols("h2", "http/1.1"),
        trusting().withApplicationProtocols("spdy", "http/1.1", "h2"),
        (client, server) -> {
          assertThat(client.tls().orElseThrow().applicationProtocol()).isEqualTo("h2");
          assertThat(server.tls().orElseThrow().applicationProtocol()).isEqualTo("h2");
        });
  }

  @Test
  void theCertificateIsChosenByTheNameThatIsAskedFor() {
    TlsOptions both =
        TlsOptions.server(
            AUTHORITY.context(AUTHORITY.issue("a.example"), AUTHORITY.issue("b.example")));
    for (String name : new String[] {"a.example", "b.example", "a.example."}) {
      TlsConversation.with(
          both,
          trusting().withServerName(name),
          (client, server) ->
              assertThat(server.tls().orElseThrow().requestedServerName())
                  .contains(name.substring(0, 9)));
    }
  }

  @Test
  void anAddressIsCheckedAndNotAskedFor() {
    TlsConversation.with(
        localhost(),
        trusting().withServerName("127.0.0.1"),
        (client, server) -> assertThat(server.tls().orElseThrow().requestedServerName()).isEmpty());
  }

  @Test
  @Parity("TLS-1")
  void anEmptyServerNameTurnsTheCheckOff() {
    TlsOptions elsewhere = TlsOptions.server(AUTHORITY.context(AUTHORITY.issue("a.example")));
    TlsConversation.with(
        elsewhere,
        trusting().withServerName(""),
        (client, server) -> assertThat(server.tls().orElseThrow().requestedServerName()).isEmpty());
    TlsConversation.with(
        elsewhere,
        trusting().withServerName("b.example").withNameCheck(false),
        (client, server) ->
            assertThat(server.tls().orElseThrow().requestedServerName()).contains("b.example"));
  }

  @Test
  void aServerThatWantsACertificateGetsItIfThereIsOne() {
    TlsOptions certified = TlsOptions.client(AUTHORITY.context(AUTHORITY.issue("client.example")));
    for (ClientAuth wish : new ClientAuth[] {ClientAuth.WANTED, ClientAuth.NEEDED}) {
      TlsConversation.with(
          localhost().withClientAuth(wish),
          certified,
          (client, server) ->
              assertThat(server.tls().orElseThrow().peerCertificates().getFirst().toString())
                  .contains("CN=client.example"));
    }
    TlsConversation.with(
        localhost().withClientAuth(ClientAuth.WANTED),
        trusting(),
        (client, server) -> assertThat(server.tls().orElseThrow().peerCertificates()).isEmpty());
  }

  @Test
  void aSecondConnectionResumesTheSessionOfTheFirst() {
    for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
      Aio.run(
          () -> {
            Server server = serve(localhost(), TlsTest::echo);
            TlsOptions options = trusting().withVersions(version);
            var times = new ArrayList<Long>();
            for (int i = 0; i < 3; i++) {
              Stream client = connect(server, options);
              client.writer().write(bytes("x"));
              client.reader().readExactly(1); // with TLS 1.3 the ticket comes before
              times.add(client.tls().orElseThrow().session().getCreationTime());
              client.close();
              client.awaitClosed();
              Aio.sleep(java.time.Duration.ofMillis(2)); // a new session would show
            }
            Stream other = connect(server, trusting().withVersions(version));

            assertThat(times).containsOnly(times.getFirst());
            assertThat(other.tls().orElseThrow().session().getCreationTime())
                .isGreaterThan(times.getFirst());
            other.close();
            server.close();
            server.awaitClosed();
            TlsConversation.settle();
          });
    }
  }

  // ---- data --------------------------------------------------------------------------------

  @Test
  @Parity("AC-ssl.1")
  void manyClientsSendMuch() {
    Aio.run(
        () -> {
          Server server = serve(localhost(), TlsTest::echo);
          TlsOptions options = trusting();
          var clients = new ArrayList<Task<Integer>>();
          for (int i = 0; i < 24; i++) {
            long seed = i;
            clients.add(
                Aio.spawn(
                    () -> {
                      Stream client = connect(server, options);
                      byte[] sent = new byte[300_000];
                      new Random(seed).nextBytes(sent);
                      Task<?> writing = Aio.spawn(() -> client.writer().write(sent));
                      assertThat(client.reader().readExactly(sent.length)).isEqualTo(sent);
                      writing.join();
                      client.close();
                      client.awaitClosed();
                      return 1;
                    }));
          }
          for (Task<Integer> each : clients) {
            each.join();
          }
          server.close();
          server.awaitClosed();
          TlsConversation.settle();
        });
  }

  @Test
  @Parity({"TLS-6", "AC-ssl.1"})
  void tlsGoesThroughTlsThroughTls() {
    byte[] sent = new byte[200_000];
    new Random(3).nextBytes(sent);
    TlsConversation.with(
        (client, server) -> {
          TlsInfo outer = client.tls().orElseThrow();
          TlsConversation.shakeHands(client, server);
          TlsConversation.shakeHands(client, server);
          assertThat(client.tls().orElseThrow().session()).isNotSameAs(outer.session());

          Task<?> writing =
              Aio.spawn(
                  () -> {
                    client.writer().write(sent);
                    client.close();
                    client.awaitClosed();
                  });
          assertThat(server.reader().readAll()).isEqualTo(sent);
          server.close();
          server.awaitClosed();
          writing.join();
        });
  }

  @Test
  @Parity("TLS-4")
  void whoDoesNotReadHoldsTheOtherSideUpAndBuffersLittle() {
    TlsConversation.with(
        (client, server) -> {
          client.writer().write(bytes("x"));
          server.reader().readExactly(1);
          Task<?> writing = Aio.spawn(() -> client.writer().write(new byte[32 << 20]));
          long polls;
          do { // until nothing moves any more
            polls = client.writer().bufferSize();
            Aio.sleep(java.time.Duration.ofMillis(20));
          } while (polls != client.writer().bufferSize());

          assertThat(writing.isDone()).isFalse();
          assertThat(client.writer().bufferSize()).isGreaterThan(1 << 20);
          assertThat(server.reader().buffered()).isZero();

          server.reader().readExactly(1 << 20);
          assertThat(server.reader().buffered()).isLessThan(1 << 20);
          server.reader().readExactly(31 << 20);
          writing.join();
        });
  }

  // ---- off the loop ------------------------------------------------------------------------

  @Test
  void theLoopGoesOnWhileACertificateIsChecked() {
    var mayGoOn = new CountDownLatch(1);
    var checkers = new ArrayList<Thread>();
    Aio.run(
        () -> {
          Server server = serve(localhost(), TlsTest::echo);
          Thread loopThread = Thread.currentThread();
          EventLoop current = EventLoop.current();
          SSLContext slow = SSLContext.getInstance("TLS");
          slow.init(
              null,
              new TrustManager[] {
                new Trusting() {
                  @Override
                  void check() {
                    checkers.add(Thread.currentThread());
                    current.callSoonThreadsafe(mayGoOn::countDown); // only a loop that goes on can
                    awaitUninterruptibly(mayGoOn);
                  }
                }
              },
              null);

          Stream client = connect(server, TlsOptions.client(slow));
          client.writer().write(bytes("x"));
          client.reader().readExactly(1);

          assertThat(checkers).hasSize(1).doesNotContain(loopThread);
          assertThat(checkers.getFirst().getName()).contains("worker");
          client.close();
          server.close();
          server.awaitClosed();
          TlsConversation.settle();
        });
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private abstract static class Trusting extends X509ExtendedTrustManager {
    abstract void check();

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      check();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] c, String type, java.net.Socket s) {
      check();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      check();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] c, String type, java.net.Socket s) {
      check();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      check();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      check();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  @Test
  void aTrustManagerThatBreaksFailsTheHandshake() {
    TlsConversation.wired(
        (client, server) -> {
          SSLContext broken = SSLContext.getInstance("TLS");
          broken.init(
              null,
              new TrustManager[] {
                new Trusting() {
                  @Override
                  void check() {
                    throw new IllegalStateException("the trust manager broke");
                  }
                }
              },
              null);
          List<Throwable> failures = new ArrayList<>();
          Task<?> accepting = Aio.spawn(() -> server.stream().startTls(localhost()));
          try {
            client.stream().startTls(TlsOptions.client(broken).withServerName("localhost"));
          } catch (java.io.IOException e) {
            failures.add(e);
          }
          assertThat(failures.getFirst())
              .hasMessageStartingWith("TLS handshake on " + client.stream() + ": ")
              .hasMessageContaining("the trust manager broke");
          Aio.waitUntil(List.of(accepting));
          assertThat(accepting.exceptionNow())
              .hasMessageStartingWith("TLS handshake on " + server.stream() + ": the other side");
        });
  }
}
