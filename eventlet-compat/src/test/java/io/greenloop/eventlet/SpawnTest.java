package io.greenloop.eventlet;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.ExitRequest;
import io.greenloop.LoopOptions;
import io.greenloop.greenlet.Greenlet;
import io.greenloop.greenlet.GreenletError;
import io.greenloop.greenlet.GreenletExit;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import io.greenloop.testing.VirtualClock;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class SpawnTest {
  @Test
  @Parity({"EV-1.1.1", "EV-1.2.4", "EV-C1"})
  void spawnSchedulesOnlyAndAwaitGivesTheValue(TestLoop t) {
    t.run(
        () -> {
          GreenThread<String> a =
              Eventlet.spawn(
                  () -> {
                    t.note("a");
                    return "value";
                  });
          Eventlet.spawn(() -> t.note("b"));
          t.note("main");

          assertThat(a.await()).isEqualTo("value");
          assertThat(a.await()).isEqualTo("value");
        });

    assertThat(t.trail()).containsExactly("main@0", "a@0", "b@0");
  }

  @Test
  @Parity({"EV-1.1.1", "EV-1.1.7"})
  void startsAndSleepsAreServedInOneOrder(TestLoop t) {
    // eventlet 0.33.1 on CPython 3.11 gives the same trail
    t.run(
        () -> {
          Eventlet.spawn(
              () -> {
                t.note("a1");
                Eventlet.sleep();
                t.note("a2");
              });
          Eventlet.spawnN(
              () -> {
                t.note("b1");
                Eventlet.sleep();
                t.note("b2");
              });
          t.note("main");
          Eventlet.sleep();
          t.note("m2");
          Eventlet.sleep(ofMillis(-5));
          t.note("m3");
        });

    assertThat(t.trail()).containsExactly("main@0", "a1@0", "b1@0", "m2@0", "a2@0", "b2@0", "m3@0");
  }

  @Test
  @Parity({"EV-1.1.2", "EV-1.2.21"})
  void anErrorIsKeptForTheWaiterAndReported(TestLoop t) {
    var failure = new IllegalArgumentException("no");
    t.run(
        () -> {
          var bad =
              Eventlet.spawn(
                  () -> {
                    throw failure;
                  });
          var name = new ArrayList<String>();
          bad.link(g -> name.add(g.task().orElseThrow().name()));

          assertThatThrownBy(bad::await).isSameAs(failure);
          assertThatThrownBy(bad::await).isSameAs(failure);
          assertThat(t.errorMessages())
              .containsExactly(
                  "green thread '"
                      + name.get(0)
                      + "' (dead) threw java.lang.IllegalArgumentException");
          assertThat(t.errors().get(0).exception()).isSameAs(failure);
        });
  }

  @Test
  @Parity("EV-1.1.2")
  void reportsCanBeSwitchedOff(TestLoop t) {
    EventletDebug.hubExceptions(false);
    try {
      t.run(
          () -> {
            var bad =
                Eventlet.spawn(
                    () -> {
                      throw new IllegalArgumentException("no");
                    });
            assertThatThrownBy(bad::await).isExactlyInstanceOf(IllegalArgumentException.class);
          });
    } finally {
      EventletDebug.hubExceptions(true);
    }

    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity("EV-1.1.3")
  void anExitRequestSurfacesInMainWhereItWaitsAndTheLoopGoesOn() {
    var seen = new ArrayList<String>();
    Eventlet.run(
        () -> {
          Eventlet.spawn(
              () -> {
                throw new ExitRequest(3);
              });
          try {
            Eventlet.sleep(ofMillis(10_000));
          } catch (ExitRequest exit) {
            seen.add("exit " + exit.code());
          }
          Eventlet.spawn(() -> seen.add("the hub works"));
          Eventlet.sleep();
        });

    assertThat(seen).containsExactly("exit 3", "the hub works");
  }

  @Test
  @Parity("EV-1.1.3")
  void notCaughtInMainItReachesTheCallerOfTheLoop() {
    assertThatThrownBy(
            () ->
                Eventlet.run(
                    () -> {
                      Eventlet.spawnN(
                          () -> {
                            throw new ExitRequest(4);
                          });
                      Eventlet.sleep(ofMillis(10_000));
                    }))
        .isExactlyInstanceOf(ExitRequest.class)
        .hasMessage("exit(4)");
  }

  @Test
  @Parity({"EV-1.1.4", "EV-C2"})
  void spawnNGivesAGreenletThatRunsOnceAndReportsErrors(TestLoop t) {
    t.run(
        () -> {
          Greenlet once = Eventlet.spawnN(() -> t.note("once"));
          Greenlet bad =
              Eventlet.spawnN(
                  () -> {
                    throw new IllegalStateException("bad");
                  });
          assertThat(once.isStarted()).isFalse();
          assertThatThrownBy(() -> once.switchTo("x"))
              .isExactlyInstanceOf(GreenletError.class)
              .hasMessage(
                  "switchTo: "
                      + once
                      + " is run by the hub, not by switches; wake it with an event or queue");
          Eventlet.sleep();
          Eventlet.sleep();

          assertThat(once.isDead()).isTrue();
          assertThat(t.errorMessages())
              .containsExactly(bad + " threw java.lang.IllegalStateException");
        });

    assertThat(t.trail()).containsExactly("once@0");
  }

  @Test
  @Parity({"EV-1.1.8", "EV-C4"})
  void aKilledSpawnNThatHasNotStartedNeverRuns(TestLoop t) {
    t.run(
        () -> {
          var plain = Eventlet.spawnN(() -> t.note("ran"));
          Eventlet.kill(plain);
          Eventlet.sleep();
          assertThat(plain.isDead()).isTrue();
          Greenlet started = Eventlet.spawnN(() -> Eventlet.sleep(ofMillis(1000)));
          Eventlet.sleep();
          assertThat(started.isActive()).isTrue();
          Eventlet.kill(started);
          assertThat(started.isDead()).isTrue();
          Eventlet.kill(started);
        });

    assertThat(t.trail()).isEmpty();
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity({"EV-1.1.5", "EV-C8"})
  void spawnAfterRunsAtItsTimeAlsoWhenTheSpawnerHasEnded(TestLoop t) {
    t.run(
        () -> {
          var after = new ArrayList<GreenThread<Integer>>();
          Eventlet.spawn(
              () ->
                  after.add(
                      Eventlet.spawnAfter(
                          ofMillis(20),
                          () -> {
                            t.note("late");
                            return 7;
                          })));
          Eventlet.sleep();
          assertThat(after.get(0).await()).isEqualTo(7);
        });

    assertThat(t.trail()).containsExactly("late@20");
  }

  @Test
  @Parity({"EV-1.1.5", "EV-1.2.19", "EV-C9"})
  void cancelledBeforeItsTimeItNeverRuns(TestLoop t) {
    t.run(
        () -> {
          var after = Eventlet.spawnAfter(ofMillis(20), () -> t.note("late"));

          assertThat(after.cancel()).isTrue();

          assertThatThrownBy(after::await).isExactlyInstanceOf(GreenletExit.class);
          assertThat(after.isDead()).isTrue();
          assertThat(after.cancel()).isFalse();
          Eventlet.sleep(ofMillis(50));
        });

    assertThat(t.trail()).isEmpty();
  }

  @Test
  @Parity({"EV-1.2.19", "EV-C10", "EV-C11"})
  void cancelHasNoEffectOnAStartedOneAndKillHas(TestLoop t) {
    t.run(
        () -> {
          var after =
              Eventlet.spawnAfter(
                  ofMillis(20),
                  () -> {
                    Eventlet.sleep(ofMillis(20));
                    t.note("went on");
                    Eventlet.sleep(ofMillis(20));
                    t.note("not reached");
                  });
          Eventlet.sleep(ofMillis(30));

          assertThat(after.cancel()).isFalse();
          Eventlet.sleep(ofMillis(20));
          after.kill();

          assertThatThrownBy(after::await).isExactlyInstanceOf(GreenletExit.class);
        });

    assertThat(t.trail()).containsExactly("went on@40");
  }

  @Test
  @Parity({"EV-1.1.6", "EV-C12"})
  void spawnAfterLocalIsForgottenWithItsSpawner(TestLoop t) {
    t.run(
        () -> {
          var never = new ArrayList<GreenThread<?>>();
          Eventlet.spawn(
              () -> never.add(Eventlet.spawnAfterLocal(ofMillis(10), () -> t.note("never"))));
          Eventlet.spawnAfterLocal(ofMillis(10), () -> t.note("local"));
          Eventlet.sleep(ofMillis(30));

          assertThat(never.get(0).await(ofMillis(10))).isEmpty();
          assertThat(never.get(0).isDone()).isFalse();
        });

    assertThat(t.trail()).containsExactly("local@10");
  }

  @Test
  @Parity("EV-1.1.7")
  void inACallbackSleepZeroIsANoOpAndMoreIsAnError(TestLoop t) {
    t.loop()
        .callSoon(
            () -> {
              Eventlet.sleep();
              t.note("went on");
              Eventlet.sleep(ofMillis(1));
            });
    t.runUntilIdle();

    assertThat(t.trail()).containsExactly("went on@0");
    assertThat(t.errors().get(0).exception())
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage(
            "sleep on "
                + t.loop()
                + " in a callback: there is no task to park; spawn one for code that waits");
  }

  @Test
  @Parity("EV-1.1.7")
  void aKilledSleeperLeavesNoTimer(TestLoop t) {
    t.loop()
        .spawn(
            () -> {
              var sleeper = Eventlet.spawn(() -> Eventlet.sleep(ofMillis(1000)));
              Eventlet.sleep();
              sleeper.kill();
            });

    t.runUntilIdle(); // waits for any timer that is left

    t.note("end");
    assertThat(t.trail()).containsExactly("end@0");
  }

  @Test
  void aStartThatIsRefusedWhenItsTimeComesIsItsOutcome() {
    var options = LoopOptions.defaults().withClock(new VirtualClock()).withMaxTasks(1);
    try (var t = TestLoop.of(options)) {
      t.run(
          () -> {
            var late = Eventlet.spawnAfter(ofMillis(5), () -> "never");
            late.link(self -> t.note("link " + self.isDone()));
            assertThatThrownBy(late::await).isInstanceOf(RejectedExecutionException.class);
            assertThat(late.isDead()).isTrue();
          });

      assertThat(t.trail()).containsExactly("link true@5");
      assertThat(t.errors())
          .singleElement()
          .satisfies(
              error ->
                  assertThat(error.exception()).isInstanceOf(RejectedExecutionException.class));
    }
  }

  @Test
  void aProgramThatHasEndedIsForgotten() {
    var loop = new WeakReference<>(Eventlet.run(EventLoop::current));

    for (int i = 0; i < 50 && loop.get() != null; i++) {
      System.gc();
    }

    assertThat(loop.get()).isNull();
  }

  @Test
  @Parity("EV-1.1.9")
  void currentIsTheFaceOfTheRunningOne(TestLoop t) {
    t.run(
        () -> {
          Greenlet main = Eventlet.current();
          Greenlet other = Eventlet.spawn(Eventlet::current).await();

          assertThat(Eventlet.current()).isSameAs(main);
          assertThat(other).isNotSameAs(main);
        });
  }

  @Test
  void aReportNamesTheGreenThread(TestLoop t) {
    t.run(
        () -> {
          var thread = Eventlet.spawn(() -> Aio.currentTask().orElseThrow().name());
          assertThat(thread.await()).matches("GreenThread-\\d+");
          assertThat(thread).hasToString("green thread '" + thread.await() + "' (dead)");
        });
  }

  @Test
  void runGivesTheValueOfMainAndCancelsWhatIsLeft() {
    var ended = new ArrayList<String>();
    int value =
        Eventlet.<Integer>run(
            () -> {
              Eventlet.spawn(
                  () -> {
                    try {
                      Eventlet.sleep(ofMillis(100_000));
                    } finally {
                      ended.add("left over");
                    }
                  });
              Eventlet.sleep();
              return 5;
            });

    assertThat(value).isEqualTo(5);
    assertThat(ended).containsExactly("left over");
  }

  @Test
  void oneThatIsCancelledAsATaskBeforeItsStartEndsForItsWaiters(TestLoop t) {
    t.run(
        () -> {
          var thread = Eventlet.spawn(() -> t.note("ran"));
          thread.task().orElseThrow().cancel("early");

          assertThatThrownBy(thread::await)
              .isExactlyInstanceOf(io.greenloop.CancelledError.class)
              .hasMessage("early");
          assertThat(thread.isDead()).isTrue();
        });

    assertThat(t.trail()).isEmpty();
  }

  @Test
  @Parity("EV-1.2.20")
  void asAFutureItWorksInBothDirections(TestLoop t) {
    t.run(
        () -> {
          var value = Eventlet.spawn(() -> 1);
          var sleeper = Eventlet.spawn(() -> Eventlet.sleep(ofMillis(1000)));
          var victim = Eventlet.spawn(() -> Eventlet.sleep(ofMillis(1000)));
          assertThat(Aio.gather(value, Aio.spawn(() -> 2)).join()).isEqualTo(List.of(1, 2));
          assertThat(value.toFuture()).isSameAs(value.asFuture());

          var sleep = sleeper.toFuture();
          sleep.cancel();
          assertThatThrownBy(sleeper::await).isExactlyInstanceOf(GreenletExit.class);

          var future = victim.toFuture();
          victim.kill();
          assertThat(future.isCancelled()).isFalse();
          assertThatThrownBy(future::join).isExactlyInstanceOf(GreenletExit.class);
        });
  }

  @Test
  @Parity("EV-1.10.10")
  void anEmptyHubWaitsOnAndSaysSoOnce() {
    var reports = new ArrayList<String>();
    var event = new Event<String>();
    String value =
        Eventlet.run(
            () -> {
              EventLoop.current()
                  .setExceptionHandler(
                      (loop, error) -> {
                        reports.add(error.message());
                        event.send("rescued");
                      });
              return event.await();
            });

    assertThat(value).isEqualTo("rescued");
    assertThat(reports).singleElement().asString().startsWith("dead-lock");
  }
}
