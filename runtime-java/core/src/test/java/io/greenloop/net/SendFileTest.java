package io.greenloop.net;

import static io.greenloop.Aio.run;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Conversation.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.testing.Parity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SendFileTest {
  private static final int SIZE = 9 << 20; // more than sockets hold
  private static final long ALL = Long.MAX_VALUE;

  @TempDir Path folder;
  private final byte[] content = new byte[SIZE];

  private interface Body {
    void run(FileChannel file) throws Exception;
  }

  @BeforeEach
  void writeFile() throws IOException {
    new Random(5).nextBytes(content);
    Files.write(folder.resolve("file"), content);
  }

  private void withFile(Body body) throws IOException {
    try (var file = FileChannel.open(folder.resolve("file"))) {
      body.run(file);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void withSockets(SocketBody body) {
    run(
        () -> {
          SocketChannel[] pair = Loopback.pair();
          try (var left = pair[0];
              var right = pair[1]) {
            withFile(file -> body.run(left, right, file));
          }
        });
  }

  private interface SocketBody {
    void run(SocketChannel left, SocketChannel right, FileChannel file) throws Exception;
  }

  private static byte[] receive(SocketChannel from, int count) throws IOException {
    var received = ByteBuffer.allocate(count);
    Sockets.readFully(from, received);
    return received.array();
  }

  // ---- on a channel of one's own -------------------------------------------------------------

  @Test
  @Parity({"SOCK-6", "AC-sock-lowlevel.2", "AC-sock-lowlevel.3"})
  void theWholeFileGoesOutAndItsPositionIsBehindIt() {
    withSockets(
        (left, right, file) -> {
          Task<Long> sending = spawn(() -> Sockets.sendFile(left, file, 0, ALL));
          assertThat(receive(right, SIZE)).isEqualTo(content);
          assertThat(sending.join()).isEqualTo(SIZE);
          assertThat(file.position()).isEqualTo(SIZE);
        });
  }

  @Test
  @Parity({"SOCK-6", "AC-sock-lowlevel.3"})
  void aPartOfItBetweenOrdinaryWrites() {
    withSockets(
        (left, right, file) -> {
          Sockets.writeFully(left, ByteBuffer.wrap(bytes("before ")));
          assertThat(Sockets.sendFile(left, file, 1000, 2000)).isEqualTo(2000);
          assertThat(file.position()).isEqualTo(3000);
          Sockets.writeFully(left, ByteBuffer.wrap(bytes(" after")));

          assertThat(text(receive(right, 7))).isEqualTo("before ");
          assertThat(receive(right, 2000)).isEqualTo(Arrays.copyOfRange(content, 1000, 3000));
          assertThat(text(receive(right, 6))).isEqualTo(" after");

          assertThat(Sockets.sendFile(left, file, SIZE - 10, ALL)).isEqualTo(10);
          assertThat(Sockets.sendFile(left, file, SIZE, ALL)).isZero();
          assertThat(Sockets.sendFile(left, file, SIZE + 5, 7)).isZero();
          assertThat(file.position()).isEqualTo(SIZE + 5);
        });
  }

  @Test
  @Parity({"SOCK-6"})
  void wrongNumbersAreRefused() {
    withSockets(
        (left, right, file) -> {
          assertThatThrownBy(() -> Sockets.sendFile(left, file, -1, 1))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("sendFile: offset -1: must not be negative");
          assertThatThrownBy(() -> Sockets.sendFile(left, file, 0, 0))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("sendFile: count 0: must be positive");
        });
  }

  @Test
  @Parity({"SOCK-6", "AC-sock-lowlevel.5"})
  void whenTheOtherSideGoesThePositionTellsWhatWasSent() {
    withSockets(
        (left, right, file) -> {
          Task<Long> sending = spawn(() -> Sockets.sendFile(left, file, 100, ALL));
          receive(right, 1 << 20);
          right.close();
          assertThatThrownBy(sending::join)
              .isInstanceOfAny(ConnectionResetException.class, BrokenPipeException.class);
          assertThat(file.position()).isBetween(100L + (1 << 20), (long) SIZE);
        });
  }

  @Test
  @Parity("SOCK-6")
  void nobodyElseWritesMeanwhileWhateverItWaitsFor() {
    withSockets(
        (left, right, file) -> {
          Task<Long> sending = named("sender", () -> Sockets.sendFile(left, file, 0, ALL));
          Task<byte[]> receiving = spawn(() -> receive(right, SIZE));
          yieldNow(); // a worker reads the file
          while (!sending.isDone()) {
            assertThatThrownBy(() -> Sockets.writeFully(left, ByteBuffer.wrap(bytes("x"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("task 'sender' already waits for room to send");
            yieldNow();
          }
          assertThat(sending.join()).isEqualTo(SIZE);
          assertThat(receiving.join()).isEqualTo(content);
          Sockets.writeFully(left, ByteBuffer.wrap(bytes("x")));
          assertThat(text(receive(right, 1))).isEqualTo("x");
          assertThat(Loopback.interests()).isZero();
        });
  }

  @Test
  @Parity("SOCK-6")
  void aCloseInTheMiddleEndsIt() {
    withSockets(
        (left, right, file) -> {
          Task<Long> sending = spawn(() -> Sockets.sendFile(left, file, 0, ALL));
          receive(right, 1000);
          Sockets.close(left);
          assertThatThrownBy(sending::join).isInstanceOf(StreamClosedException.class);
        });
  }

  // ---- on a stream -------------------------------------------------------------------------

  private void withStreams(Conversation.Body body) {
    Conversation.with(body);
  }

  private static <T> Task<T> named(String name, Callable<T> body) {
    return Aio.spawn(TaskOptions.named(name), body);
  }

  @Test
  @Parity({"AC-sock-lowlevel.4"})
  void aStreamSendsItBehindWhatWasWrittenAndBeforeWhatComes() {
    withStreams(
        (client, server) ->
            withFile(
                file -> {
                  byte[] much = new byte[4 << 20];
                  client.writer().tryWrite(ByteBuffer.wrap(much));
                  Task<Long> sending = spawn(() -> client.writer().sendFile(file, 0, ALL));
                  assertThat(server.reader().readExactly(much.length)).isEqualTo(much);
                  assertThat(server.reader().readExactly(SIZE)).isEqualTo(content);
                  assertThat(sending.join()).isEqualTo(SIZE);
                  assertThat(file.position()).isEqualTo(SIZE);
                  client.writer().write(bytes("after"));
                  assertThat(text(server.reader().readExactly(5))).isEqualTo("after");
                }));
  }

  @Test
  @Parity({"AC-sock-lowlevel.4"})
  void nothingElseIsWrittenMeanwhile() {
    withStreams(
        (client, server) ->
            withFile(
                file -> {
                  Task<Long> sending =
                      named("sender", () -> client.writer().sendFile(file, 0, ALL));
                  yieldNow();
                  String refused =
                      " on "
                          + client
                          + ": task 'sender' is sending a file; wait for the end of that";
                  assertThatThrownBy(() -> client.writer().write(bytes("x")))
                      .isInstanceOf(IllegalStateException.class)
                      .hasMessage("write" + refused);
                  assertThatThrownBy(() -> client.writer().sendFile(file, 0, 1))
                      .hasMessage("sendFile" + refused);
                  assertThatThrownBy(client.writer()::shutdownOutput)
                      .hasMessage("shutdownOutput" + refused);
                  assertThat(server.reader().readExactly(SIZE)).isEqualTo(content);
                  sending.join();
                }));
  }

  @Test
  @Parity({"AC-sock-lowlevel.4", "AC-sock-lowlevel.5"})
  void aClosedStreamRefusesItAndAnEndInTheMiddleIsToldWithThePosition() {
    withStreams(
        (client, server) ->
            withFile(
                file -> {
                  Task<Long> sending = spawn(() -> client.writer().sendFile(file, 0, ALL));
                  server.reader().readExactly(1 << 20);
                  server.abort();
                  assertThatThrownBy(sending::join)
                      .isInstanceOfAny(ConnectionResetException.class, BrokenPipeException.class);
                  assertThat(file.position()).isBetween((long) (1 << 20), (long) SIZE);
                  client.close();
                  assertThatThrownBy(() -> client.writer().sendFile(file, 0, 1))
                      .isInstanceOf(IOException.class);
                }));
    withStreams(
        (client, server) ->
            withFile(
                file -> {
                  Task<Long> sending = spawn(() -> client.writer().sendFile(file, 0, ALL));
                  server.reader().readExactly(1);
                  client.close();
                  assertThatThrownBy(sending::join).isInstanceOf(StreamClosedException.class);
                  assertThatThrownBy(() -> client.writer().sendFile(file, 0, 1))
                      .isInstanceOf(StreamClosedException.class)
                      .hasMessage("sendFile on " + client + ": the stream is closed");
                }));
  }

  @Test
  void aCancelEndsItBetweenTwoBytesAndTheStreamGoesOn() {
    withStreams(
        (client, server) ->
            withFile(
                file -> {
                  Task<Long> sending = spawn(() -> client.writer().sendFile(file, 0, ALL));
                  server.reader().readExactly(1000);
                  sending.cancel();
                  assertThatThrownBy(sending::join).isInstanceOf(CancelledError.class);
                  int sent = (int) file.position();
                  assertThat(sent).isBetween(1000, SIZE - 1);
                  client.writer().write(bytes("after"));
                  assertThat(server.reader().readExactly(sent - 1000))
                      .isEqualTo(Arrays.copyOfRange(content, 1000, sent));
                  assertThat(text(server.reader().readExactly(5))).isEqualTo("after");
                }));
  }

  @Test
  void aPipeGetsItByChunks() {
    run(
        () -> {
          Pipe pipe = Pipe.open();
          StreamReader reader = Streams.reader(pipe.source());
          StreamWriter writer = Streams.writer(pipe.sink());
          withFile(
              file -> {
                Task<Long> sending = spawn(() -> writer.sendFile(file, 7, 3 << 20));
                assertThat(reader.readExactly(3 << 20))
                    .isEqualTo(Arrays.copyOfRange(content, 7, 7 + (3 << 20)));
                assertThat(sending.join()).isEqualTo(3 << 20);
                assertThat(file.position()).isEqualTo(7 + (3 << 20));
              });
          writer.close();
          reader.close();
        });
  }
}
