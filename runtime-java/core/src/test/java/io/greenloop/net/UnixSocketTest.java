package io.greenloop.net;

import static io.greenloop.Aio.run;
import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Conversation.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import java.io.IOException;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class UnixSocketTest {
  @TempDir Path folder;

  private Path path() {
    return folder.resolve("socket");
  }

  private UnixDomainSocketAddress address() {
    return UnixDomainSocketAddress.of(path());
  }

  /** Serves each connection with an echo of one line. */
  private Server serve(ServerOptions options) throws IOException {
    return Streams.startServer(
        stream -> stream.writer().write(stream.reader().readLine()), options, address());
  }

  private String ask(String line) throws IOException {
    try (Stream stream = Streams.openConnection(ConnectOptions.to(address()))) {
      stream.writer().write(bytes(line));
      return text(stream.reader().readAll());
    }
  }

  @Test
  @Parity({"SOCK-12", "STR-1", "AC-server.1"})
  void aServerAndItsClients() {
    run(
        () -> {
          Server server = serve(ServerOptions.DEFAULT);
          assertThat(server.localAddresses()).containsExactly(address());
          assertThat(ask("hello\n")).isEqualTo("hello\n");
          try (Stream stream = Streams.openConnection(ConnectOptions.to(address()))) {
            assertThat(stream.remoteAddress()).isEqualTo(address());
            assertThat(stream).hasToString("unix  -> " + path());
          }
          server.close();
          assertThatThrownBy(() -> ask("x\n")).isInstanceOf(IOException.class);
        });
  }

  @Test
  @Parity({"SOCK-12", "AC-server.4"})
  void theCloseRemovesTheFileUnlessItIsToStay() {
    run(
        () -> {
          Server server = serve(ServerOptions.DEFAULT);
          assertThat(path()).exists();
          server.close();
          assertThat(path()).doesNotExist();

          serve(ServerOptions.DEFAULT.withKeepsSocketFile(true)).close();
          assertThat(path()).exists();
        });
  }

  @Test
  @Parity({"AC-server.4"})
  void aFileThatIsGoneOrAnothersIsLeftAlone() {
    run(
        () -> {
          Server server = serve(ServerOptions.DEFAULT);
          Files.delete(path());
          server.close();
          assertThat(path()).doesNotExist();

          server = serve(ServerOptions.DEFAULT);
          Files.move(path(), folder.resolve("moved")); // keeps its inode from being used again
          Files.writeString(path(), "of somebody else");
          server.close();
          assertThat(path()).hasContent("of somebody else");
        });
  }

  @Test
  @Parity({"SOCK-12"})
  void aStaleFileIsReplacedALiveOneAndOtherFilesAreNot() {
    run(
        () -> {
          try (var stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stale.bind(address());
          }
          assertThat(path()).exists();
          Server server = serve(ServerOptions.DEFAULT);
          assertThat(ask("still here\n")).isEqualTo("still here\n");

          assertThatThrownBy(() -> serve(ServerOptions.DEFAULT))
              .isInstanceOf(BindException.class)
              .hasMessage("listen on " + path() + ": address in use: a server listens there");
          assertThat(ask("and here\n")).isEqualTo("and here\n");
          server.close();

          Files.writeString(path(), "a file");
          assertThatThrownBy(() -> serve(ServerOptions.DEFAULT))
              .isInstanceOf(BindException.class)
              .hasMessage(
                  "listen on " + path() + ": address in use: there is a file, and it is no socket");
          assertThat(path()).hasContent("a file");
        });
  }

  @Test
  @Parity({"AC-sock-lowlevel.1"})
  void rawChannels() {
    run(
        () -> {
          Server server = serve(ServerOptions.DEFAULT);
          try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false);
            Sockets.connect(channel, address());
            Sockets.writeFully(channel, ByteBuffer.wrap(bytes("raw\n")));
            ByteBuffer answer = ByteBuffer.allocate(4);
            Sockets.readFully(channel, answer);
            assertThat(text(answer.array())).isEqualTo("raw\n");
          }
          server.close();
        });
  }
}
