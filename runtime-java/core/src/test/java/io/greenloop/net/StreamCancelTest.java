package io.greenloop.net;

import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Conversation.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.Task;
import io.greenloop.Waiter;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.testing.Parity;
import io.greenloop.testing.Seeds;
import io.greenloop.testing.TestLoop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cancel that comes at any moment of any operation of a stream, or of a pipe. */
@Timeout(120)
class StreamCancelTest {
  private static final int MOST_TURNS = 12;

  /** Keeps what it is told. */
  private static final class Waiting<T> extends Waiter<T> {
    @Nullable T value;
    @Nullable Throwable failure;

    @Override
    protected void onServed(T value) {
      this.value = value;
    }

    @Override
    protected void onFailed(Throwable failure) {
      this.failure = failure;
    }
  }

  private interface Read {
    byte[] now() throws IOException;
  }

  private interface ReadFor {
    void later(Waiter<byte[]> waiter);
  }

  private record Reading(Read now, ReadFor later) {
    static Reading any(StreamReader in, Random random) {
      int count = 1 + random.nextInt(3000);
      return switch (random.nextInt(6)) {
        case 0 -> new Reading(() -> in.read(count), waiter -> in.read(count, waiter));
        case 1 -> new Reading(() -> in.readExactly(count), w -> in.readExactly(count, w));
        case 2 -> new Reading(() -> in.readUntil(bytes("\n")), w -> in.readUntil(w, bytes("\n")));
        case 3 -> new Reading(() -> into(in, count), waiter -> in.read(count, waiter));
        case 4 -> new Reading(in::readAll, in::readAll);
        default -> new Reading(in::readLine, in::readLine);
      };
    }

    private static byte[] into(StreamReader in, int count) throws IOException {
      ByteBuffer target = ByteBuffer.allocate(count);
      in.read(target);
      byte[] read = new byte[target.flip().remaining()];
      target.get(read);
      return read;
    }
  }

  private static void turns(int count, Task<?> unless) {
    for (int i = 0; i < count && !unless.isDone(); i++) {
      Aio.yieldNow();
    }
  }

  /** Bytes with line feeds here and there. */
  private static byte[] anything(Random random, int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    for (int i = 0; i < size; i++) {
      bytes[i] = random.nextInt(700) == 0 ? (byte) '\n' : (byte) (bytes[i] | 0x20);
    }
    return bytes;
  }

  /** Reads to the end, each read cancelled somewhere. */
  private static byte[] readAll(StreamReader in, Random random) throws IOException {
    var all = new ByteArrayOutputStream();
    while (!in.atEof()) {
      Reading reading = Reading.any(in, random);
      byte[] taken =
          random.nextBoolean() ? byTask(reading.now, random) : byWaiter(in, reading.later, random);
      all.writeBytes(taken);
    }
    return all.toByteArray();
  }

  private static byte[] byTask(Read read, Random random) throws IOException {
    Task<byte[]> one = Aio.spawn(() -> read.now());
    turns(random.nextInt(MOST_TURNS), one);
    one.cancel();
    Aio.waitUntil(List.of(one));
    return one.isCancelled() ? bytes("") : outcome(one.exceptionNow(), () -> one.getNow());
  }

  private static byte[] byWaiter(StreamReader in, ReadFor read, Random random) throws IOException {
    var waiting = new Waiting<byte[]>();
    read.later(waiting);
    int limit = random.nextInt(MOST_TURNS);
    for (int i = 0; i < limit && waiting.isWaiting(); i++) {
      Aio.yieldNow();
    }
    if (waiting.isWaiting() || random.nextBoolean()) { // told by then, or not: it changes its mind
      waiting.abandon();
      in.leave();
      return bytes("");
    }
    return outcome(waiting.failure, () -> waiting.value);
  }

  private static byte[] outcome(@Nullable Throwable failure, Callable<byte @Nullable []> value)
      throws IOException {
    try {
      return switch (failure) {
        case null -> value.call();
        case IncompleteReadException early -> early.partial();
        case LimitOverrunException tooLong -> bytes("");
        case IOException e -> throw e;
        default -> throw new AssertionError(failure);
      };
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @Parity("STR-8")
  void whatACancelledReadGivesBackIsFoundByWhoWaitsByThen() {
    Conversation.with(
        (client, server) -> {
          StreamReader in = server.reader();
          Waiting<byte[]> cancelled = served(client, in);
          var waiting = new Waiting<byte[]>();
          in.readLine(waiting);

          cancelled.abandon();
          for (int i = 0; i < MOST_TURNS && waiting.isWaiting(); i++) {
            Aio.yieldNow();
          }
          assertThat(waiting.value).isEqualTo(bytes("one\n"));

          cancelled = served(client, in);
          Task<byte[]> task = Aio.spawn(() -> in.readLine());
          Aio.yieldNow();

          cancelled.abandon();
          turns(MOST_TURNS, task);
          assertThat(task.isDone()).isTrue();
          assertThat(task.getNow()).isEqualTo(bytes("one\n"));
        });
  }

  @Test
  @Parity("STR-8")
  void whoReadsBeforeACancelledReaderHasRunIsServed() {
    Conversation.with(
        (client, server) -> {
          StreamReader in = server.reader();
          Task<byte[]> cancelled = Aio.spawn(() -> in.read(10));
          Aio.yieldNow();
          Task<byte[]> next = Aio.spawn(() -> in.read(10)); // runs before the other one does
          cancelled.cancel();
          Aio.waitUntil(List.of(cancelled));

          client.writer().write(bytes("one"));

          assertThat(Aio.timeout(Duration.ofSeconds(10), () -> next.join()))
              .isEqualTo(bytes("one"));
        });
  }

  @Test
  @Parity("STR-8")
  void aWaiterThatComesBeforeACancelledReaderHasRunIsServedWhatItAskedFor() {
    Conversation.with(
        (client, server) -> {
          StreamReader in = server.reader();
          Task<byte[]> cancelled = Aio.spawn(() -> in.read(10));
          Aio.yieldNow();
          cancelled.cancel();
          var waiting = new Waiting<byte[]>();
          in.readLine(waiting);
          client.writer().write(bytes("one\n"));
          untilThePollIsDue(); // so it comes before the cancelled task runs

          Aio.waitUntil(List.of(cancelled));
          while (waiting.isWaiting()) {
            Aio.yieldNow();
          }

          assertThat(waiting.value).isEqualTo(bytes("one\n"));
        });
  }

  @Test
  @Parity("STR-8")
  void aTaskThatComesBeforeTheLoopLooksForAWaiterThatLeftIsNotTakenForIt() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            SocketChannel[] pair = Loopback.pair();
            var core = LoopThread.currentLoop();
            try (Stream client = Stream.adopt(core, pair[0], 100);
                Stream server = Stream.adopt(core, pair[1], 100)) {
              StreamReader in = server.reader();
              var waiting = new Waiting<byte[]>();
              in.readLine(waiting);
              client.writer().write(bytes("on"));
              untilThePollIsDue();
              Aio.yieldNow(); // it was: an entry that looks is queued
              assertThat(waiting.abandon()).isTrue();
              Aio.spawn(
                  () -> {
                    client.writer().write(bytes("e\n"));
                    return 0;
                  });

              assertThat(in.readLine()).isEqualTo(bytes("one\n"));
            }
          });
      assertThat(t.errorMessages()).isEmpty();
    }
  }

  /** Until a busy loop asks its reactor before the next turn. */
  private static void untilThePollIsDue() {
    long due = System.nanoTime() + Duration.ofMillis(1).toNanos();
    while (System.nanoTime() < due) {
      Thread.onSpinWait();
    }
  }

  /** A reader that was served a line and has not run yet. */
  private static Waiting<byte[]> served(Stream client, StreamReader in) throws IOException {
    var waiting = new Waiting<byte[]>();
    in.read(10, waiting);
    client.writer().write(bytes("one\n"));
    while (waiting.isWaiting()) {
      Aio.yieldNow();
    }
    return waiting;
  }

  @Seeds(100)
  @Parity({"STR-8", "AC-streams.3"})
  void whatIsReadIsWhatWasSentHoweverOftenAReadIsCancelled(TestLoop t, long seed) {
    t.run(
        () -> {
          var random = new Random(seed);
          LoopCore core = LoopThread.currentLoop();
          byte[] sent = anything(random, random.nextInt(40_000));
          StreamReader in;
          StreamWriter out;
          if (random.nextBoolean()) {
            Pipe pipe = Pipe.open();
            in = Streams.reader(pipe.source());
            out = Streams.writer(pipe.sink());
          } else {
            SocketChannel[] pair = Loopback.narrowPair();
            in = Stream.adopt(core, pair[0], 1 << 16).reader();
            out = Stream.adopt(core, pair[1], 1 << 16).writer();
          }
          Task<?> writing =
              Aio.spawn(
                  () -> {
                    for (int at = 0; at < sent.length; ) {
                      int piece = Math.min(sent.length - at, 1 + random.nextInt(3000));
                      out.write(ByteBuffer.wrap(sent, at, piece));
                      at += piece;
                      turns(random.nextInt(20), Aio.currentTask().orElseThrow());
                    }
                    out.shutdownOutput();
                  });

          byte[] read = readAll(in, random);

          assertThat(read).isEqualTo(sent);
          writing.join();
          in.close();
          out.close();
          Aio.yieldNow();
          assertThat(Loopback.interests()).isZero();
        });
  }

  @Seeds(60)
  @Parity({"STR-8", "AC-streams.3"})
  void aTooLongLineOrAnEarlyEndThatIsAbandonedTakesNothing(TestLoop t, long seed) {
    t.run(
        () -> {
          var random = new Random(seed);
          LoopCore core = LoopThread.currentLoop();
          SocketChannel[] pair = Loopback.pair();
          try (Stream in = Stream.adopt(core, pair[0], 8);
              Stream out = Stream.adopt(core, pair[1], 8)) {
            StreamReader reader = in.reader();
            String line = "x".repeat(9 + random.nextInt(20)) + (random.nextBoolean() ? "\n" : "");
            List<ReadFor> failing =
                List.of(
                    waiter -> reader.readExactly(100, waiter),
                    waiter -> reader.readUntil(waiter, bytes("!")),
                    reader::readLine);
            boolean first = random.nextBoolean();
            if (first) {
              out.writer().write(bytes(line));
              out.writer().shutdownOutput();
            }
            for (int i = 0; i < 3; i++) {
              var waiting = new Waiting<byte[]>();
              failing.get(random.nextInt(3)).later(waiting);
              if (!first) {
                out.writer().write(bytes(line));
                out.writer().shutdownOutput();
                first = true;
              }
              while (waiting.isWaiting()) {
                Aio.yieldNow();
              }
              assertThat(waiting.failure).isInstanceOf(IOException.class);
              waiting.abandon();
            }
            assertThat(text(reader.readAll())).isEqualTo(line);
          }
        });
  }

  @Seeds(60)
  @Parity({"STR-8", "STR-12", "AC-streams.3"})
  void whatAWriteWasGivenIsSentOnceAndInOrderWheneverItIsCancelled(
      TestLoop t, long seed, @TempDir Path folder) {
    Path file = folder.resolve("file");
    t.run(
        () -> {
          var random = new Random(seed);
          LoopCore core = LoopThread.currentLoop();
          byte[] sent = anything(random, 200_000 + random.nextInt(300_000));
          Files.write(file, sent);
          SocketChannel[] pair = Loopback.narrowPair();
          Stream in = Stream.adopt(core, pair[0], 1 << 16);
          Stream out = Stream.adopt(core, pair[1], 1 << 16);
          Task<byte[]> reading = Aio.spawn(() -> in.reader().readAll());
          try (FileChannel content = FileChannel.open(file)) {
            for (int at = 0; at < sent.length; ) {
              at =
                  random.nextInt(4) == 0
                      ? afterFile(out, content, at, random)
                      : afterWrite(out, sent, at, random);
            }
          }
          Task<?> draining = Aio.spawn(() -> out.writer().drain());
          turns(random.nextInt(MOST_TURNS), draining);
          draining.cancel();
          out.writer().shutdownOutput();
          Task<?> ending = Aio.spawn(() -> out.awaitClosed());
          turns(random.nextInt(MOST_TURNS), ending);
          ending.cancel();

          assertThat(reading.join()).isEqualTo(sent);
          in.close();
          out.close();
          out.awaitClosed();
          in.awaitClosed();
          assertThat(Loopback.interests()).isZero();
        });
  }

  private static int afterWrite(Stream out, byte[] sent, int at, Random random) {
    ByteBuffer piece =
        ByteBuffer.wrap(sent, at, Math.min(sent.length - at, 1 + random.nextInt(100_000)));
    Task<?> one = Aio.spawn(() -> out.writer().write(piece));
    turns(random.nextInt(MOST_TURNS), one);
    one.cancel();
    Aio.waitUntil(List.of(one));
    assertThat(one.isCancelled() ? null : one.exceptionNow()).isNull();
    return piece.position(); // unmoved if it was cancelled before its first step
  }

  private static int afterFile(Stream out, FileChannel content, int at, Random random)
      throws IOException {
    content.position(at);
    int count = 1 + random.nextInt(100_000);
    Task<?> one = Aio.spawn(() -> out.writer().sendFile(content, at, count));
    turns(random.nextInt(200), one);
    one.cancel();
    Aio.waitUntil(List.of(one));
    assertThat(one.isCancelled() ? null : one.exceptionNow()).isNull();
    return (int) content.position();
  }

  @Test
  @Parity({"TR-13"})
  void anErrorThatAReceiverHasLeftIsHeardByTheNext() {
    Aio.run(
        () -> {
          var gone = UdpSocket.bind(Loopback.anyPort());
          gone.close();
          try (var client = UdpSocket.open(DatagramOptions.connect(gone.localAddress()))) {
            var waiting = new Waiting<Datagram>();
            client.receive(waiting);
            client.send(Loopback.bytes("x"));
            while (waiting.isWaiting()) {
              Aio.yieldNow();
            }
            assertThat(waiting.failure).isInstanceOf(PortUnreachableException.class);
            waiting.abandon();

            assertThatThrownBy(client::receive).isInstanceOf(PortUnreachableException.class);
          }
        });
  }

  @Test
  @Parity({"TR-13"})
  void anErrorThatAReceiverHasLeftIsHeardByOneThatWaitsByThen() {
    Aio.run(
        () -> {
          var gone = UdpSocket.bind(Loopback.anyPort());
          gone.close();
          try (var client = UdpSocket.open(DatagramOptions.connect(gone.localAddress()))) {
            var leaving = new Waiting<Datagram>();
            client.receive(leaving);
            client.send(Loopback.bytes("x"));
            while (leaving.isWaiting()) {
              Aio.yieldNow();
            }
            var waiting = new Waiting<Datagram>();
            client.receive(waiting);
            assertThat(waiting.isWaiting()).isTrue();

            leaving.abandon();

            assertThat(waiting.failure).isInstanceOf(PortUnreachableException.class);
          }
        });
  }
}
