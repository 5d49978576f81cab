package io.greenloop.net;

import static io.greenloop.Aio.run;
import static io.greenloop.Aio.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.Promise;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Two streams that are connected, for a test body. */
final class Conversation {
  interface Body {
    void run(Stream client, Stream server) throws Exception;
  }

  private Conversation() {}

  static void with(Body body) {
    with(StreamReader.DEFAULT_LIMIT, body);
  }

  static void with(int limit, Body body) {
    run(
        () -> {
          Promise<Stream> accepted = Aio.newPromise();
          Promise<Integer> bodyEnded = Aio.newPromise();
          Server server =
              Streams.startServer(
                  stream -> {
                    accepted.complete(stream);
                    bodyEnded.join();
                  },
                  ServerOptions.DEFAULT.withLimit(limit),
                  Loopback.anyPort());
          int port = ((InetSocketAddress) server.localAddresses().getFirst()).getPort();
          try (var client = Streams.openConnection("127.0.0.1", port, limit)) {
            body.run(client, accepted.join());
          } finally {
            bodyEnded.complete(1);
            server.close();
            server.abortClients();
            server.awaitClosed();
          }
          spawn(() -> 1).join();
          assertThat(Loopback.interests()).isZero();
        });
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
