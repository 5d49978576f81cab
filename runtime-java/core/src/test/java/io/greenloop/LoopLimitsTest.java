package io.greenloop;

import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.TestLoop;
import io.greenloop.testing.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a loop refuses, and what it tells, when tasks are too many or take too much. */
class LoopLimitsTest {
  private static final Logger LOGGER = Logger.getLogger("io.greenloop");

  private final VirtualClock clock = new VirtualClock();
  private final LoopOptions options = LoopOptions.defaults().withClock(clock).withName("L");
  private final List<String> logged = new ArrayList<>();
  private final Handler sink =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          logged.add(new SimpleFormatter().formatMessage(record));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOGGER.addHandler(sink);
    LOGGER.setUseParentHandlers(false);
  }

  @AfterEach
  void stop() {
    LOGGER.removeHandler(sink);
    LOGGER.setUseParentHandlers(true);
  }

  private void compute(int millis) {
    clock.advanceTo(clock.nanos() + ofMillis(millis).toNanos());
  }

  @Test
  void oneTaskTooManyIsRefusedUntilAnotherHasEnded() {
    try (var t = TestLoop.of(options.withMaxTasks(3))) {
      t.run(
          () -> {
            var first = spawn(() -> newPromise().join());
            spawn(() -> newPromise().join());
            assertThatThrownBy(() -> spawn(() -> 1))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessage(
                    "spawn: loop 'L' has 3 unfinished tasks, which is its limit; wait for some of"
                        + " them, or raise the limit by LoopOptions.withMaxTasks");
            first.cancel();
            assertThatThrownBy(first::join).isInstanceOf(CancelledError.class);
            assertThat(spawn(() -> 1).join()).isEqualTo(1);
          });
    }
  }

  @Test
  void aGroupThatMayNotSpawnFailsWithTheRefusalAndLeavesNothing() {
    try (var t = TestLoop.of(options.withMaxTasks(2))) {
      t.run(
          () -> {
            assertThatThrownBy(
                    () ->
                        TaskGroup.run(
                            group -> {
                              group.spawn(() -> newPromise().join());
                              group.spawn(() -> newPromise().join());
                            }))
                .isInstanceOf(ExceptionGroup.class)
                .satisfies(
                    group ->
                        assertThat(((ExceptionGroup) group).exceptions())
                            .singleElement()
                            .isInstanceOf(RejectedExecutionException.class));
            assertThat(Aio.allTasks()).hasSize(1);
          });
    }
  }

  @Test
  void aTaskOverItsBudgetIsLoggedOnceAndGoesOn() {
    try (var t = TestLoop.of(options.withTaskBudget(ofMillis(100)))) {
      t.run(
          () -> {
            var task =
                spawn(
                    TaskOptions.named("busy"),
                    () -> {
                      for (int i = 0; i < 10; i++) {
                        compute(25);
                        sleep(ofMillis(1000));
                        if (i == 3) {
                          assertThat(logged).isEmpty(); // exactly the budget
                        }
                      }
                      return "done";
                    });
            assertThat(task.join()).isEqualTo("done");
          });
    }

    assertThat(logged)
        .containsExactly(
            "loop 'L': task 'busy' has run for more than 100 ms in all, its budget; move the work"
                + " to another thread by Aio.toThread, or raise the budget by"
                + " LoopOptions.withTaskBudget");
  }

  @Test
  void limitsAreChecked() {
    assertThatThrownBy(() -> options.withMaxTasks(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("LoopOptions: maxTasks = 0 (expected >= 1)");
    assertThatThrownBy(() -> options.withTaskBudget(ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("LoopOptions: taskBudget = PT0S (expected > PT0S)");
  }
}
