package io.greenloop.net;

import static io.greenloop.net.Certificates.AUTHORITY;
import static io.greenloop.net.Certificates.localhost;
import static io.greenloop.net.Certificates.trusting;
import static io.greenloop.net.Conversation.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.LoopFuture;
import io.greenloop.Task;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tlschannel.ClientTlsChannel;
import tlschannel.ServerTlsChannel;
import tlschannel.TlsChannel;

/** Another TLS layer over the same engine on the other side, on threads that block. */
@Timeout(120)
class TlsChannelPeerTest {
  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static void echo(TlsChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(30_000);
    while (channel.read(buffer) >= 0) {
      buffer.flip();
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      buffer.clear();
    }
  }

  @Test
  void itsServerEchoesWhatWeSendAndSeesOurEnd() {
    Aio.run(
        () -> {
          try (var listener = ServerSocketChannel.open()) {
            listener.bind(Loopback.anyPort());
            var context = AUTHORITY.context(AUTHORITY.issue("localhost"));
            LoopFuture<Boolean> serving =
                Aio.toThread(
                    () -> {
                      try (SocketChannel raw = listener.accept();
                          TlsChannel peer = ServerTlsChannel.newBuilder(raw, context).build()) {
                        echo(peer);
                        boolean orderly = peer.shutdownReceived();
                        peer.shutdown();
                        return orderly;
                      }
                    });
            int port = listener.socket().getLocalPort();
            Stream client = Aio.openConnection("localhost", port, trusting());
            for (int size : new int[] {1, 16_383, 16_384, 16_385, 3_000_000}) {
              byte[] sent = random(size);
              Task<?> writing = Aio.spawn(() -> client.writer().write(sent));
              assertThat(client.reader().readExactly(size)).isEqualTo(sent);
              writing.join();
            }
            client.close();
            client.awaitClosed();
            assertThat(serving.join()).isTrue();
          }
          TlsConversation.settle();
        });
  }

  @Test
  void itsClientIsServedAndToldTheEnd() {
    byte[] sent = random(1_000_000);
    Aio.run(
        () -> {
          Server server = TlsConversation.serve(localhost(), stream -> stream.writer().write(sent));
          int port = TlsConversation.port(server);
          var context = AUTHORITY.context();
          LoopFuture<Boolean> asking =
              Aio.toThread(
                  () -> {
                    try (SocketChannel raw =
                            SocketChannel.open(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                        TlsChannel peer = ClientTlsChannel.newBuilder(raw, context).build()) {
                      ByteBuffer all = ByteBuffer.allocate(sent.length + 1);
                      int got;
                      do {
                        got = peer.read(all);
                      } while (got >= 0);
                      assertThat(all.flip()).isEqualTo(ByteBuffer.wrap(sent));
                      return peer.shutdownReceived();
                    }
                  });
          assertThat(asking.join()).isTrue();
          server.close();
          server.awaitClosed();
          TlsConversation.settle();
        });
  }

  @Test
  void itsEndWithoutCloseNotifyIsATruncation() {
    Aio.run(
        () -> {
          try (var listener = ServerSocketChannel.open()) {
            listener.bind(Loopback.anyPort());
            var context = AUTHORITY.context(AUTHORITY.issue("localhost"));
            LoopFuture<Integer> serving =
                Aio.toThread(
                    () -> {
                      try (SocketChannel raw = listener.accept()) {
                        TlsChannel peer = ServerTlsChannel.newBuilder(raw, context).build();
                        peer.write(ByteBuffer.wrap("half".getBytes(StandardCharsets.US_ASCII)));
                        raw.shutdownOutput();
                        while (raw.read(ByteBuffer.allocate(1000)) >= 0) {}
                        return 1;
                      }
                    });
            Stream client =
                Aio.openConnection("localhost", listener.socket().getLocalPort(), trusting());
            assertThat(text(client.reader().readExactly(4))).isEqualTo("half");
            assertThatThrownBy(() -> client.reader().read(1))
                .isExactlyInstanceOf(TlsTruncationException.class);
            serving.join();
          }
          TlsConversation.settle();
        });
  }
}
