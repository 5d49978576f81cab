package io.greenloop.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.net.Talk.Recorder;
import io.greenloop.net.TlsOptions.ClientAuth;
import io.greenloop.testing.Parity;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TlsOptionsTest {
  private static void refused(ThrowingCallable call, String text) {
    assertThatThrownBy(call).isExactlyInstanceOf(IllegalArgumentException.class).hasMessage(text);
  }

  @Test
  @Parity({"TLS-1", "TLS-2", "TLS-3", "AC-base-events.9"})
  void limitsMustBePositive() {
    TlsOptions options = TlsOptions.client();

    refused(
        () -> options.withHandshakeTimeout(Duration.ZERO),
        "handshakeTimeout PT0S: must be positive");
    refused(
        () -> options.withHandshakeTimeout(Duration.ofMillis(-1)),
        "handshakeTimeout PT-0.001S: must be positive");
    refused(
        () -> options.withShutdownTimeout(Duration.ZERO), "shutdownTimeout PT0S: must be positive");
    assertThat(options.handshakeTimeout()).isEqualTo(Duration.ofSeconds(60));
    assertThat(options.shutdownTimeout()).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  @Parity({"TLS-1", "AC-base-events.9", "AC-ssl.3"})
  void whatIsForOneSideIsRefusedOnTheOther() {
    refused(
        () -> Certificates.localhost().withServerName("a.example"),
        "withServerName(\"a.example\"): these are the options of a server; only a client can have"
            + " that");
    refused(
        () -> Certificates.localhost().withNameCheck(false),
        "withNameCheck(false): these are the options of a server; only a client can have that");
    refused(
        () -> TlsOptions.client().withClientAuth(ClientAuth.NEEDED),
        "withClientAuth(NEEDED): these are the options of a client; only a server can have that");
    refused(
        () -> ServerOptions.DEFAULT.withTls(TlsOptions.client()),
        "withTls: these are the options of a TLS client; make them by TlsOptions.server");
    refused(
        () -> Aio.run(() -> Aio.openConnection("localhost", 1, Certificates.localhost())),
        "openConnection: these are the options of a TLS server; make them by TlsOptions.client");
    refused(
        () ->
            Aio.run(
                () ->
                    EventLoop.current()
                        .connect(
                            ConnectOptions.to("localhost", 1),
                            Certificates.localhost(),
                            Recorder::new)),
        "connect: these are the options of a TLS server; make them by TlsOptions.client");
    var two = new InetSocketAddress[] {new InetSocketAddress(1), new InetSocketAddress(2)};
    refused(
        () -> Aio.run(() -> Streams.openConnection(ConnectOptions.to(two), TlsOptions.client())),
        ConnectOptions.to(two)
            + ": which one's name shall the certificate have? give it by withServerName");
  }

  @Test
  void eachWithMakesAnother() {
    TlsOptions first = TlsOptions.client();
    TlsOptions second = first.withServerName("a.example").withHandshakeTimeout(Duration.ofDays(1));

    assertThat(first.serverName()).isEmpty();
    assertThat(second.serverName()).contains("a.example");
    assertThat(second.withShutdownTimeout(Duration.ofDays(2)).serverName()).contains("a.example");
    assertThat(second.isClient()).isTrue();
    assertThat(second).hasToString("TLS client for 'a.example'");
  }
}
