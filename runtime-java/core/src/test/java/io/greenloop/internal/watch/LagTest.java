package io.greenloop.internal.watch;

import static org.assertj.core.api.Assertions.assertThat;

import example.Hold;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopCores;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LagTest {
  private record Run(LoopCore core) implements Watched {
    @Override
    public String describe(@Nullable Object owner) {
      return "somebody";
    }

    @Override
    public boolean isIdleWithoutReason() {
      return false;
    }

    @Override
    public String suspicion(long seconds) {
      return "nothing";
    }
  }

  @Test
  @RealTime // lag is real time by its nature
  void theTimeAfterTheEndOfARunIsNoLag() throws Exception {
    var hold = new Hold();
    try (var t = TestLoop.real()) {
      var lag = new Lag();
      var runner = Thread.ofPlatform().start(() -> t.run(hold::untilReleased));
      hold.awaitHeld();
      try {
        var run = new Watch(new Run(LoopCores.of(t.loop())));
        lag.look(run);
        run.close();
        long atTheEnd = lag.nanos();
        long later = System.nanoTime() + 1000;
        while (System.nanoTime() < later) {
          Thread.onSpinWait();
        }

        assertThat(lag.nanos()).isEqualTo(atTheEnd).isPositive();
        assertThat(lag.mostNanos()).isEqualTo(atTheEnd);
      } finally {
        hold.release();
        runner.join();
      }
    }
  }
}
