package io.greenloop.net;

import static io.greenloop.net.Certificates.localhost;
import static io.greenloop.net.Certificates.trusting;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.Task;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.internal.loop.ReadyListener;
import io.greenloop.internal.loop.Watch.Direction;
import io.greenloop.testing.Parity;
import io.greenloop.testing.Seeds;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

/** TLS over wires that split and merge what they carry as the seed says. */
@Timeout(120)
class TlsFragmentsTest {
  /** One direction of a connection in memory. */
  private static final class Lane {
    final ByteBuffer bytes;
    boolean ended;

    Lane(int capacity) {
      bytes = ByteBuffer.allocate(capacity).limit(0);
    }

    int room() {
      return bytes.capacity() - bytes.remaining();
    }
  }

  /** Takes and gives at most so many bytes at a time, and sometimes none. */
  private static final class ChoppedWire implements Wire {
    final LoopCore loop = LoopThread.currentLoop();
    final Lane in;
    final Lane out;
    final int most;
    final Random random;
    @Nullable ReadyListener reader;
    @Nullable ReadyListener writer;
    @Nullable ChoppedWire other;
    boolean told;
    boolean closed;

    ChoppedWire(Lane in, Lane out, int most, long seed) {
      this.in = in;
      this.out = out;
      this.most = most;
      random = new Random(seed);
    }

    private int piece(int possible) {
      return random.nextInt(8) == 0 ? 0 : Math.min(possible, 1 + random.nextInt(most));
    }

    @Override
    public int tryRead(ByteBuffer target) {
      if (!in.bytes.hasRemaining() && in.ended) {
        return -1;
      }
      int count = piece(Math.min(target.remaining(), in.bytes.remaining()));
      target.put(target.position(), in.bytes, in.bytes.position(), count);
      target.position(target.position() + count);
      in.bytes.position(in.bytes.position() + count);
      otherWire().tellSoon();
      return count;
    }

    @Override
    public void tryWrite(ByteBuffer source) throws IOException {
      if (out.ended) {
        throw new IOException("ended");
      }
      int count = piece(Math.min(source.remaining(), out.room()));
      out.bytes.compact();
      out.bytes.put(out.bytes.position(), source, source.position(), count);
      out.bytes.position(out.bytes.position() + count);
      out.bytes.flip();
      source.position(source.position() + count);
      otherWire().tellSoon();
    }

    private ChoppedWire otherWire() {
      return java.util.Objects.requireNonNull(other);
    }

    @Override
    public void listen(Direction direction, ReadyListener listener) {
      if (direction == Direction.IN) {
        reader = listener;
      } else {
        writer = listener;
      }
      tellSoon();
    }

    @Override
    public void mute(Direction direction) {
      if (direction == Direction.IN) {
        reader = null;
      } else {
        writer = null;
      }
    }

    void tellSoon() {
      if (!told && (reader != null || writer != null)) {
        told = true;
        loop.ready((Runnable) this::tell, null);
      }
    }

    private void tell() {
      told = false;
      ReadyListener r = reader;
      if (r != null && (in.bytes.hasRemaining() || in.ended)) {
        r.ready();
        tellSoon();
      }
      ReadyListener w = writer;
      if (w != null && (out.room() > 0 || out.ended)) {
        w.ready();
        tellSoon();
      }
    }

    @Override
    public void shutdownOutput() {
      out.ended = true;
      otherWire().tellSoon();
    }

    @Override
    public void close() {
      closed = true;
      reader = null;
      writer = null;
      shutdownOutput();
    }

    @Override
    public void abort() {
      close();
    }
  }

  private record Ends(ChoppedWire left, ChoppedWire right) {
    static Ends of(Random random) {
      int most = 1 << random.nextInt(16);
      var there = new Lane(1 + random.nextInt(most * 4));
      var back = new Lane(1 + random.nextInt(most * 4));
      var left = new ChoppedWire(back, there, most, random.nextLong());
      var right = new ChoppedWire(there, back, most, random.nextLong());
      left.other = right;
      right.other = left;
      return new Ends(left, right);
    }
  }

  // ---- tasks on wires ----------------------------------------------------------------------

  private static void await(Wire wire, Direction direction) {
    Promise<Integer> ready = EventLoop.current().newPromise();
    wire.listen(
        direction,
        new ReadyListener() {
          @Override
          public void ready() {
            wire.mute(direction);
            ready.tryComplete(1);
          }

          @Override
          public void failed(IOException cause) {
            ready.tryCompleteExceptionally(cause);
          }
        });
    try {
      ready.join();
    } finally {
      wire.mute(direction);
    }
  }

  private static byte[] read(Wire wire, int count, Random random) throws IOException {
    byte[] all = new byte[count];
    int at = 0;
    while (at < count) {
      int room = Math.min(count - at, 1 + random.nextInt(20_000));
      int got = wire.tryRead(ByteBuffer.wrap(all, at, room));
      assertThat(got).isNotNegative();
      at += got;
      if (got == 0) {
        await(wire, Direction.IN);
      }
    }
    return all;
  }

  private static void write(Wire wire, byte[] bytes, Random random) throws IOException {
    int at = 0;
    while (at < bytes.length) {
      int piece = Math.min(bytes.length - at, 1 + random.nextInt(40_000));
      ByteBuffer source = ByteBuffer.wrap(bytes, at, piece);
      while (source.hasRemaining()) {
        int before = source.remaining();
        wire.tryWrite(source);
        if (source.remaining() == before) {
          await(wire, Direction.OUT);
        }
      }
      at += piece;
    }
  }

  private static Promise<Integer> shake(TlsWire wire) {
    Promise<Integer> shaken = EventLoop.current().newPromise();
    wire.begin(
        InetSocketAddress.createUnresolved("localhost", 1),
        failure -> {
          if (failure == null) {
            shaken.complete(1);
          } else {
            shaken.completeExceptionally(failure);
          }
        });
    return shaken;
  }

  private static TlsWire secured(Wire below, TlsOptions options, String name) {
    return new TlsWire(
        LoopThread.currentLoop(),
        below,
        ByteBuffer.allocate(0),
        ByteBuffer.allocate(0),
        options,
        name);
  }

  private static byte[] random(Random random) {
    byte[] bytes = new byte[random.nextInt(random.nextBoolean() ? 200_000 : 300)];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Both directions at once, then an orderly end. */
  private static void talk(TlsWire left, TlsWire right, Random random) throws Exception {
    byte[] there = random(random);
    byte[] back = random(random);
    long seed = random.nextLong();
    Task<?> leftWrites = Aio.spawn(() -> write(left, there, new Random(seed)));
    Task<?> rightWrites = Aio.spawn(() -> write(right, back, new Random(seed + 1)));
    Task<byte[]> leftReads = Aio.spawn(() -> read(left, back.length, new Random(seed + 2)));
    Task<byte[]> rightReads = Aio.spawn(() -> read(right, there.length, new Random(seed + 3)));
    leftWrites.join();
    rightWrites.join();
    assertThat(rightReads.join()).isEqualTo(there);
    assertThat(leftReads.join()).isEqualTo(back);
  }

  private static void end(TlsWire left, TlsWire right) throws Exception {
    left.shutdownOutput();
    var one = ByteBuffer.allocate(1);
    int got = right.tryRead(one);
    while (got == 0) {
      await(right, Direction.IN);
      got = right.tryRead(one);
    }
    assertThat(got).isEqualTo(-1);
    Promise<Integer> parted = EventLoop.current().newPromise();
    Promise<Integer> otherParted = EventLoop.current().newPromise();
    part(right, parted);
    part(left, otherParted);
    parted.join();
    otherParted.join();
    left.close();
    right.close();
  }

  private static void part(TlsWire wire, Promise<Integer> parted) {
    if (wire.part(
        failure -> {
          if (failure == null) {
            parted.complete(1);
          } else {
            parted.completeExceptionally(failure);
          }
        })) {
      parted.complete(1);
    }
  }

  @Seeds(60)
  @Parity({"TLS-7", "AC-ssl.1"})
  void recordsMayBeSplitAndMergedAnywhere(TestLoop t, long seed) {
    t.run(
        () -> {
          var random = new Random(seed);
          Ends ends = Ends.of(random);
          String version = random.nextBoolean() ? "TLSv1.3" : "TLSv1.2";
          TlsWire left = secured(ends.left(), trusting().withVersions(version), "left");
          TlsWire right = secured(ends.right(), localhost(), "right");
          Promise<Integer> shaken = shake(left);
          shake(right).join();
          shaken.join();
          talk(left, right, random);
          if (random.nextInt(4) == 0) {
            TlsWire innerLeft = secured(left, trusting(), "inner left");
            TlsWire innerRight = secured(right, localhost(), "inner right");
            Promise<Integer> innerShaken = shake(innerLeft);
            shake(innerRight).join();
            innerShaken.join();
            talk(innerLeft, innerRight, random);
            end(innerLeft, innerRight);
          } else {
            end(left, right);
          }
          assertThat(ends.left().closed).isTrue();
          assertThat(ends.right().closed).isTrue();
          assertThat(LoopThread.currentLoop().pendingTimers()).isZero();
        });
  }

  @Seeds(60)
  @Parity({"AC-ssl.2", "AC-ssl.6"})
  void anEndAnywhereIsToldAndNothingHangs(TestLoop t, long seed) {
    t.run(
        () -> {
          var random = new Random(seed);
          Ends ends = Ends.of(random);
          TlsWire left = secured(ends.left(), trusting(), "left");
          TlsWire right = secured(ends.right(), localhost(), "right");
          Task<?> talking =
              Aio.spawn(
                  () -> {
                    Promise<Integer> shaken = shake(left);
                    shake(right).join();
                    shaken.join();
                    while (true) {
                      talk(left, right, random);
                    }
                  });
          int turns = random.nextInt(3000);
          for (int i = 0; i < turns && !talking.isDone(); i++) {
            Aio.yieldNow();
          }
          // The wire is cut: each side finds its end, wherever it was.
          ends.left().in.ended = true;
          ends.left().out.ended = true;
          ends.left().tellSoon();
          ends.right().tellSoon();

          Aio.waitUntil(java.util.List.of(talking));
          assertThat(talking.exceptionNow()).isInstanceOf(IOException.class);
          Aio.allTasks().stream()
              .filter(task -> task != Aio.currentTask().orElseThrow())
              .forEach(Task::cancel);
          left.close();
          right.close();
          assertThat(LoopThread.currentLoop().pendingTimers()).isZero();
        });
    // Of the two sides only one is listened to.
    assertThat(t.errorMessages()).allMatch(m -> m.startsWith("nobody looked at the failure of "));
  }
}
