package io.greenloop.micrometer;

import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.GreenloopTest;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

@GreenloopTest
class LoopMetersTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void theMetersReadTheLoopWhenTheyAreAsked(TestLoop t) {
    try (var meters = new LoopMeters(t.loop())) {
      meters.bindTo(registry);
      var seen = new ArrayList<Double>();
      t.run(
          () -> {
            var sleeper = spawn(() -> sleep(ofMillis(5)));
            yieldNow();
            seen.add(registry.get("greenloop.tasks").gauge().value());
            seen.add(registry.get("greenloop.timers").gauge().value());
            sleeper.join();
          });

      assertThat(seen).containsExactly(2.0, 1.0);
      assertThat(registry.get("greenloop.steps").functionCounter().count()).isGreaterThan(3);
      assertThat(registry.get("greenloop.lag").timeGauge().value()).isZero();
      assertThat(registry.get("greenloop.tasks").gauge().getId().getTag("loop"))
          .isEqualTo(t.loop().toString().replaceAll("loop '(.*)'", "$1"));
      assertThatThrownBy(() -> meters.bindTo(registry))
          .hasMessage(
              "bindTo: the meters of "
                  + t.loop()
                  + " are bound already; make new ones for each registry");
    }
  }

  @Test
  @RealTime // the watchdog looks by itself
  void aStallIsCounted(TestLoop t) {
    try (var meters = new LoopMeters(t.loop())) {
      meters.bindTo(registry);
      var timer = registry.get("greenloop.stalls").timer();
      t.run(
          () -> {
            while (timer.count() == 0) {
              Thread.onSpinWait();
            }
          });

      assertThat(timer.count()).isEqualTo(1);
      assertThat(timer.max(java.util.concurrent.TimeUnit.MILLISECONDS)).isGreaterThanOrEqualTo(100);
    }
  }
}
