package io.greenloop.net;

import static io.greenloop.Aio.run;
import static io.greenloop.net.Loopback.anyPort;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a connection ends, told by type, in whichever language the system tells it. */
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
    run(ConnectionErrorsTest::readIsResetAndWriteIsBroken);
  }

  private static void readIsResetAndWriteIsBroken() throws IOException {
    SocketChannel[] pair = Loopback.pair();
    reset(pair[0]);
    try (SocketChannel channel = pair[1]) {
      assertThatThrownBy(() -> Sockets.read(channel, ByteBuffer.allocate(8)))
          .isInstanceOf(ConnectionResetException.class)
          .hasMessage("read on " + channel + ": the other side reset the connection")
          .hasCauseInstanceOf(IOException.class);
      assertThatThrownBy(() -> writeForEver(channel))
          .isInstanceOf(BrokenPipeException.class)
          .hasMessage("write on " + channel + ": the other side has closed the connection");
    }
  }

  private static void writeIsReset() throws IOException {
    SocketChannel[] pair = Loopback.pair();
    reset(pair[0]);
    try (SocketChannel channel = pair[1]) {
      assertThatThrownBy(() -> writeForEver(channel))
          .isInstanceOf(ConnectionResetException.class)
          .hasMessage("write on " + channel + ": the other side reset the connection");
    }
  }

  private static void reset(SocketChannel peer) throws IOException {
    peer.setOption(StandardSocketOptions.SO_LINGER, 0); // close sends a reset
    peer.close();
  }

  private static void writeForEver(SocketChannel channel) throws IOException {
    while (true) {
      Sockets.writeFully(channel, Loopback.bytes("x"));
    }
  }

  @Test
  @Parity("EXC-8")
  void aWriteToAConnectionThatWasResetSaysSo() {
    run(ConnectionErrorsTest::writeIsReset);
  }

  @Test
  void theSystemIsAskedForItsWords() throws IOException {
    SystemWords words = SystemWords.here();
    assertThat(words.reset()).isNotNull().isNotEqualTo(words.brokenPipe());
    assertThat(words.brokenPipe()).isNotNull();
    for (String text : new String[] {words.reset(), words.brokenPipe()}) {
      assertThat(ConnectionErrors.classified("write", "x", new IOException(text)))
          .isInstanceOf(
              text.equals(words.reset())
                  ? ConnectionResetException.class
                  : BrokenPipeException.class);
    }
    var other = new IOException("No route to host");
    assertThat(ConnectionErrors.classified("write", "x", other)).isSameAs(other);
    assertThat(ConnectionErrors.classified("write", "x", new IOException()))
        .isExactlyInstanceOf(IOException.class);
  }

  @Test
  void anAddressOfAnotherMachineIsToldApartFromATakenOne() {
    run(
        () -> {
          var nobodys = new InetSocketAddress("192.0.2.1", 0);
          Server server = Streams.startServer(s -> {}, ServerOptions.DEFAULT, nobodys, anyPort());
          SocketAddress taken = server.localAddresses().getFirst();
          assertThat(server.localAddresses()).hasSize(1);
          assertThatThrownBy(
                  () -> Streams.startServer(s -> {}, ServerOptions.DEFAULT, anyPort(), taken))
              .isInstanceOf(BindException.class);
          server.close();
        });
  }

  /** A JVM that runs in another language; its output is the first word that is not English. */
  public static final class Child {
    private Child() {}

    /** Fails if an error is not recognised. */
    public static void main(String[] arguments) {
      System.out.println(SystemWords.here().reset());
      run(ConnectionErrorsTest::readIsResetAndWriteIsBroken);
      run(ConnectionErrorsTest::writeIsReset);
      new ConnectionErrorsTest().anAddressOfAnotherMachineIsToldApartFromATakenOne();
      System.out.println("recognised");
    }
  }

  @Test
  @RealTime // a process of the system
  void inAnotherLanguageToo() throws Exception {
    var builder =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName())
            .redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().put("LANGUAGE", "de"); // of the GNU C library, if its texts are installed
    Process child = builder.start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(child.waitFor()).as(output).isZero();
    assertThat(output).endsWith("recognised\n");
    assumeFalse(output.contains("onnection reset"), "this system speaks English only");
  }
}
