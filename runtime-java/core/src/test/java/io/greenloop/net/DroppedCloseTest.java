package io.greenloop.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.Task;
import io.greenloop.internal.loop.LoopThread;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Channels and what their loop remembers of them, at odd moments. */
@Timeout(60)
class DroppedCloseTest {
  @Test
  void aChannelThatNeverHasToWaitIsNotRemembered() {
    Aio.run(
        () -> {
          var pair = Loopback.pair();
          try (var left = pair[0];
              var right = pair[1]) {
            right.write(Loopback.bytes("x"));
            while (Loopback.available(left) < 1) {
              Thread.onSpinWait();
            }
            Sockets.read(left, ByteBuffer.allocate(1));
            Sockets.writeFully(left, ByteBuffer.allocate(1));

            var poller = LoopThread.currentLoop().poller();
            assertThat(poller.watched(left)).isNull();
          }
          return 0;
        });
  }

  @Test
  void aChannelThatIsClosedInTheTurnInWhichATaskBeginsToWaitWakesIt() {
    Aio.run(
        () -> {
          var pair = Loopback.pair();
          try (var left = pair[0];
              var right = pair[1]) {
            Task<Integer> reader = Aio.spawn(() -> Sockets.read(left, ByteBuffer.allocate(1)));
            Task<?> closer = Aio.spawn(left::close); // before the engine has heard of the wait

            assertThatThrownBy(reader::join).isInstanceOf(StreamClosedException.class);
            closer.join();
            assertThat(right.isOpen()).isTrue();
          }
          return 0;
        });
  }
}
