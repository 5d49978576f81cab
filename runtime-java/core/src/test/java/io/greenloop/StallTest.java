package io.greenloop;

import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import example.Hold;
import io.greenloop.inspect.Stall;
import io.greenloop.inspect.Stalls;
import io.greenloop.internal.loop.LoopCores;
import io.greenloop.internal.vm.Mode;
import io.greenloop.internal.watch.Watch;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A loop that is held, seen from outside while it is. The looks of the watchdog are made by hand.
 */
class StallTest {
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);

  private final TestLoop t = TestLoop.virtual();
  private final Hold hold = new Hold();
  private final List<Stall> told = new ArrayList<>();

  @AfterEach
  void close() {
    t.close();
  }

  private interface Looks {
    void at(Watch watch) throws Exception;
  }

  /** Runs {@code holder} on the loop, and {@code looks} beside it while it holds. */
  private void whileHeldBy(ThrowingRunnable holder, Looks looks) throws Exception {
    var runner = Thread.ofPlatform().start(() -> t.run(holder));
    try (var watch = new Watch(new WatchedRun(t.loop()));
        var _ = Stalls.onStall(ofHours(1), told::add)) {
      hold.awaitHeld();
      looks.at(watch);
    } finally {
      hold.release();
      runner.join();
    }
  }

  private static Task<?> spawnNamed(String name, Runnable body) {
    return spawn(
        TaskOptions.named(name),
        () -> {
          body.run();
          return null;
        });
  }

  private Stall onlyStall() {
    assertThat(told).hasSize(1);
    return told.getFirst();
  }

  @Test
  void theTaskItsLineAndTheTimeAreToldWhileItHolds() throws Exception {
    whileHeldBy(
        () -> spawnNamed("greedy", hold::untilReleased).join(),
        watch -> {
          watch.look(0);
          watch.look(HOUR - 1);
          assertThat(told).isEmpty();
          watch.look(HOUR);
          watch.look(2 * HOUR); // once a stall

          assertThat(onlyStall().task().orElseThrow().name()).isEqualTo("greedy");
          assertThat(onlyStall().duration()).isEqualTo(ofHours(1));
          assertThat(onlyStall().coroutine()).isEmpty();
          assertThat(onlyStall().frames().getFirst().getMethodName()).isEqualTo("untilReleased");
          assertThat(onlyStall().frames())
              .noneMatch(frame -> frame.getClassName().startsWith("io.greenloop.internal."))
              .noneMatch(frame -> frame.getClassName().equals("io.greenloop.StackfulTask"))
              .noneMatch(frame -> frame.getClassName().startsWith("java."));
          assertThat(onlyStall().toString())
              .startsWith(
                  t.loop()
                      + " has been held for 3600000 ms by task 'greedy', nothing else can run;"
                      + " it is at\n\tat example.Hold.untilReleased(Hold.java:");
        });
  }

  @Test
  void aBlockingCallInPortableModeIsToldWithTheWayOut() throws Exception {
    assumeFalse(Mode.isFull(), "in full mode it parks the task and holds nobody up");
    whileHeldBy(
        () ->
            spawn(
                    TaskOptions.named("greedy"),
                    () -> {
                      hold.parkedUntilReleased();
                      return null;
                    })
                .join(),
        watch -> {
          hold.awaitParked();
          watch.look(0);
          watch.look(HOUR);

          assertThat(onlyStall().toString())
              .startsWith(
                  t.loop()
                      + " has been held for 3600000 ms by task 'greedy', nothing else can run;"
                      + " portable mode: a blocking call holds the loop, and no time limit can cut"
                      + " it short; wrap it in Aio.blocking(() -> …), or start the JVM with the"
                      + " flags of full mode; it is at\n\tat ");
        });
  }

  @Test
  void aCallbackIsNamedByTheClassItComesFrom() throws Exception {
    whileHeldBy(
        () -> {
          t.loop().callSoon(hold::untilReleased);
          sleep(ofMillis(1));
        },
        watch -> {
          watch.look(0);
          watch.look(HOUR);

          assertThat(onlyStall().task()).isEmpty();
          assertThat(onlyStall().holder())
              .startsWith("callback in io.greenloop.StallTest, scheduled by task 'Task-");
        });
  }

  @Test
  void theCoroutineThatRunsInTheTaskIsNamedAndItsFramesAreShown() throws Exception {
    whileHeldBy(
        () -> spawnNamed("host", hold::inCoroutineUntilReleased).join(),
        watch -> {
          watch.look(0);
          watch.look(HOUR);

          assertThat(onlyStall().holder()).isEqualTo("task 'host'");
          assertThat(onlyStall().coroutine()).contains("coroutine 'Hold'");
          assertThat(onlyStall().frames().getFirst().getMethodName()).isEqualTo("untilReleased");
        });
  }

  @Test
  void aLoopThatMakesStepsOrSleepsIsNotHeld() throws Exception {
    var asleep = new CompletableFuture<Promise<String>>();
    Thread runner =
        Thread.ofPlatform()
            .start(
                () ->
                    t.run(
                        () -> {
                          Promise<String> promise = Aio.newPromise();
                          asleep.complete(promise);
                          promise.join();
                        }));
    try (var watch = new Watch(new WatchedRun(t.loop()));
        var _ = Stalls.onStall(ofHours(1), told::add)) {
      Promise<String> promise = asleep.get();
      var core = LoopCores.of(t.loop());
      while (!core.isAsleep()) {
        Thread.onSpinWait();
      }
      watch.look(0);
      watch.look(HOUR);
      assertThat(told).isEmpty();
      t.loop().callSoonThreadsafe(() -> promise.complete("x"));
    } finally {
      runner.join();
    }
  }

  @Test
  void aThresholdBelowFiveMillisecondsIsRefused() {
    assertThatThrownBy(() -> Stalls.onStall(ofMillis(4), told::add))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("onStall: threshold = PT0.004S (expected >= PT0.005S)");
  }

  @Test
  @RealTime // the watchdog looks by itself
  void theThreadLooksByItself() {
    var seen = new CompletableFuture<Stall>();
    try (var _ =
        Stalls.onStall(
            ofMillis(20),
            stall -> {
              if (stall.loop() == t.loop()) {
                seen.complete(stall);
                hold.release();
              }
            })) {
      t.run(() -> hold.untilReleased());
    }
    assertThat(seen.join().duration()).isGreaterThanOrEqualTo(ofMillis(20));
  }
}
