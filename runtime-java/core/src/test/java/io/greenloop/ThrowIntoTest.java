package io.greenloop;

import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.sync.Queue;
import io.greenloop.testing.FullMode;
import io.greenloop.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

class ThrowIntoTest {
  private static final ScopedValue<String> USER = ScopedValue.newInstance();

  private static final class Kill extends Error {
    private static final long serialVersionUID = 1L;

    Kill(String message) {
      super(message);
    }
  }

  private final List<Task<String>> victims = new ArrayList<>();

  private static Task<String> victim(TestLoop t, ThrowingRunnable wait) {
    return spawn(
        () -> {
          try {
            wait.run();
            t.note("victim went on");
            return "went on";
          } catch (Kill kill) {
            t.note("victim got " + kill.getMessage());
            return "survived";
          }
        });
  }

  @Test
  void theVictimRunsAtOnceAndTheCallerBehindWhatIsReady(TestLoop t) {
    t.run(
        () -> {
          var victim = victim(t, () -> Aio.sleep(Duration.ofDays(1)));
          yieldNow();
          spawn(() -> t.note("other"));

          assertThat(victim.throwInto(new Kill("one"))).isTrue();

          t.note("killer");
          assertThat(victim.join()).isEqualTo("survived");
        });

    assertThat(t.trail()).containsExactly("victim got one@0", "other@0", "killer@0");
    assertThat(t.loop().time()).isLessThan(Duration.ofDays(1));
  }

  @Test
  void whatItWaitedForIsNotCancelled(TestLoop t) {
    t.run(
        () -> {
          Promise<String> promise = Aio.newPromise();
          var queue = new Queue<String>();
          var one = victim(t, promise::join);
          var two = victim(t, queue::get);
          yieldNow();

          one.throwInto(new Kill("one"));
          two.throwInto(new Kill("two"));

          assertThat(promise.isDone()).isFalse();
          queue.put("kept");
          assertThat(queue.tryGet()).contains("kept");
          assertThat(one.cancelRequests()).isZero();
        });

    assertThat(t.trail()).containsExactly("victim got one@0", "victim got two@0");
  }

  @Test
  void aVictimThatIsReadyRunsNowAndPassesOnWhatItWasHanded(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>();
          var victim = victim(t, queue::get);
          yieldNow();
          queue.put("x");

          victim.throwInto(new Kill("one"));

          assertThat(queue.tryGet()).contains("x");
        });

    assertThat(t.trail()).containsExactly("victim got one@0");
  }

  @Test
  void beforeTheFirstStepTheBodyNeverRuns(TestLoop t) {
    t.run(
        () -> {
          var victim = victim(t, () -> {});
          var kill = new Kill("early");

          victim.throwInto(kill);

          assertThat(victim.isDone()).isTrue();
          assertThatThrownBy(victim::join).isSameAs(kill);
          assertThat(victim.throwInto(new Kill("late"))).isFalse();
        });

    assertThat(t.trail()).isEmpty();
  }

  @Test
  void aBodyThatWantsToKnowIsToldThatItWillNeverRun(TestLoop t) {
    record Wanting(TestLoop t) implements TaskBody<String> {
      @Override
      public String call() {
        t.note("ran");
        return "ran";
      }

      @Override
      public void neverRun(Throwable reason) {
        t.note("never: " + reason.getMessage());
      }
    }
    t.run(
        () -> {
          var cancelled = spawn(new Wanting(t));
          cancelled.cancel("cancelled");
          var killed = spawn(new Wanting(t));
          killed.throwInto(new Kill("killed"));
          var bound =
              ScopedValue.where(USER, "ann")
                  .call(() -> spawn(TaskOptions.DEFAULT.rebind(USER), new Wanting(t)));
          bound.cancel("bound");
          var fine = spawn(new Wanting(t));

          assertThat(bound.isDone()).isFalse();
          assertThat(fine.join()).isEqualTo("ran");
          assertThat(cancelled.isCancelled()).isTrue();
          assertThat(killed.exceptionNow()).hasMessage("killed");
        });

    assertThat(t.trail())
        .containsExactly("never: killed@0", "never: cancelled@0", "never: bound@0", "ran@0");
  }

  @Test
  void intoItselfItIsThrownRightThere(TestLoop t) {
    t.run(
        () -> {
          var kill = new Kill("self");
          assertThatThrownBy(() -> Aio.currentTask().orElseThrow().throwInto(kill)).isSameAs(kill);
          yieldNow();
        });
  }

  @Test
  void fromACallbackItRunsInsideTheCall(TestLoop t) {
    t.run(
        () -> {
          var victim = victim(t, () -> Aio.sleep(ofMillis(50)));
          yieldNow();
          t.loop()
              .callSoon(
                  () -> {
                    victim.throwInto(new Kill("one"));
                    t.note("callback goes on");
                  });
          spawn(() -> t.note("other"));
          yieldNow();
          yieldNow();
        });

    assertThat(t.trail()).containsExactly("victim got one@0", "callback goes on@0", "other@0");
  }

  @Test
  void fromSetupItIsQueued(TestLoop t) {
    var victim =
        t.loop()
            .spawn(
                () -> {
                  try {
                    Aio.sleep(ofMillis(50));
                  } catch (Kill kill) {
                    t.note(kill.getMessage());
                  }
                });
    t.advance(ofMillis(10));

    victim.throwInto(new Kill("set up"));
    assertThat(t.trail()).isEmpty();
    t.runUntilIdle();

    assertThat(t.trail()).containsExactly("set up@10");
  }

  @Test
  void severalAreThrownOneWaitEach(TestLoop t) {
    t.run(
        () -> {
          var victim =
              spawn(
                  () -> {
                    for (int i = 0; i < 3; i++) {
                      try {
                        yieldNow();
                        t.note("quiet");
                      } catch (Kill kill) {
                        t.note(kill.getMessage());
                      }
                    }
                  });
          yieldNow();
          t.loop().callSoon(() -> {});
          victim.throwInto(new Kill("one")); // wakes it: it is in its second yield now
          victim.throwInto(new Kill("two"));
          victim.join();
        });

    assertThat(t.trail()).containsExactly("one@0", "two@0", "quiet@0");
  }

  @Test
  void aCancelThatCameFirstIsForTheNextWait(TestLoop t) {
    t.run(
        () -> {
          var victim =
              spawn(
                  () -> {
                    try {
                      Aio.sleep(ofMillis(50));
                    } catch (Kill kill) {
                      t.note(kill.getMessage());
                      Aio.sleep(ofMillis(50));
                    }
                  });
          yieldNow();
          victim.cancel("first");
          victim.throwInto(new Kill("second"));

          assertThatThrownBy(victim::join)
              .isExactlyInstanceOf(CancelledError.class)
              .hasMessage("first");
        });

    assertThat(t.trail()).containsExactly("second@0");
  }

  @Test
  @FullMode("a foreign block parks the task")
  void foreignCodeIsInterrupted(TestLoop t) {
    var never = new CountDownLatch(1);
    t.run(
        () -> {
          var kill = new Kill("one");
          var victim =
              spawn(
                  () -> {
                    never.await();
                    return "not reached";
                  });
          yieldNow();
          yieldNow();

          victim.throwInto(kill);

          assertThatThrownBy(victim::join).isSameAs(kill);
          assertThat(kill.getSuppressed()).hasOnlyElementsOfType(InterruptedException.class);
        });
  }

  @Test
  void aCancelledGatherThatIsDoneLeavesTheCancelForTheNextWait(TestLoop t) {
    t.run(
        () -> {
          var child = spawn(() -> Aio.newPromise().join());
          var all = Aio.gather(child);
          var victim =
              spawn(
                  () -> {
                    try {
                      all.join();
                    } catch (Kill kill) {
                      t.note(kill.getMessage());
                      Aio.sleep(ofMillis(50));
                      t.note("slept");
                    }
                  });
          yieldNow();
          victim.cancel("first");
          while (!all.isDone()) {
            yieldNow();
          }
          victim.throwInto(new Kill("second")); // it is queued, and has not run

          assertThatThrownBy(victim::join)
              .isExactlyInstanceOf(CancelledError.class)
              .hasMessage("first");
        });

    assertThat(t.trail()).containsExactly("second@0");
  }

  @Test
  void aBodyWithReboundValuesIsToldThatItWillNeverRun(TestLoop t) {
    record Wanting(TestLoop t) implements TaskBody<String> {
      @Override
      public String call() {
        return USER.get();
      }

      @Override
      public void neverRun(Throwable reason) {
        t.note("never: " + reason.getMessage());
      }
    }
    t.run(
        () ->
            ScopedValue.where(USER, "ann")
                .run(
                    () -> {
                      var options = TaskOptions.DEFAULT.rebind(USER);
                      t.loop().spawn(options, new Wanting(t)).cancel("cancelled");
                      assertThat(t.loop().spawn(options, new Wanting(t)).join()).isEqualTo("ann");
                    }));

    assertThat(t.trail()).containsExactly("never: cancelled@0");
  }

  @Test
  void whatNoWaitHasThrownCanBeTakenBack(TestLoop t) {
    t.run(
        () -> {
          var one = new Kill("one");
          var two = new Kill("two");
          var victim =
              victim(
                  t,
                  () -> {
                    yieldNow();
                    t.note(Aio.currentTask().orElseThrow().withdrawThrown(two));
                    yieldNow();
                  });
          yieldNow();
          victim.throwInto(two); // leaves no wait: it is ready, and runs with it
          yieldNow();
          assertThat(victim.withdrawThrown(one)).isFalse();
          victim.join();
        });

    assertThat(t.trail()).containsExactly("victim got two@0");
  }

  @Test
  void whatAForeignWaitHasOutlastedCanBeTakenBack(TestLoop t) {
    t.run(
        () -> {
          var thrown = new Kill("late");
          var lock = new ReentrantLock();
          lock.lock();
          var victim =
              victim(
                  t,
                  () -> {
                    Aio.blocking(
                        () -> {
                          lock.lock(); // no interrupt ends it
                          return 0;
                        });
                    lock.unlock();
                    t.note(Aio.currentTask().orElseThrow().withdrawThrown(thrown));
                    t.note(Thread.currentThread().isInterrupted());
                    Aio.sleep(Duration.ofMillis(1));
                  });
          yieldNow();
          victim.throwInto(thrown);
          lock.unlock();
          assertThat(victim.join()).isEqualTo("went on");
        });

    assertThat(t.trail().stream().map(note -> note.replaceAll("@.*", "")))
        .containsExactly("true", "false", "victim went on");
  }

  @Test
  void whatForeignCodeWasInterruptedForCannotBeTakenBack(TestLoop t) {
    t.run(
        () -> {
          var thrown = new Kill("one");
          var victim =
              victim(
                  t,
                  () -> {
                    try {
                      Aio.blocking(() -> new CountDownLatch(1).await(1, TimeUnit.DAYS));
                    } catch (Throwable interrupted) {
                      t.note(Aio.currentTask().orElseThrow().withdrawThrown(thrown));
                    }
                    yieldNow();
                  });
          yieldNow();
          victim.throwInto(thrown);
          assertThat(victim.join()).isEqualTo("survived");
        });

    assertThat(t.trail().stream().map(note -> note.replaceAll("@.*", "")))
        .containsExactly("false", "victim got one");
  }

  @Test
  void whatAWaitHasBeenLeftForCannotBeTakenBack(TestLoop t) {
    var one = new Kill("one");
    Promise<String> never = t.loop().newPromise();
    t.loop().callSoon(() -> victims.add(victim(t, never::join)));
    t.runUntilIdle();
    victims.getFirst().throwInto(one); // nothing runs yet: it is only queued
    assertThat(victims.getFirst().withdrawThrown(one)).isFalse();
    t.runUntilIdle();

    assertThat(t.trail()).containsExactly("victim got one@0");
  }
}
