package io.greenloop.net;

import static io.greenloop.Aio.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.greenloop.testing.Parity;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a connection ends, told by type. */
@Timeout(60)
class ConnectionErrorsTest {
  @Test
  @Parity("EXC-4")
  void anEndInTheMiddleOfAReadCarriesWhatCame() {
    Conversation.with(
        (client, server) -> {
          client.writer().write(Conversation.bytes("abc"));
          client.close();
          var error =
              catchThrowableOfType(
                  IncompleteReadException.class, () -> server.reader().readExactly(8));
          assertThat(error).isInstanceOf(EOFException.class);
          assertThat(Conversation.text(error.partial())).isEqualTo("abc");
          assertThat(error.expected()).isEqualTo(8);
        });
  }

  @Test
  @Parity("EXC-8")
  void aResetAndABrokenPipeAreToldApartByType() {
    run(
        () -> {
          SocketChannel[] pair = Loopback.pair();
          SocketChannel peer = pair[0];
          peer.setOption(StandardSocketOptions.SO_LINGER, 0); // close sends a reset
          try (SocketChannel channel = pair[1]) {
            peer.close();
            assertThatThrownBy(() -> Sockets.read(channel, ByteBuffer.allocate(8)))
                .isInstanceOf(ConnectionResetException.class)
                .hasMessage("read on " + channel + ": the other side reset the connection")
                .hasCauseInstanceOf(IOException.class);
            assertThatThrownBy(
                    () -> {
                      while (true) {
                        Sockets.writeFully(channel, Loopback.bytes("x"));
                      }
                    })
                .isInstanceOf(BrokenPipeException.class)
                .hasMessage("write on " + channel + ": the other side has closed the connection");
          }
        });
  }
}
