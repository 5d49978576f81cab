package io.greenloop.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.Task;
import io.greenloop.Waiter;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.internal.loop.ReadyListener;
import io.greenloop.internal.loop.Watch.Direction;
import io.greenloop.testing.Parity;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who has an inexhaustible peer does not keep the loop for itself. */
@Timeout(60)
class TakingTurnsTest {
  private static final int PIECES = 10_000;
  private static final int PIECE = 100;

  /** Of how many bytes a write is that does not wait for room. */
  private static final int MUCH = 24 << 20;

  /** Has so many pieces to be read, and takes all that is written unless it is full. */
  private static final class RushingWire implements Wire {
    private final LoopCore loop = LoopThread.currentLoop();
    private @Nullable ReadyListener reader;
    private @Nullable ReadyListener writer;
    private int left = PIECES;
    private boolean full;

    @Override
    public int tryRead(ByteBuffer target) {
      if (left == 0) {
        return -1;
      }
      left--;
      int count = Math.min(target.remaining(), PIECE);
      target.position(target.position() + count);
      return count;
    }

    @Override
    public void tryWrite(ByteBuffer source) {
      if (!full) {
        source.position(source.limit());
      }
    }

    void hasRoom() {
      full = false;
      tell();
    }

    @Override
    public void listen(Direction direction, ReadyListener listener) {
      if (direction == Direction.IN) {
        reader = listener;
      } else {
        writer = listener;
      }
      loop.ready((Runnable) this::tell, null);
    }

    private void tell() {
      ReadyListener in = reader;
      if (in != null) {
        in.ready();
      }
      ReadyListener out = writer;
      if (out != null && !full) {
        out.ready();
      }
    }

    @Override
    public void mute(Direction direction) {
      if (direction == Direction.IN) {
        reader = null;
      } else {
        writer = null;
      }
    }

    @Override
    public void shutdownOutput() {}

    @Override
    public void close() {}

    @Override
    public void abort() {}
  }

  private interface Read {
    void on(StreamReader in) throws Exception;
  }

  private static int turnsUntil(BooleanSupplier done) {
    int turns = 0;
    while (!done.getAsBoolean()) {
      Aio.yieldNow();
      turns++;
    }
    return turns;
  }

  private static int turnsOf(Callable<?> work) throws Exception {
    Task<?> task = Aio.spawn(work);
    int turns = turnsUntil(task::isDone);
    task.join();
    return turns;
  }

  private static void rushing(Read read) {
    Conversation.with(
        (client, server) -> {
          server.reader().moveTo(new RushingWire());
          int turns =
              turnsOf(
                  () -> {
                    read.on(server.reader());
                    return 0;
                  });

          assertThat(turns).isGreaterThan(PIECES / 100);
        });
  }

  @Test
  @Parity("STR-3")
  void othersRunWhileSomebodyReadsToTheEnd() {
    rushing(in -> assertThat(in.readAll()).hasSize(PIECES * PIECE));
  }

  @Test
  @Parity("STR-4")
  void othersRunWhileSomebodyReadsACertainNumber() {
    rushing(in -> assertThat(in.readExactly(PIECES * PIECE)).hasSize(PIECES * PIECE));
  }

  @Test
  @Parity("STR-3")
  void othersRunBetweenReadsThatNeedNotWait() {
    rushing(
        in -> {
          ByteBuffer target = ByteBuffer.allocate(PIECE);
          while (in.read(target.clear()) >= 0) {}
        });
  }

  @Test
  @Parity("STR-3")
  void othersRunWhileACallbackReadsToTheEnd() {
    Conversation.with(
        (client, server) -> {
          server.reader().moveTo(new RushingWire());
          var waiting =
              new Waiter<byte[]>() {
                byte @Nullable [] all;

                @Override
                protected void onServed(byte[] value) {
                  all = value;
                }

                @Override
                protected void onFailed(Throwable failure) {}
              };
          server.reader().readAll(waiting);

          assertThat(turnsUntil(() -> !waiting.isWaiting())).isGreaterThan(PIECES / 100);
          assertThat(waiting.all).hasSize(PIECES * PIECE);
        });
  }

  @Test
  void othersRunWhileMuchIsSentThatHasWaited() {
    Conversation.with(
        (client, server) -> {
          StreamWriter out = server.writer();
          var wire = new RushingWire();
          wire.full = true;
          out.moveTo(wire);
          out.setBufferLimits(Long.MAX_VALUE, 0);
          out.write(new byte[MUCH]);
          wire.hasRoom();

          assertThat(turnsUntil(() -> out.bufferSize() == 0)).isGreaterThan(MUCH >> 21);
        });
  }

  @Test
  void oneWriteMakesNoMoreThanSomeRecords() {
    TlsConversation.with(
        (client, server) -> {
          StreamWriter out = client.writer();
          out.setBufferLimits(Long.MAX_VALUE, 0);
          out.write(new byte[MUCH]);

          assertThat(out.bufferSize()).isGreaterThanOrEqualTo(MUCH - (1 << 20));
          assertThat(server.reader().readExactly(MUCH)).hasSize(MUCH);
        });
  }
}
