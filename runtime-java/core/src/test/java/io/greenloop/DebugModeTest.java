package io.greenloop;

import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import io.greenloop.testing.VirtualClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DebugModeTest {
  private static final Logger LOGGER = Logger.getLogger("io.greenloop");

  private final VirtualClock clock = new VirtualClock();
  private final TestLoop t =
      TestLoop.of(LoopOptions.defaults().withClock(clock).withName("L").withDebug(true));
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
    t.close();
  }

  private void holdFor(int millis) {
    clock.advanceTo(clock.nanos() + ofMillis(millis).toNanos());
  }

  @Test
  @Parity({"LOOP-15", "AC-base-events.7"})
  void aCallbackOverTheThresholdIsLoggedWithItsLine() {
    t.loop().callSoon(() -> holdFor(100)); // exactly the threshold
    t.runUntilIdle();
    assertThat(logged).isEmpty();

    t.loop().callSoon(() -> holdFor(101));
    t.runUntilIdle();

    assertThat(logged)
        .singleElement()
        .asString()
        .matches(
            "loop 'L': callback in io\\.greenloop\\.DebugModeTest created at"
                + " io\\.greenloop\\.DebugModeTest\\.aCallbackOverTheThresholdIsLoggedWithItsLine\\(DebugModeTest\\.java:\\d+\\)"
                + " ran for 101 ms without letting the loop go on \\(threshold 100 ms\\);"
                + " Aio\\.toThread runs long work on another thread");
  }

  @Test
  @Parity({"LOOP-15", "AC-base-events.7"})
  void aTaskStepOverTheThresholdIsLoggedSleepingIsNot() {
    t.loop().setSlowCallbackThreshold(ofMillis(20));
    t.loop()
        .spawn(
            TaskOptions.named("slow"),
            () -> {
              sleep(ofMillis(500));
              holdFor(30);
              return 0;
            });
    t.runUntilIdle();

    assertThat(logged)
        .singleElement()
        .asString()
        .matches(
            "loop 'L': task 'slow' created at io\\.greenloop\\.DebugModeTest\\.\\w+\\("
                + "DebugModeTest\\.java:\\d+\\) ran for 30 ms without letting the loop go on"
                + " \\(threshold 20 ms\\); Aio\\.toThread runs long work on another thread");
    assertThat(t.loop().slowCallbackThreshold()).isEqualTo(ofMillis(20));
  }

  @Test
  @Parity("LOOP-15")
  void outsideOfDebugModeNothingIsTimedAndNoLineTaken() {
    t.loop().setDebug(false);
    assertThat(t.loop().isDebug()).isFalse();
    t.loop().callSoon(() -> holdFor(1000));
    var task = t.loop().spawn(() -> 1);
    t.runUntilIdle();

    assertThat(logged).isEmpty();
    assertThat(task.creationLine()).isEmpty();
  }

  @Test
  @Parity("LOOP-15")
  void tasksAndCallbacksKnowTheLineThatMadeThem() {
    t.run(
        () -> {
          var task = spawn(() -> 1);
          assertThat(task.creationLine().orElseThrow().toString())
              .contains("DebugModeTest.lambda$tasksAndCallbacksKnowTheLineThatMadeThem$");
          var timer = t.loop().callLater(ofMillis(1), () -> {});
          assertThat(timer.toString()).contains("created at io.greenloop.DebugModeTest.lambda$");
          Promise<String> promise = Aio.newPromise();
          promise.whenDone(
              f -> {
                throw new IllegalStateException("boom");
              });
          promise.complete("x");
          task.join();
          sleep(ofMillis(1));
        });

    assertThat(t.errorMessages())
        .singleElement()
        .asString()
        .matches(
            "callback in io\\.greenloop\\.DebugModeTest created at"
                + " io\\.greenloop\\.DebugModeTest\\.lambda\\$\\w+\\$\\d+\\(DebugModeTest\\.java:\\d+\\),"
                + " scheduled by task 'Task-\\d+' threw java\\.lang\\.IllegalStateException");
  }

  @Test
  @Parity({"LOOP-15", "FUT-8"})
  void anUnseenFailureShowsTheLineOfItsTask() {
    t.run(
        () -> {
          spawn(
              TaskOptions.named("lost"),
              () -> {
                throw new IOException("x");
              });
          sleep(ofMillis(1));
        });

    assertThat(t.errorMessages())
        .singleElement()
        .asString()
        .matches(
            "nobody looked at the failure of task 'lost' created at io\\.greenloop\\.DebugModeTest"
                + "\\.lambda\\$.*\\(DebugModeTest\\.java:\\d+\\), spawned by task 'Task-\\d+'"
                + " created at .*");
  }

  @Test
  @Parity("LOOP-15")
  void theReportOfAnErrorShowsTheLineOfItsTask() {
    t.loop().setExceptionHandler(null);
    t.run(
        () ->
            t.loop()
                .report(ErrorContext.of("odd", null, spawn(TaskOptions.named("child"), () -> 1))));

    assertThat(logged.getFirst())
        .matches(
            "loop 'L': odd; in task 'child' created at .*\\(DebugModeTest\\.java:\\d+\\), spawned"
                + " by task 'Task-\\d+' created at .*");
  }
}
