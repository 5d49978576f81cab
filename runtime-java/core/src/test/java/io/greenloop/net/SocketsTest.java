package io.greenloop.net;

import static io.greenloop.Aio.currentTask;
import static io.greenloop.Aio.run;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.LoopOptions;
import io.greenloop.RunOptions;
import io.greenloop.Task;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.reactor.BareReactor;
import io.greenloop.reactor.ReadySink;
import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SocketsTest {
  private final List<String> trail = new ArrayList<>();

  /** Two ends of one connection, for a test body. */
  private interface Body {
    void run(SocketChannel left, SocketChannel right) throws Exception;
  }

  private static void connected(Body body) {
    run(
        () -> {
          var pair = Loopback.pair();
          try (var left = pair[0];
              var right = pair[1]) {
            body.run(left, right);
            assertThat(Loopback.interests()).isZero();
          }
        });
  }

  @Test
  @Parity("SOCK-2")
  void aReadOfWhatIsThereDoesNotSuspend() {
    connected(
        (left, right) -> {
          right.write(Loopback.bytes("here"));
          while (Loopback.available(left) < 4) {
            Thread.onSpinWait();
          }
          spawn(() -> trail.add("other"));
          var target = ByteBuffer.allocate(16);

          assertThat(Sockets.read(left, target)).isEqualTo(4);
          assertThat(trail).isEmpty();
        });
  }

  @Test
  @RealTime
  @Parity("SOCK-2")
  void aReadOfNothingWaitsAndLeavesTheChannelFree() {
    connected(
        (left, right) -> {
          Task<Integer> reader = spawn(() -> Sockets.read(left, ByteBuffer.allocate(16)));
          yieldNow();
          assertThat(reader.isDone()).isFalse();
          right.write(Loopback.bytes("now"));
          assertThat(reader.join()).isEqualTo(3);

          sleep(Duration.ofMillis(1)); // the carrier takes the registration back before it polls
          left.configureBlocking(true);
        });
  }

  @Test
  @Parity("SOCK-2")
  void aSpuriousWakeUpIsNotTakenForData() {
    connected(
        (left, right) -> {
          Task<Integer> reader = spawn(() -> Sockets.read(left, ByteBuffer.allocate(16)));
          yieldNow();
          right.write(Loopback.bytes("stolen"));
          Task<?> thief =
              spawn(
                  () -> {
                    var stolen = ByteBuffer.allocate(6);
                    while (stolen.hasRemaining()) { // in the loop's one thread: before the reader
                      left.read(stolen);
                    }
                    right.write(Loopback.bytes("kept"));
                  });
          thief.join();

          assertThat(reader.join()).isEqualTo(4);
        });
  }

  @Test
  @Parity({"SOCK-2", "SOCK-3"})
  void aCancelTakesTheWaiterAwayPromptlyAndNoData() {
    connected(
        (left, right) -> {
          Task<Integer> reader = spawn(() -> Sockets.read(left, ByteBuffer.allocate(16)));
          yieldNow();
          right.write(Loopback.bytes("kept"));
          while (Loopback.available(left) < 4) {
            Thread.onSpinWait();
          }
          reader.cancel();
          assertThatThrownBy(reader::join).isInstanceOf(CancelledError.class);

          assertThat(Loopback.interests()).isZero();
          assertThat(Sockets.read(left, ByteBuffer.allocate(16))).isEqualTo(4);
        });
  }

  @Test
  @Parity("SOCK-2")
  void aSecondReaderIsRefusedWithBothNames() {
    connected(
        (left, right) -> {
          Task<Integer> first = spawn(() -> Sockets.read(left, ByteBuffer.allocate(1)));
          first.setName("A");
          yieldNow();
          currentTask().orElseThrow().setName("B");

          assertThatThrownBy(() -> Sockets.read(left, ByteBuffer.allocate(1)))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "read on "
                      + left
                      + ": task 'A' already waits for data, task 'B' may not; give each reader its"
                      + " own channel");
          assertThatThrownBy(() -> EventLoop.current().addReader(left, () -> {}))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage("addReader on " + left + ": a task or an operation waits on it already");
          first.cancel();
          yieldNow();
        });
  }

  @Test
  void aReadBesideACallbackIsRefused() {
    connected(
        (left, right) -> {
          var registration = EventLoop.current().addReader(left, () -> {});
          currentTask().orElseThrow().setName("B");

          assertThatThrownBy(() -> Sockets.read(left, ByteBuffer.allocate(1)))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "read on "
                      + left
                      + ": a callback already waits for data, task 'B' may not; give each reader"
                      + " its own channel");
          registration.remove();
        });
  }

  @Test
  void readFullyReadsAllOrTellsHowMuchThereWas() {
    connected(
        (left, right) -> {
          var target = ByteBuffer.allocate(6);
          Task<?> reader = spawn(() -> Sockets.readFully(left, target));
          right.write(Loopback.bytes("abc"));
          yieldNow();
          right.write(Loopback.bytes("def"));
          reader.join();
          assertThat(Loopback.text(target)).isEqualTo("abcdef");

          right.write(Loopback.bytes("x"));
          right.close();
          assertThatThrownBy(() -> Sockets.readFully(left, target.clear()))
              .isInstanceOf(EOFException.class)
              .hasMessage("readFully on " + left + ": the stream ended after 1 bytes (expected 6)");
        });
  }

  @Test
  @Parity("SOCK-4")
  void writeFullyGoesOnAfterPartialSends() {
    connected(
        (left, right) -> {
          var source = ByteBuffer.allocate(8 << 20);
          Task<?> writer = spawn(() -> Sockets.writeFully(left, source));
          yieldNow();
          assertThat(writer.isDone()).isFalse();

          Sockets.readFully(right, ByteBuffer.allocate(8 << 20));
          writer.join();

          assertThat(source.hasRemaining()).isFalse();
        });
  }

  @Test
  @Parity("SOCK-4")
  void aCancelledWriteTellsHowMuchWasSent() {
    connected(
        (left, right) -> {
          var source = ByteBuffer.allocate(8 << 20);
          Task<?> writer = spawn(() -> Sockets.writeFully(left, source));
          yieldNow();
          writer.cancel();
          assertThatThrownBy(writer::join).isInstanceOf(CancelledError.class);
          left.shutdownOutput();

          long received = 0;
          var target = ByteBuffer.allocate(1 << 16);
          for (int n = 0; n >= 0; n = Sockets.read(right, target.clear())) {
            received += n;
          }

          assertThat(received).isEqualTo(source.position());
        });
  }

  @Test
  @Parity("SOCK-5")
  void connectsAndAccepts() {
    run(
        () -> {
          try (var listener = listener();
              var client = SocketChannel.open()) {
            client.configureBlocking(false);
            Task<SocketChannel> accepting = spawn(() -> Sockets.accept(listener));
            int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
            Sockets.connect(client, InetSocketAddress.createUnresolved("localhost", port));
            try (var server = accepting.join()) {
              assertThat(server.isBlocking()).isFalse();
              assertThat(server.getRemoteAddress()).isEqualTo(client.getLocalAddress());
            }
          }
          assertThat(Loopback.interests()).isZero();
        });
  }

  @Test
  @Parity("SOCK-5")
  void aRefusedConnectionLeavesClosingToTheCaller() {
    run(
        () -> {
          InetSocketAddress nobodyThere;
          try (var listener = listener()) {
            nobodyThere = (InetSocketAddress) listener.getLocalAddress();
          }
          try (var client = SocketChannel.open()) {
            client.configureBlocking(false);

            assertThatThrownBy(() -> Sockets.connect(client, nobodyThere))
                .isInstanceOf(ConnectException.class)
                .hasMessage("Connection refused");
            assertThat(Loopback.interests()).isZero();
          }
        });
  }

  @Test
  @Parity("SOCK-5")
  void aCancelledAcceptLeaksNoConnection() {
    run(
        () -> {
          try (var listener = listener();
              var client = SocketChannel.open()) {
            Task<SocketChannel> accepting = spawn(() -> Sockets.accept(listener));
            yieldNow();
            client.configureBlocking(false); // so that this task does not park while it connects
            client.connect(listener.getLocalAddress());
            accepting.cancel();
            assertThatThrownBy(accepting::join).isInstanceOf(CancelledError.class);

            try (var server = Sockets.accept(listener)) {
              assertThat(client.finishConnect()).isTrue();
              assertThat(server.getRemoteAddress()).isEqualTo(client.getLocalAddress());
            }
          }
        });
  }

  @Test
  void pipesWorkToo() {
    run(
        () -> {
          Pipe pipe = Pipe.open();
          try (var source = pipe.source();
              var sink = pipe.sink()) {
            source.configureBlocking(false);
            sink.configureBlocking(false);
            var target = ByteBuffer.allocate(1 << 20);
            Task<?> writer = spawn(() -> Sockets.writeFully(sink, ByteBuffer.allocate(1 << 20)));
            Sockets.readFully(source, target);
            writer.join();
          }
        });
  }

  @Test
  void closeWakesTheWaiterWithAClearError() {
    connected(
        (left, right) -> {
          String name = left.toString();
          Task<Integer> reader = spawn(() -> Sockets.read(left, ByteBuffer.allocate(1)));
          yieldNow();

          Sockets.close(left);

          assertThatThrownBy(reader::join)
              .isInstanceOf(StreamClosedException.class)
              .hasMessage(name + " was closed while a task waited on it");
        });
  }

  @Test
  @RealTime
  void theChannelsOwnCloseIsNoticedByTheNextEvent() {
    connected(
        (left, right) -> {
          Task<Integer> reader = spawn(() -> Sockets.read(left, ByteBuffer.allocate(1)));
          yieldNow();
          sleep(Duration.ofMillis(1));
          left.close();
          sleep(Duration.ofMillis(1));

          assertThatThrownBy(reader::join)
              .isInstanceOf(StreamClosedException.class)
              .hasMessage(
                  "java.nio.channels.SocketChannel[closed] was closed while a task waited on it");
        });
  }

  @Test
  void aBlockingChannelIsRefused() {
    connected(
        (left, right) -> {
          left.configureBlocking(true);

          assertThatThrownBy(() -> Sockets.read(left, ByteBuffer.allocate(1)))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage(
                  "read on "
                      + left
                      + ": the channel is in blocking mode; call configureBlocking(false) first");
        });
  }

  @Test
  void outsideOfALoopTheErrorSaysWhere() {
    Thread.currentThread().setName("plain");

    assertThatThrownBy(() -> Sockets.accept(listener()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("accept called from thread 'plain', which runs no loop; call it in a task");
  }

  private static ServerSocketChannel listener() throws Exception {
    var listener = ServerSocketChannel.open();
    listener.bind(Loopback.anyPort());
    listener.configureBlocking(false);
    return listener;
  }

  @Test
  void whatTheEngineCannotWatchFailsItsWaitAndTheLoopGoesOn() {
    var options = LoopOptions.defaults().withNetwork(new Refusing());
    run(
        RunOptions.DEFAULT.loopFactory(() -> EventLoop.create(options)),
        () -> {
          SocketChannel[] pair = Loopback.pair();
          try (Stream stream = Stream.adopt(LoopThread.currentLoop(), pair[0], 100)) {
            assertThatThrownBy(() -> Sockets.read(pair[1], ByteBuffer.allocate(1)))
                .isInstanceOf(IOException.class)
                .hasMessage("no memory, on purpose of a test");
            assertThatThrownBy(() -> stream.reader().read(1))
                .isInstanceOf(IOException.class)
                .hasMessage("no memory, on purpose of a test");
            assertThat(stream.isClosing()).isTrue();
          } finally {
            pair[1].close();
          }
          return null;
        });
  }

  /** Takes every wish, and refuses it at the next poll. */
  private static final class Refusing extends BareReactor {
    private final List<Object> refused = new ArrayList<>();

    @Override
    public void update(SelectableChannel channel, int interest, @Nullable Object attachment) {
      if (attachment != null) {
        refused.add(attachment);
      }
    }

    @Override
    public int poll(long timeoutNanos, ReadySink sink) {
      List<Object> taken = List.copyOf(refused);
      refused.clear();
      taken.forEach(each -> sink.refused(each, new IOException("no memory, on purpose of a test")));
      return taken.size();
    }
  }
}
