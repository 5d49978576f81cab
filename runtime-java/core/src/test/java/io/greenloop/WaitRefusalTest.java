package io.greenloop;

import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.sync.Condition;
import io.greenloop.sync.Event;
import io.greenloop.sync.Queue;
import io.greenloop.sync.Semaphore;
import io.greenloop.testing.FullMode;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Waits where nothing can wait: in a callback, while pinned, off the loop. */
class WaitRefusalTest {
  private static final List<Runnable> IN_CLASS_INITIALISER = new ArrayList<>();

  /** Its class initialiser does what the test asks for. */
  private static final class Initialised {
    static {
      IN_CLASS_INITIALISER.getFirst().run();
    }

    static void touch() {}
  }

  private static final class InitialisedToo {
    static {
      IN_CLASS_INITIALISER.getFirst().run();
    }

    static void touch() {}
  }

  private static final class InitialisedFour {
    static {
      IN_CLASS_INITIALISER.getFirst().run();
    }

    static void touch() {}
  }

  private static final class InitialisedThree {
    static {
      IN_CLASS_INITIALISER.getFirst().run();
    }

    static void touch() {}
  }

  @Test
  void everyWaitInACallbackIsRefused(TestLoop t) {
    Promise<String> promise = t.loop().newPromise();
    var messages = new ArrayList<String>();
    t.loop()
        .callSoon(
            () -> {
              messages.add(message(() -> sleep(ofMillis(1))));
              messages.add(message(Aio::yieldNow));
              messages.add(message(promise::join));
              messages.add(message(() -> Aio.waitUntil(List.of(promise))));
              messages.add(message(() -> Aio.waitFor(promise, ofMillis(1))));
              messages.add(message(() -> CancelScope.create().run(() -> 0)));
              messages.add(message(CancelScope::shielding));
              messages.add(message(CancelScope::withoutRepeats));
              messages.add(message(() -> Aio.race(() -> 0)));
            });
    t.runUntilIdle();

    String rest =
        " on "
            + t.loop()
            + " in a callback: there is no task to park; spawn one for code that waits";
    assertThat(messages)
        .containsExactly(
            "sleep" + rest,
            "yieldNow" + rest,
            "join" + rest,
            "join" + rest,
            "timeout" + rest,
            "CancelScope.run" + rest,
            "CancelScope.shielding" + rest,
            "CancelScope.withoutRepeats" + rest,
            "race" + rest);
  }

  private static String message(Runnable wait) {
    Throwable thrown = catchThrowable(wait::run);
    assertThat(thrown).isInstanceOf(IllegalStateException.class);
    return thrown.getMessage();
  }

  @Test
  @FullMode("a virtual thread of the JDK's scheduler is compensated for while it is pinned")
  void everyWaitWhilePinnedIsRefusedWithTheFrameAndTheTaskGoesOn(TestLoop t) {
    var messages = new ArrayList<String>();
    t.run(
        () -> {
          Aio.currentTask().orElseThrow().setName("main");
          Promise<String> promise = newPromise();
          IN_CLASS_INITIALISER.clear();
          IN_CLASS_INITIALISER.add(
              () -> {
                messages.add(message(() -> sleep(ofMillis(1))));
                messages.add(message(Aio::yieldNow));
                messages.add(message(promise::join));
              });
          Initialised.touch();
          t.note("still here");
          promise.complete("x");
          assertThat(promise.join()).isEqualTo("x");
          sleep(ofMillis(1));
          yieldNow();
        });

    assertThat(messages).hasSize(3);
    assertThat(messages)
        .allSatisfy(
            m ->
                assertThat(m)
                    .matches(
                        "wait in task 'main' \\(pending\\) is pinned by class initialiser"
                            + " io\\.greenloop\\.WaitRefusalTest\\$Initialised\\.<clinit>\\("
                            + "WaitRefusalTest\\.java:\\d+\\); wait outside of it"));
    assertThat(t.trail()).containsExactly("still here@0");
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @FullMode("a virtual thread of the JDK's scheduler is compensated for while it is pinned")
  void anEagerSpawnWhilePinnedIsRefusedAndItsTaskStartsLater(TestLoop t) {
    t.run(
        () -> {
          IN_CLASS_INITIALISER.clear();
          IN_CLASS_INITIALISER.add(
              () ->
                  t.note(
                      catchThrowable(
                              () -> spawn(TaskOptions.DEFAULT.eagerStart(true), () -> noted(t)))
                          .getMessage()
                          .contains("is pinned by class initialiser")));
          InitialisedToo.touch();
          t.note("after");
          sleep(ofMillis(1));
        });

    assertThat(t.trail()).containsExactly("true@0", "after@0", "eager body@0");
  }

  private static int noted(TestLoop t) {
    t.note("eager body");
    return 1;
  }

  @Test
  @FullMode("a foreign wait parks the task only in full mode")
  void aForeignWaitWhilePinnedHoldsTheLoopButDoesNotBreakIt(TestLoop t) {
    t.run(
        () -> {
          IN_CLASS_INITIALISER.clear();
          IN_CLASS_INITIALISER.add(
              () -> {
                var lock = new java.util.concurrent.CountDownLatch(1);
                Thread.ofPlatform().start(lock::countDown);
                try {
                  lock.await();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
              });
          InitialisedThree.touch();
          yieldNow();
          t.note("fine");
        });

    assertThat(t.trail()).containsExactly("fine@0");
  }

  @Test
  @FullMode("a virtual thread of the JDK's scheduler is compensated for while it is pinned")
  void aPrimitiveThatRefusesAPinnedWaitHasForgottenIt(TestLoop t) {
    var messages = new ArrayList<String>();
    t.run(
        () -> {
          Aio.currentTask().orElseThrow().setName("main");
          var condition = new Condition();
          var free = new Semaphore(0);
          var queue = new Queue<String>();
          Promise<String> promise = newPromise();
          IN_CLASS_INITIALISER.clear();
          IN_CLASS_INITIALISER.add(
              () -> {
                messages.add(message(free::acquire));
                messages.add(message(queue::get));
                messages.add(message(() -> new Event().waitFor()));
                messages.add(message(() -> Aio.waitUntil(List.of(promise))));
                try (var _ = condition.acquire()) {
                  messages.add(message(() -> condition.waitFor()));
                  assertThat(condition.isLocked()).isTrue();
                }
                messages.add(
                    message(
                        () ->
                            TaskGroup.run(
                                group -> {
                                  group.spawn(() -> newPromise().join());
                                })));
              });
          InitialisedFour.touch();
          queue.put("kept");
          free.release();

          assertThat(queue.get()).isEqualTo("kept");
          free.acquire().close();
          assertThat(condition.isLocked()).isFalse();
        });

    assertThat(messages)
        .hasSize(6)
        .allSatisfy(
            m ->
                assertThat(m)
                    .matches(
                        "wait in task 'main' \\(pending\\) is pinned by class initialiser"
                            + " io\\.greenloop\\.WaitRefusalTest\\$InitialisedFour\\.<clinit>\\("
                            + "WaitRefusalTest\\.java:\\d+\\); wait outside of it"));
  }
}
