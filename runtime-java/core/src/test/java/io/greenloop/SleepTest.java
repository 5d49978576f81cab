package io.greenloop;

import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofNanos;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.internal.loop.LoopCores;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SleepTest {
  @Test
  @Parity({"TASK-19", "AC-tasks-the-rest.11"})
  void zeroOrLessIsExactlyOneTurnAndNoTimer(TestLoop t) {
    var core = LoopCores.of(t.loop());
    t.run(
        () -> {
          for (Duration delay : new Duration[] {Duration.ZERO, ofMillis(-5)}) {
            t.loop().callSoon(() -> t.note("this turn"));
            t.loop().callSoon(() -> t.loop().callSoon(() -> t.note("next turn")));
            sleep(delay);
            assertThat(core.pendingTimers()).isZero();
            t.note("slept");
            yieldNow();
          }
        });

    assertThat(t.trail())
        .containsExactly(
            "this turn@0", "slept@0", "next turn@0", "this turn@0", "slept@0", "next turn@0");
  }

  @Test
  @Parity({"TASK-19", "AC-tasks-the-rest.11"})
  void aCancelledSleepLeavesNoTimer(TestLoop t) {
    var core = LoopCores.of(t.loop());
    t.run(
        () -> {
          var task = spawn(() -> sleep(Duration.ofHours(1)));
          yieldNow();
          assertThat(core.pendingTimers()).isEqualTo(1);

          task.cancel();

          assertThat(core.pendingTimers()).isZero();
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
          t.note("end");
        });

    assertThat(t.trail()).containsExactly("end@0");
  }

  @Test
  @Parity({"TASK-19", "AC-events.7"})
  void aSleepEndsAtItsTimeNotBefore(TestLoop t) {
    t.run(
        () -> {
          spawn(
              () -> {
                sleep(ofMillis(19));
                t.note("just before");
              });
          sleep(ofMillis(20));
          t.note("slept");
          sleep(ofNanos(1));
          t.note("tick");
        });

    assertThat(t.trail()).containsExactly("just before@19", "slept@20", "tick@20.000001");
  }

  @Test
  @Parity("AC-futures.6")
  void theTimerOfACancelledSleepIsSilent(TestLoop t) {
    t.run(
        () -> {
          var sleeper = new java.util.ArrayList<Task<?>>();
          t.loop().callLater(ofMillis(10), () -> sleeper.getFirst().cancel());
          sleeper.add(spawn(() -> sleep(ofMillis(10))));
          sleep(ofMillis(20));
          assertThat(sleeper.getFirst().isCancelled()).isTrue();
        });

    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity("TASK-19")
  void aVeryLongSleepDoesNotOverflow(TestLoop t) {
    t.run(
        () -> {
          var task = spawn(() -> sleep(Duration.ofSeconds(Long.MAX_VALUE)));
          sleep(ofMillis(1));
          assertThat(task.isDone()).isFalse();
        });
  }

  @Test
  @Parity({"TASK-19", "AC-tasks-the-rest.11"})
  void whatIsNoDurationIsRejected(TestLoop t) {
    // Python's NaN: a Duration cannot hold one, so the only thing left to reject is null.
    t.run(() -> assertThatThrownBy(() -> sleep(null)).isInstanceOf(NullPointerException.class));
  }

  @Test
  void yieldNowOutsideOfALoopIsRefused() {
    assertThatThrownBy(Aio::yieldNow)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "yieldNow: no event loop runs in thread '%s'; call it from a task, or start one with"
                + " Aio.run",
            Thread.currentThread().getName());
  }
}
