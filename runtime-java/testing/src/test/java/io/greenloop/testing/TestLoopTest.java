package io.greenloop.testing;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.Task;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TestLoopTest {
  @Test
  void theClockJumpsToEachTimer() {
    try (var t = TestLoop.virtual()) {
      t.loop().callLater(ofMillis(50), () -> t.note("late"));
      t.loop().callLater(ofMillis(20), () -> t.note("a"));
      t.loop().callLater(ofMillis(20), () -> t.note("b"));

      t.runUntilIdle();

      assertThat(t.trail()).containsExactly("a@20", "b@20", "late@50");
    }
  }

  @Test
  void advanceRunsWhatIsDueAndWhatFollowsFromIt() {
    try (var t = TestLoop.virtual()) {
      t.loop().callLater(ofMillis(20), () -> t.loop().callLater(Duration.ZERO, () -> t.note("b")));
      t.loop().callLater(ofMillis(21), () -> t.note("c"));

      t.advance(ofMillis(19));
      assertThat(t.trail()).isEmpty();
      t.advance(ofMillis(1));
      assertThat(t.trail()).containsExactly("b@20");
      t.advance(ofMillis(1));

      assertThat(t.trail()).containsExactly("b@20", "c@21");
    }
  }

  @Test
  void fractionsOfAMillisecondShow() {
    try (var t = TestLoop.virtual()) {
      t.loop().callLater(Duration.ofNanos(1_500_000), () -> t.note("x"));

      t.runUntilIdle();

      assertThat(t.trail()).containsExactly("x@1.5");
    }
  }

  @Test
  void runIsAProgramWithAnOrderlyEnd() {
    try (var t = TestLoop.virtual()) {
      String result =
          t.run(
              () -> {
                Aio.spawn(
                    () -> {
                      try {
                        Aio.sleep(Duration.ofDays(1));
                      } finally {
                        t.note("cleanup");
                      }
                    });
                Aio.sleep(ofMillis(5));
                return "done";
              });

      assertThat(result).isEqualTo("done");
      assertThat(t.trail()).containsExactly("cleanup@5");
      assertThat(t.loop().isClosed()).isTrue();
    }
  }

  @Test
  void closeCancelsWhatIsLeft() {
    var task = new AtomicReference<Task<?>>();
    try (var t = TestLoop.virtual()) {
      task.set(t.loop().spawn(() -> Aio.newPromise().join()));
      t.runUntilIdle();
      assertThat(task.get().isDone()).isFalse();
    }

    assertThat(task.get().isCancelled()).isTrue();
  }

  @Test
  void closeFailsWithErrorsNobodyAskedFor() {
    var t = TestLoop.virtual();
    t.loop()
        .callSoon(
            () -> {
              throw new IllegalStateException("boom");
            });
    t.runUntilIdle();

    assertThatThrownBy(t::close)
        .isInstanceOf(AssertionError.class)
        .hasMessage(
            "reported to the exception handler of %s, and not asked for by errors(): callback in"
                + " io.greenloop.testing.TestLoopTest threw java.lang.IllegalStateException",
            t.loop())
        .hasSuppressedException(new IllegalStateException("boom"));
  }

  @Test
  void errorsThatWereAskedForAreExpected() {
    try (var t = TestLoop.virtual()) {
      t.loop()
          .callSoon(
              () -> {
                throw new IllegalStateException("boom");
              });
      t.runUntilIdle();

      assertThat(t.errorMessages())
          .containsExactly(
              "callback in io.greenloop.testing.TestLoopTest threw"
                  + " java.lang.IllegalStateException");
    }
  }

  @Test
  void aRunWithOutsideJobsSaysThatItCannotBeReplayed() {
    var clock = new VirtualClock();
    try (var t = TestLoop.of(io.greenloop.LoopOptions.defaults().withClock(clock))) {
      t.run(
          () -> {
            var release = new java.util.concurrent.CountDownLatch(1);
            var job =
                Aio.toThread(
                    () -> {
                      release.await();
                      return null;
                    });
            Aio.sleep(ofMillis(1));
            release.countDown();
            job.join();
          });
    }

    assertThat(clock.heldBack())
        .isEqualTo(List.of("0 parked in foreign code, 1 jobs outside, 0 I/O interests at PT0S"));
  }

  @Test
  void theClockNeverGoesBack() {
    var clock = new VirtualClock(5);
    assertThatThrownBy(() -> clock.advanceTo(4))
        .hasMessage("advanceTo: dueNanos = 4 (expected >= 5, the time now)");
  }
}
