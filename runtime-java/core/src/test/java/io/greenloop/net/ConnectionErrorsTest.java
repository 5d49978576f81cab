package io.greenloop.net;

import static io.greenloop.Aio.run;
import static io.greenloop.Aio.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.greenloop.Aio;
import io.greenloop.Task;
import io.greenloop.testing.Parity;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a connection ends, told by type. */
@Timeout(60)
class ConnectionErrorsTest {
  /** Two ends of one connection, for a test body. */
  private interface Body {
    void run(TcpStream client, TcpStream server) throws Exception;
  }

  private static void connected(Body body) {
    run(
        () -> {
          try (var listener = Tcp.listen(Loopback.anyPort())) {
            Task<TcpStream> accepting = spawn(listener::accept);
            try (var client = Tcp.connect(listener.localAddress());
                var server = accepting.join()) {
              body.run(client, server);
            }
          }
          assertThat(Loopback.interests()).isZero();
        });
  }

  @Test
  @Parity("EXC-4")
  void anEndInTheMiddleOfAReadCarriesWhatCame() {
    connected(
        (client, server) -> {
          client.write(Loopback.bytes("abc"));
          client.close();
          var error =
              catchThrowableOfType(
                  IncompleteReadException.class, () -> server.readFully(ByteBuffer.allocate(8)));
          assertThat(error).isInstanceOf(EOFException.class);
          assertThat(new String(error.partial(), StandardCharsets.US_ASCII)).isEqualTo("abc");
          assertThat(error.expected()).isEqualTo(8);
        });
  }

  @Test
  @Parity("EXC-8")
  void aResetAndABrokenPipeAreToldApartByType() {
    run(
        () -> {
          try (var listener = Tcp.listen(Loopback.anyPort())) {
            Task<TcpStream> accepting = spawn(listener::accept);
            var peer = SocketChannel.open();
            peer.setOption(StandardSocketOptions.SO_LINGER, 0); // close sends a reset
            Aio.blocking(() -> peer.connect(listener.localAddress()));
            try (var server = accepting.join()) {
              peer.close();
              assertThatThrownBy(() -> server.read(ByteBuffer.allocate(8)))
                  .isInstanceOf(ConnectionResetException.class)
                  .hasMessage("read on " + server + ": the other side reset the connection")
                  .hasCauseInstanceOf(IOException.class);
              assertThatThrownBy(
                      () -> {
                        while (true) {
                          server.write(Loopback.bytes("x"));
                        }
                      })
                  .isInstanceOf(BrokenPipeException.class)
                  .hasMessage("write on " + server + ": the other side has closed the connection");
            }
          }
        });
  }
}
