package io.greenloop.net;

import static io.greenloop.Aio.run;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Conversation.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.net.Talk.Recorder;
import io.greenloop.testing.RealTime;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both directions of a connection, and its place in the loop. */
@Timeout(60)
class StreamTest {
  private static final int BIG = 8 << 20; // more than the system buffers

  @Test
  void nothingThatIsWrittenWaitsForTheAnswerToWhatWasWrittenBefore() {
    run(
        () -> {
          SocketChannel[] pair = Loopback.pair();
          assertThat(pair).noneMatch(StreamTest::sendsAtOnce);
          try (Stream stream = Streams.adopt(pair[0]);
              Transport transport =
                  EventLoop.current().adopt(pair[1], Recorder::new).join().transport()) {
            assertThat(pair).allMatch(StreamTest::sendsAtOnce);
            assertThat(stream.isClosing() || transport.isClosing()).isFalse();
          }
        });
  }

  private static boolean sendsAtOnce(SocketChannel channel) {
    try {
      return channel.getOption(StandardSocketOptions.TCP_NODELAY);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void oneTaskReadsWhileAnotherWrites() {
    Conversation.with(
        (client, server) -> {
          Task<byte[]> reading = spawn(() -> client.reader().readExactly(1));
          Task<Integer> writing =
              spawn(
                  () -> {
                    client.writer().write(new byte[BIG]);
                    return 1;
                  });
          yieldNow();
          server.writer().write(bytes("x"));
          assertThat(text(reading.join())).isEqualTo("x");
          assertThat(writing.isDone()).isFalse();

          assertThat(server.reader().readExactly(BIG)).hasSize(BIG);
          writing.join();
        });
  }

  @Test
  void aReaderWaitsWhileOthersRun() {
    Conversation.with(
        (client, server) -> {
          var trail = new ArrayList<String>();
          Task<byte[]> reading = spawn(() -> server.reader().read(16));
          for (int i = 0; i < 3; i++) {
            trail.add("tick");
            yieldNow();
          }
          assertThat(reading.isDone()).isFalse();

          client.writer().write(bytes("x"));

          assertThat(text(reading.join())).isEqualTo("x");
          assertThat(trail).hasSize(3);
        });
  }

  @Test
  void aFullTargetReadsNothingAndDoesNotWait() {
    Conversation.with(
        (client, server) -> assertThat(server.reader().read(ByteBuffer.allocate(0))).isZero());
  }

  @Test
  void closeEndsTheOtherSidesStream() {
    Conversation.with(
        (client, server) -> {
          Task<byte[]> reading = spawn(() -> client.reader().read(1));
          yieldNow();

          server.close();

          assertThat(reading.join()).isEmpty();
        });
  }

  @Test
  void aCancelBetweenReadinessAndRunningLosesNothing() {
    Conversation.with(
        (client, server) -> {
          Task<byte[]> reading = spawn(() -> server.reader().read(16));
          // Ready and cancelled in one go: the loop finds both before the reader runs again.
          Task<Integer> canceller =
              spawn(
                  () -> {
                    client.writer().write(bytes("kept"));
                    spin();
                    reading.cancel();
                    return 1;
                  });
          canceller.join();

          assertThatThrownBy(reading::join).isInstanceOf(CancelledError.class);
          assertThat(text(server.reader().readExactly(4))).isEqualTo("kept");
        });
  }

  /** Lets the loopback interface deliver. */
  private static void spin() {
    long until = System.nanoTime() + 1_000_000;
    while (System.nanoTime() < until) {
      Thread.onSpinWait();
    }
  }

  @Test
  @RealTime
  void dataThatComesWhileNobodyReadsDoesNotKeepTheLoopBusy() {
    Conversation.with(
        (client, server) -> {
          Task<Integer> reading = spawn(() -> server.reader().read(ByteBuffer.allocate(1)));
          yieldNow();
          client.writer().write(bytes("xyz"));
          reading.join();

          sleep(Duration.ofMillis(5)); // the rest is found, and the channel disarmed
          long before = Loopback.polls();
          sleep(Duration.ofMillis(20));

          assertThat(Loopback.polls() - before).isLessThan(10);
          assertThat(text(server.reader().readExactly(2))).isEqualTo("yz");
        });
  }

  @Test
  void connectsByNameAndSaysThatNobodyIsThere() {
    run(
        () -> {
          Server server =
              Streams.startServer(
                  stream -> stream.writer().write(stream.reader().readLine()),
                  ServerOptions.DEFAULT,
                  Loopback.anyPort());
          var address = (InetSocketAddress) server.localAddresses().getFirst();
          try (Stream stream = Streams.openConnection("localhost", address.getPort())) {
            stream.writer().write(bytes("by name\n"));
            assertThat(text(stream.reader().readAll())).isEqualTo("by name\n");
          }
          server.close();
          server.awaitClosed();

          var nobodyThere = ServerSocketChannel.open().bind(Loopback.anyPort());
          SocketAddress gone = nobodyThere.getLocalAddress();
          nobodyThere.close();
          assertThatThrownBy(() -> Streams.openConnection(ConnectOptions.to(gone)))
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining("Connection refused");
          spawn(() -> 1).join();
          assertThat(Loopback.interests()).isZero();
        });
  }

  @Test
  void outsideOfALoopNothingWorksAndTheErrorSaysSo() {
    Thread.currentThread().setName("plain");

    assertThatThrownBy(
            () ->
                Streams.startServerWith(
                    stream -> spawn(() -> 1), ServerOptions.DEFAULT, Loopback.anyPort()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "startServer called from thread 'plain', which runs no loop; call it in a task");
  }

  @Test
  void inACallbackAWaitIsRefused() {
    Conversation.with(
        (client, server) -> {
          List<String> trail = new ArrayList<>();
          EventLoop loop = EventLoop.current();
          loop.callSoon(
              () -> {
                try {
                  server.reader().read(1);
                } catch (IOException | IllegalStateException e) {
                  trail.add(e.getMessage());
                }
              });
          yieldNow();
          yieldNow();

          assertThat(trail)
              .containsExactly(
                  "read on "
                      + loop
                      + " in a callback: there is no task to park; spawn one for code that waits");
        });
  }
}
