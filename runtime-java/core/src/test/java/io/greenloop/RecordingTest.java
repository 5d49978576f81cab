package io.greenloop;

import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import example.Hold;
import io.greenloop.inspect.LoopMetrics;
import io.greenloop.internal.jfr.Samples;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.watch.LagProbes;
import io.greenloop.internal.watch.Watch;
import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the flight recorder and the metrics are told. The looks of the watchdog are made by hand.
 */
class RecordingTest {
  private static List<RecordedEvent> record(Path folder, ThrowingRunnable what) throws Exception {
    Path file = folder.resolve("events.jfr");
    try (var recording = new Recording()) {
      recording.enable("io.greenloop.*");
      recording.start();
      new Samples().look(List.of()); // notices the recording
      what.run();
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file);
  }

  private static List<RecordedEvent> of(String name, EventLoop loop, List<RecordedEvent> events) {
    String loopName = loop.toString().replaceAll("loop '(.*)'", "$1");
    return events.stream()
        .filter(e -> e.getEventType().getName().equals("io.greenloop." + name))
        .filter(e -> loopName.equals(e.getString("loop")))
        .toList();
  }

  @Test
  @Parity("INT-7")
  void tasksTellOfTheirStartAndTheirEnd(TestLoop t, @TempDir Path folder) throws Exception {
    var events =
        record(
            folder,
            () ->
                t.run(
                    () -> {
                      spawn(TaskOptions.named("good"), () -> "x").join();
                      var bad =
                          spawn(
                              TaskOptions.named("bad"),
                              () -> {
                                throw new IllegalStateException("on purpose");
                              });
                      catchThrowable(bad::join);
                      var ugly = spawn(TaskOptions.named("ugly"), () -> "never");
                      ugly.cancel();
                      yieldNow();
                    }));

    var starts = of("TaskStart", t.loop(), events);
    assertThat(starts).extracting(e -> e.getString("taskName")).contains("good", "bad", "ugly");
    var good =
        starts.stream().filter(e -> e.getString("taskName").equals("good")).findFirst().get();
    assertThat(good.getLong("parentId")).isLessThan(good.getLong("taskId")).isPositive();
    assertThat(of("TaskEnd", t.loop(), events))
        .extracting(e -> e.getString("taskName") + " " + e.getString("outcome"))
        .contains("good finished", "bad failed", "ugly cancelled");
  }

  @Test
  @Parity("INT-7")
  void aHeldLoopTellsOfItsStallItsStepsAndItsLag(@TempDir Path folder) throws Exception {
    var hold = new Hold();
    try (var t = TestLoop.real()) {
      var events =
          record(
              folder,
              () -> {
                var runner =
                    Thread.ofPlatform()
                        .start(
                            () ->
                                t.run(
                                    () -> {
                                      Aio.currentTask().orElseThrow().setName("greedy");
                                      hold.untilReleased();
                                    }));
                hold.awaitHeld();
                try (var watch = new Watch(new WatchedRun(t.loop()))) {
                  watch.look(0);
                  watch.look(TimeUnit.HOURS.toNanos(1));
                  new Samples().look(List.of(watch));
                } finally {
                  hold.release();
                  runner.join();
                }
              });

      assertThat(of("Stall", t.loop(), events))
          .anySatisfy( // beside what the watchdog itself may have seen
              stall -> {
                assertThat(stall.getString("holder")).isEqualTo("task 'greedy'");
                assertThat(stall.getDuration("heldFor")).hasHours(1);
                assertThat(stall.getString("frames"))
                    .startsWith("example.Hold.untilReleased(Hold.java:");
              });
      assertThat(of("SwitchSample", t.loop(), events))
          .anySatisfy(
              sample -> {
                assertThat(sample.getLong("steps")).isPositive();
                assertThat(sample.getString("running")).isEqualTo("task 'greedy' (pending)");
              });
      assertThat(of("LoopLag", t.loop(), events)).isNotEmpty();
    }
  }

  @Test
  void theNumbersOfALoopAreThoseItKeepsAnyway(TestLoop t) {
    var seen = new ArrayList<String>();
    var metrics = LoopMetrics.of(t.loop());
    t.run(
        () -> {
          var sleeper = spawn(() -> sleep(ofMillis(5)));
          yieldNow();
          t.loop().callSoon(() -> {});
          seen.add(metrics.tasks() + " " + metrics.readyEntries() + " " + metrics.pendingTimers());
          sleeper.join();
        });

    assertThat(seen).containsExactly("2 1 1");
    assertThat(metrics.steps()).isGreaterThan(3);
    assertThat(metrics.outsideJobs()).isZero();
    assertThat(metrics.parkedOutside()).isZero();
    assertThat(metrics.lag()).isZero();
    assertThat(metrics.toString()).isEqualTo(t.loop() + ": 0 tasks, 0 ready, 0 timers, lag PT0S");
  }

  @Test
  @RealTime // lag is real time by its nature
  void theLagGrowsWhileTheLoopIsHeldAndIsKept() throws Exception {
    var hold = new Hold();
    try (var t = TestLoop.real()) {
      var metrics = LoopMetrics.of(t.loop());
      var runner = Thread.ofPlatform().start(() -> t.run(hold::untilReleased));
      hold.awaitHeld();
      try (var watch = new Watch(new WatchedRun(t.loop()))) {
        new LagProbes().look(List.of(watch));
        while (metrics.lag().compareTo(ofMillis(5)) < 0) {
          Thread.onSpinWait();
        }
      } finally {
        hold.release();
        runner.join();
      }
      assertThat(metrics.longestLag()).isGreaterThanOrEqualTo(ofMillis(5));
    }
  }

  @Test
  @RealTime // lag is real time by its nature
  void aSecondWatcherOfTheSameRunDoesNotLoseALagThatGrows() throws Exception {
    var hold = new Hold();
    try (var t = TestLoop.real()) {
      var metrics = LoopMetrics.of(t.loop());
      var runner = Thread.ofPlatform().start(() -> t.run(hold::untilReleased));
      hold.awaitHeld();
      try (var first = new Watch(new WatchedRun(t.loop()));
          var second = new Watch(new WatchedRun(t.loop()))) {
        var probes = new LagProbes();
        probes.look(List.of(first));
        while (metrics.lag().compareTo(ofMillis(5)) < 0) {
          Thread.onSpinWait();
        }
        probes.look(List.of(second));

        assertThat(metrics.lag()).isGreaterThanOrEqualTo(ofMillis(5));
        assertThat(metrics.longestLag()).isGreaterThanOrEqualTo(ofMillis(5));
      } finally {
        hold.release();
        runner.join();
      }
    }
  }

  @Test
  void aMeasurementThatWasNeverAnsweredDoesNotKeepItsLoop() {
    WeakReference<LoopCore> core = measuredAndClosed();
    for (int i = 0; i < 100 && core.get() != null; i++) {
      System.gc();
    }
    assertThat(core.get()).isNull();
  }

  private static WeakReference<LoopCore> measuredAndClosed() {
    try (var loop = EventLoop.create()) {
      LagProbes.measure(loop.core());
      loop.callSoon(
          () -> {
            try (var watch = new Watch(new WatchedRun(loop))) {
              new LagProbes().look(List.of(watch));
            }
            loop.stop(); // in this turn: what was posted is not run any more
          });
      loop.runForever();
      return new WeakReference<>(loop.core());
    }
  }
}
