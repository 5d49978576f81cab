package io.greenloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.reactor.BareReactor;
import io.greenloop.reactor.Completion;
import io.greenloop.reactor.ReadySink;
import io.greenloop.reactor.Transfers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SpinTest {
  @Test
  void aLoopThatSpinsAsksWithoutWaitingBeforeItSleeps() throws IOException {
    assertThat(timeoutsUntilReady(Duration.ofMillis(10))).containsExactly(0L);
  }

  @Test
  void aLoopThatDoesNotSpinSleepsAtOnce() throws IOException {
    assertThat(timeoutsUntilReady(Duration.ZERO)).containsExactly(Long.MAX_VALUE);
  }

  @Test
  void aSpinEndsWithASleepThatIsNoLongerThanTheTimerAllows() {
    var options = LoopOptions.defaults().withSpin(Duration.ofMillis(1));
    var limit = Duration.ofMillis(3);
    Duration took =
        Aio.run(
            RunOptions.DEFAULT.loopFactory(() -> EventLoop.create(options)),
            () -> {
              Duration start = EventLoop.current().time();
              Aio.sleep(limit);
              return EventLoop.current().time().minus(start);
            });

    assertThat(took).isGreaterThanOrEqualTo(limit);
  }

  @Test
  void whatAnotherThreadPostsEndsASpin() {
    var options = LoopOptions.defaults().withSpin(Duration.ofMillis(10));
    String answer =
        Aio.run(
            RunOptions.DEFAULT.loopFactory(() -> EventLoop.create(options)),
            () -> Aio.toThread(() -> "posted").join());

    assertThat(answer).isEqualTo("posted");
  }

  @Test
  void aSpinThatLooksLikeAStallIsRefused() {
    var options = LoopOptions.defaults();

    assertThatThrownBy(() -> options.withSpin(Duration.ofMillis(11)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("LoopOptions: spin = PT0.011S (expected PT0S to PT0.01S)");
    assertThatThrownBy(() -> options.withSpin(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatASpinningLoopIsToHaveTheEngineDoIsBegunBeforeItLooks() throws IOException {
    var engine = new MovingReactor();
    var options = LoopOptions.defaults().withSpin(Duration.ofMillis(10)).withNetwork(engine);
    try (var channel = SocketChannel.open()) {
      channel.configureBlocking(false);
      int count =
          Aio.run(
              RunOptions.DEFAULT.loopFactory(() -> EventLoop.create(options)),
              () -> {
                EventLoop loop = EventLoop.current();
                Promise<Integer> read = loop.newPromise();
                loop.proactor().read(channel, ByteBuffer.allocateDirect(8), completing(read));
                engine.polls.clear();
                return read.join();
              });

      assertThat(count).isEqualTo(1);
      assertThat(engine.polls.getFirst()).isEqualTo("0, has begun");
    }
  }

  private static Completion<Integer> completing(Promise<Integer> end) {
    return new Completion<>() {
      @Override
      public void completed(Integer count) {
        end.complete(count);
      }

      @Override
      public void failed(IOException cause) {
        end.completeExceptionally(cause);
      }
    };
  }

  /** What a loop asks its engine for until the first answer, which comes to the first question. */
  private static List<Long> timeoutsUntilReady(Duration spin) throws IOException {
    var engine = new RecordingReactor();
    var options = LoopOptions.defaults().withSpin(spin).withNetwork(engine);
    Pipe pipe = Pipe.open();
    pipe.source().configureBlocking(false);
    try (var source = pipe.source();
        var sink = pipe.sink()) {
      Aio.run(
          RunOptions.DEFAULT.loopFactory(() -> EventLoop.create(options)),
          () -> {
            EventLoop loop = EventLoop.current();
            Promise<String> heard = loop.newPromise();
            loop.addReader(source, () -> heard.tryComplete("ready"));
            engine.timeouts.clear();
            heard.join();
            engine.records = false;
            loop.removeReader(source);
            return sink.isOpen();
          });
    }
    return engine.timeouts;
  }

  /** Moves a byte with the first poll behind the beginning of a transfer. */
  private static final class MovingReactor extends BareReactor implements Transfers {
    final List<String> polls = new ArrayList<>();
    private @Nullable Runnable transfer;

    @Override
    public int poll(long timeoutNanos, ReadySink sink) {
      polls.add(timeoutNanos + (transfer == null ? "" : ", has begun"));
      if (transfer != null) {
        transfer.run();
        transfer = null;
        return 1;
      }
      return 0;
    }

    @Override
    public Transfers transfers() {
      return this;
    }

    @Override
    public boolean takes(ByteBuffer buffer) {
      return true;
    }

    @Override
    public Transfer receive(SocketChannel channel, ByteBuffer target, boolean isEmpty, End end) {
      transfer =
          () -> {
            target.position(target.position() + 1);
            end.ended(1);
          };
      return () -> {};
    }

    @Override
    public Transfer send(SocketChannel channel, ByteBuffer source, End end) {
      throw new UnsupportedOperationException();
    }
  }

  /** Says of each channel that it is ready, and keeps what it was asked. */
  private static final class RecordingReactor extends BareReactor {
    final List<Long> timeouts = new ArrayList<>();
    boolean records = true;
    private @Nullable Object watched;

    @Override
    public void update(SelectableChannel channel, int interest, @Nullable Object attachment) {
      watched = interest == 0 ? null : attachment;
    }

    @Override
    public int poll(long timeoutNanos, ReadySink sink) {
      if (records && watched != null) {
        timeouts.add(timeoutNanos);
        records = false;
      }
      if (watched == null) {
        return 0;
      }
      sink.ready(watched, READ);
      return 1;
    }
  }
}
