package io.greenloop.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.Task;
import io.greenloop.testing.Parity;
import io.greenloop.testing.Seeds;
import io.greenloop.testing.TestLoop;
import java.io.ByteArrayOutputStream;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Timeout;

/** A cancel that comes at any moment of any wait on a channel of one's own. */
@Timeout(120)
class SocketsCancelTest {
  private static final int MOST_TURNS = 12;

  /** Runs {@code body} as a task, and cancels that somewhere; it does not fail. */
  private static <T> Task<T> cancelled(Random random, Callable<T> body) {
    Task<T> task = Aio.spawn(body);
    for (int turns = random.nextInt(MOST_TURNS); turns > 0 && !task.isDone(); turns--) {
      Aio.yieldNow();
    }
    task.cancel();
    Aio.waitUntil(List.of(task));
    assertThat(task.isCancelled() ? null : task.exceptionNow()).isNull();
    return task;
  }

  @Seeds(60)
  @Parity({"SOCK-2", "SOCK-3", "SOCK-4"})
  void aCancelledReadHasTakenNothingAndACancelledWriteTellsHowMuch(TestLoop t, long seed) {
    t.run(
        () -> {
          var random = new Random(seed);
          byte[] sent = new byte[random.nextInt(400_000)];
          random.nextBytes(sent);
          SocketChannel[] pair = Loopback.narrowPair();
          Task<?> writing = Aio.spawn(() -> write(pair[0], sent, random));

          assertThat(read(pair[1], random)).isEqualTo(sent);

          writing.join();
          assertThat(Loopback.interests()).isZero();
          pair[0].close();
          pair[1].close();
        });
  }

  private static void write(SocketChannel out, byte[] sent, Random random) throws Exception {
    for (int at = 0; at < sent.length; ) {
      int count = Math.min(sent.length - at, 1 + random.nextInt(100_000));
      ByteBuffer piece = ByteBuffer.wrap(sent, at, count);
      cancelled(
          random,
          () -> {
            Sockets.writeFully(out, piece);
            return null;
          });
      at = piece.position();
    }
    out.shutdownOutput();
  }

  private static byte[] read(SocketChannel in, Random random) {
    var all = new ByteArrayOutputStream();
    for (boolean ended = false; !ended; ) {
      ByteBuffer target = ByteBuffer.allocate(1 + random.nextInt(50_000));
      Task<Integer> reading = cancelled(random, () -> Sockets.read(in, target));
      ended = !reading.isCancelled() && reading.getNow() < 0;
      assertThat(target.position())
          .isEqualTo(reading.isCancelled() || ended ? 0 : reading.getNow());
      all.write(target.array(), 0, target.position());
    }
    return all.toByteArray();
  }

  @Seeds(60)
  @Parity({"SOCK-3", "SOCK-5"})
  void whoeverCallsIsAcceptedOnce(TestLoop t, long seed) {
    t.run(
        () -> {
          var random = new Random(seed);
          int callers = 1 + random.nextInt(5);
          try (var listener = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            listener.configureBlocking(false);
            var calling = new ArrayList<Task<SocketAddress>>();
            for (int i = 0; i < callers; i++) {
              calling.add(Aio.spawn(() -> call(listener.getLocalAddress(), random)));
            }
            var accepted = new ArrayList<SocketAddress>(); // also who has given up by then
            while (!calling.stream().allMatch(Task::isDone)) {
              Task<SocketChannel> accepting = cancelled(random, () -> Sockets.accept(listener));
              if (!accepting.isCancelled()) {
                try (SocketChannel one = accepting.getNow()) {
                  accepted.add(one.getRemoteAddress());
                }
              }
            }

            assertThat(accepted).doesNotHaveDuplicates().containsAll(Aio.gather(calling).join());
            assertThat(Loopback.interests()).isZero();
          }
        });
  }

  /**
   * Gives up somewhere on the way, and tries again with another channel; ends with the other side.
   */
  private static SocketAddress call(SocketAddress there, Random random) throws Exception {
    for (; ; ) {
      try (var channel = SocketChannel.open()) {
        channel.configureBlocking(false);
        Task<?> connecting =
            cancelled(
                random,
                () -> {
                  Sockets.connect(channel, there);
                  return null;
                });
        if (!connecting.isCancelled()) {
          SocketAddress here = channel.getLocalAddress();
          Sockets.read(channel, ByteBuffer.allocate(1));
          return here;
        }
      }
    }
  }

  @Seeds(60)
  @Parity({"SOCK-2", "SOCK-3"})
  void eachDatagramIsReceivedOnce(TestLoop t, long seed) {
    t.run(
        () -> {
          var random = new Random(seed);
          int count = 1 + random.nextInt(20);
          try (var from = DatagramChannel.open().bind(Loopback.anyPort());
              var to = DatagramChannel.open().bind(Loopback.anyPort())) {
            from.configureBlocking(false);
            to.configureBlocking(false);
            Task<?> sending =
                Aio.spawn(
                    () -> {
                      for (byte i = 0; i < count; ) {
                        ByteBuffer one = ByteBuffer.wrap(new byte[] {i});
                        cancelled(
                            random,
                            () -> {
                              Sockets.send(from, one, to.getLocalAddress());
                              return null;
                            });
                        if (!one.hasRemaining()) { // else cancelled before its first step
                          i++;
                        }
                      }
                    });
            var received = new ArrayList<Byte>();
            while (received.size() < count) {
              ByteBuffer target = ByteBuffer.allocate(8);
              cancelled(random, () -> Sockets.receive(to, target));
              for (byte each : Arrays.copyOf(target.array(), target.position())) {
                received.add(each);
              }
            }
            sending.join();

            for (byte i = 0; i < count; i++) {
              assertThat(received.get(i)).isEqualTo(i);
            }
            assertThat(Loopback.interests()).isZero();
          }
        });
  }
}
