package io.greenloop.testing;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.inspect.Stalls;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

class GreenloopExtensionTest {
  @AfterEach
  void clearAway() {
    Leaks.KEPT.forEach(EventLoop::close);
    Leaks.KEPT.clear();
    Leaks.release.countDown();
    Leaks.release = new CountDownLatch(1);
  }

  @Test
  void injectsALoopAndItsSeed(TestLoop t) {
    t.loop().spawn(() -> t.note("ran"));

    t.runUntilIdle();

    assertThat(t.trail()).containsExactly("ran@0");
  }

  @Seeds(3)
  void runsOncePerSeed(TestLoop t, long seed) {
    assertThat(seed).isPositive();
    t.loop().spawn(() -> t.note(seed));

    t.runUntilIdle();

    assertThat(t.trail()).containsExactly(seed + "@0");
  }

  @Test
  void aLoopLeftOpenFailsTheTestWithItsTasksAndTimers() {
    String message = failure(Leaks.class, "leavesALoop");

    assertThat(message)
        .matches(
            "left behind by this test:\n"
                + "  loop 'loop-\\d+' is open; close it; its tasks: 'Task-\\d+'; pending timers:"
                + " 1");
  }

  @Test
  void aThreadLeftAliveFailsTheTest() {
    String message = failure(Leaks.class, "leavesAThread");

    assertThat(message)
        .isEqualTo("left behind by this test:\n  thread 'forgotten' is alive, no daemon");
  }

  @Test
  void theFailureOfASeedSaysHowToReplayIt() {
    Throwable thrown = thrown(Leaks.class, "failsForSeedTwo", long.class);

    assertThat(thrown).hasMessage("seed 2 is bad");
    assertThat(thrown.getSuppressed()).hasSize(1);
    assertThat(thrown.getSuppressed()[0]).hasMessage("replay with -Dgreenloop.seed=2");
  }

  @Test
  void theSeedsBehindOneThatFailedAreSkipped() {
    var events = run(Leaks.class, "failsForSeedTwo", long.class);

    assertThat(events.failed().count()).isEqualTo(1);
    assertThat(events.skipped().list())
        .isNotEmpty()
        .extracting(skipped -> skipped.getRequiredPayload(String.class))
        .containsOnly("seed 2 has failed");
  }

  @Test
  void aHeldLoopFailsATestThatForbidsIt() {
    String message = failure(Leaks.class, "holdsItsLoop");

    assertThat(message)
        .matches(
            "(?s)a loop was held during this test:\nloop 'loop-\\d+' has been held for \\d+ ms by"
                + " task 'Task-\\d+', nothing else can run; it is at\n\tat .*");
  }

  private static String failure(Class<?> tests, String method, Class<?>... parameters) {
    return thrown(tests, method, parameters).getMessage();
  }

  private static Events run(Class<?> tests, String method, Class<?>... parameters) {
    return EngineTestKit.engine("junit-jupiter")
        .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "false")
        .selectors(selectMethod(tests, method, parameters))
        .execute()
        .testEvents();
  }

  private static Throwable thrown(Class<?> tests, String method, Class<?>... parameters) {
    List<Event> failed = run(tests, method, parameters).failed().list();
    assertThat(failed).hasSize(1);
    return failed
        .getFirst()
        .getRequiredPayload(org.junit.platform.engine.TestExecutionResult.class)
        .getThrowable()
        .orElseThrow();
  }

  /** Not found by surefire: the name has no Test at its end. */
  @GreenloopTest
  static class Leaks {
    private static volatile CountDownLatch release = new CountDownLatch(1);
    private static final List<EventLoop> KEPT = new ArrayList<>();

    @Test
    void leavesALoop() {
      var loop = EventLoop.create();
      loop.spawn(() -> Aio.newPromise().join());
      loop.callLater(ofMillis(5), () -> {});
      KEPT.add(loop);
    }

    @Test
    void leavesAThread() {
      Thread.ofPlatform().name("forgotten").start(Leaks::awaitQuietly);
    }

    @Seeds(3)
    void failsForSeedTwo(long seed) {
      if (seed == 2) {
        throw new IllegalStateException("seed 2 is bad");
      }
    }

    @Test
    @FailsOnStall(millis = 20)
    @RealTime // the watchdog looks by itself
    void holdsItsLoop() {
      var seen = new AtomicBoolean();
      try (var _ = Stalls.onStall(ofMillis(20), stall -> seen.set(true));
          var t = TestLoop.virtual()) {
        t.run(
            () -> {
              while (!seen.get()) {
                Thread.onSpinWait();
              }
            });
      }
    }

    private static void awaitQuietly() {
      try {
        release.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
