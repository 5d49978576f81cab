package io.greenloop.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopThread;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** Two TLS streams that are connected, for a test body; nothing may be left behind. */
final class TlsConversation {
  interface Body {
    void run(Wired client, Wired server) throws Exception;
  }

  /** A stream and the socket that it stands on. */
  record Wired(Stream stream, SocketChannel channel) {
    StreamReader reader() {
      return stream.reader();
    }

    StreamWriter writer() {
      return stream.writer();
    }
  }

  private TlsConversation() {}

  /** Client and server that have shaken hands. */
  static void with(Conversation.Body body) {
    with(Certificates.localhost(), Certificates.trusting(), body);
  }

  static void with(TlsOptions serverSide, TlsOptions clientSide, Conversation.Body body) {
    wired(
        (client, server) -> {
          shakeHands(client.stream(), server.stream(), serverSide, clientSide);
          body.run(client.stream(), server.stream());
        });
  }

  /** Client and server that speak plain text yet. */
  static void wired(Body body) {
    Aio.run(
        () -> {
          SocketChannel[] pair = Loopback.pair();
          var core = LoopThread.currentLoop();
          var client = new Wired(Stream.adopt(core, pair[0], 1 << 16), pair[0]);
          var server = new Wired(Stream.adopt(core, pair[1], 1 << 16), pair[1]);
          try {
            body.run(client, server);
          } finally {
            client.stream().abort();
            server.stream().abort();
          }
          settle();
        });
  }

  static void shakeHands(Stream client, Stream server) throws Exception {
    shakeHands(client, server, Certificates.localhost(), Certificates.trusting());
  }

  static void shakeHands(Stream client, Stream server, TlsOptions serverSide, TlsOptions clientSide)
      throws Exception {
    var accepting = Aio.spawn(() -> server.startTls(serverSide));
    client.startTls(named(clientSide));
    accepting.join();
  }

  /** For {@code localhost}, unless it says another name. */
  static TlsOptions named(TlsOptions client) {
    return client.serverName().isPresent() ? client : client.withServerName("localhost");
  }

  static Server serve(TlsOptions options, StreamHandler handler) throws Exception {
    return Streams.startServer(handler, ServerOptions.DEFAULT.withTls(options), Loopback.anyPort());
  }

  static Stream connect(Server server, TlsOptions options) throws Exception {
    return Aio.openConnection("localhost", port(server), options);
  }

  static int port(Server server) {
    return ((InetSocketAddress) server.localAddresses().getFirst()).getPort();
  }

  /** Waits until every close has come to its end; no timer and no interest is left then. */
  static void settle() {
    LoopCore core = LoopThread.currentLoop();
    long limit = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (Loopback.interests() + core.pendingTimers() > 0 && System.nanoTime() < limit) {
      Aio.yieldNow();
    }
    assertThat(Loopback.interests()).as("interests").isZero();
    assertThat(core.pendingTimers()).as("timers").isZero();
  }
}
