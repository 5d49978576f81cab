package io.greenloop.eventlet;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.greenlet.GreenletExit;
import io.greenloop.sync.Queue;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KillTest {
  private static GreenThread<@Nullable Void> sleeper(TestLoop t, String atTheEnd) {
    return Eventlet.spawn(
        () -> {
          try {
            Eventlet.sleep(ofMillis(1000));
          } finally {
            t.note(atTheEnd);
          }
        });
  }

  @Test
  @Parity({"EV-1.2.11", "EV-1.2.18", "EV-1.2.3"})
  void theVictimGetsItAtOnceAndTheKillerGoesOnBehindWhatIsReady(TestLoop t) {
    // eventlet 0.33.1 on CPython 3.11 gives the same trail
    t.run(
        () -> {
          var victim = sleeper(t, "victim");
          Eventlet.spawn(
              () -> {
                try {
                  victim.await();
                } catch (GreenletExit exit) {
                  t.note("waiter");
                }
              });
          Eventlet.sleep();
          Eventlet.spawn(() -> t.note("other"));

          victim.kill();

          t.note("killer " + victim.isDead());
          Eventlet.sleep();
        });

    assertThat(t.trail()).containsExactly("victim@0", "other@0", "killer true@0", "waiter@0");
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity("EV-1.2.11")
  void aVictimThatWaitsInItsCleanupIsNotDoneWhenKillReturns(TestLoop t) {
    t.run(
        () -> {
          var victim =
              Eventlet.spawn(
                  () -> {
                    try {
                      Eventlet.sleep(ofMillis(1000));
                    } finally {
                      Eventlet.sleep();
                      t.note("victim");
                    }
                  });
          Eventlet.sleep();

          victim.kill();

          t.note("killer " + victim.isDead());
          Eventlet.sleep();
          t.note("killer " + victim.isDead());
        });

    assertThat(t.trail()).containsExactly("killer false@0", "victim@0", "killer true@0");
  }

  @Test
  @Parity({"EV-1.2.12", "EV-1.2.3", "EV-1.1.8", "EV-C3"})
  void beforeTheStartTheFunctionIsNotCalledAndTheLinksAre(TestLoop t) {
    t.run(
        () -> {
          var victim = Eventlet.spawn(() -> t.note("ran"));
          victim.link(g -> t.note("link"));
          Eventlet.spawn(() -> t.note("other"));

          Eventlet.kill(victim);

          t.note("killer " + victim.isDead());
          assertThatThrownBy(victim::await).isExactlyInstanceOf(GreenletExit.class);
        });

    assertThat(t.trail()).containsExactly("link@0", "other@0", "killer true@0");
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity("EV-1.2.13")
  void beforeTheStartItTakesAnyThrowable(TestLoop t) {
    var failure = new IOException("gone");
    t.run(
        () -> {
          var victim = Eventlet.spawn(() -> t.note("ran"));

          Eventlet.kill(victim, failure);

          assertThatThrownBy(victim::await).isSameAs(failure);
          assertThat(t.errors())
              .singleElement()
              .satisfies(error -> assertThat(error.exception()).isSameAs(failure));
        });

    assertThat(t.trail()).isEmpty();
  }

  @Test
  @Parity("EV-1.2.14")
  void aDeadOneKeepsItsResult(TestLoop t) {
    t.run(
        () -> {
          var done = Eventlet.spawn(() -> 5);
          done.await();

          done.kill();
          assertThat(done.cancel()).isFalse();

          assertThat(done.await()).isEqualTo(5);
        });
  }

  @Test
  @Parity("EV-1.2.15")
  void aVictimThatSwallowsItGivesItsValue(TestLoop t) {
    t.run(
        () -> {
          var victim =
              Eventlet.spawn(
                  () -> {
                    try {
                      Eventlet.sleep(ofMillis(1000));
                    } catch (GreenletExit exit) {
                      t.note("no");
                    }
                    Eventlet.sleep(ofMillis(10));
                    return "survived";
                  });
          Eventlet.sleep();

          victim.kill();

          assertThat(victim.isDead()).isFalse();
          assertThat(victim.await()).isEqualTo("survived");
        });

    assertThat(t.trail()).containsExactly("no@0");
  }

  @Test
  @Parity("EV-1.2.16")
  void killingItselfThrowsRightThere(TestLoop t) {
    t.run(
        () -> {
          var handle = new Queue<GreenThread<String>>();
          var thread =
              Eventlet.spawn(
                  () -> {
                    try {
                      handle.get().kill();
                      return "not reached";
                    } catch (GreenletExit exit) {
                      return "kept";
                    }
                  });
          handle.put(thread);

          assertThat(thread.await()).isEqualTo("kept");
        });
  }

  @Test
  @Parity("EV-1.2.17")
  void aCallbackMayKill(TestLoop t) {
    t.run(
        () -> {
          var victim = sleeper(t, "victim");
          var unstarted = Eventlet.spawnAfter(ofMillis(5), () -> t.note("ran"));
          Eventlet.sleep();
          t.loop()
              .callSoon(
                  () -> {
                    victim.kill();
                    unstarted.kill();
                    t.note("callback " + victim.isDead() + " " + unstarted.isDead());
                  });
          assertThatThrownBy(victim::await).isExactlyInstanceOf(GreenletExit.class);
        });

    assertThat(t.trail()).containsExactly("victim@0", "callback true true@0");
  }

  @Test
  void anErrorMayBeThrownIntoIt(TestLoop t) {
    var failure = new IOException("gone");
    t.run(
        () -> {
          var victim =
              Eventlet.spawn(
                  () -> {
                    try {
                      new Queue<String>().get();
                      return "not reached";
                    } catch (Throwable thrown) {
                      return thrown.getMessage();
                    }
                  });
          Eventlet.sleep();

          victim.kill(failure);

          assertThat(victim.await()).isEqualTo("gone");
        });
  }

  @Test
  @Parity("EV-1.2.2")
  void itIsActiveBetweenItsStartAndItsEnd(TestLoop t) {
    t.run(
        () -> {
          var thread = sleeper(t, "end");
          assertThat(thread.isActive()).isFalse();
          assertThat(thread.isDead()).isFalse();
          Eventlet.sleep();
          assertThat(thread.isActive()).isTrue();
          thread.kill();
          assertThat(thread.isActive()).isFalse();
          assertThat(thread.isDead()).isTrue();
        });
  }

  @Test
  @Parity({"EV-1.2.4", "EV-1.2.5"})
  void manyMayWaitForItButNotItself(TestLoop t) {
    t.run(
        () -> {
          var handle = new Queue<GreenThread<String>>();
          var thread =
              Eventlet.spawn(
                  () -> {
                    var self = handle.get();
                    assertThatThrownBy(self::await)
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessage(
                            "await: " + self + " cannot wait for itself; return from it instead");
                    return "done";
                  });
          Eventlet.spawn(() -> t.note("one " + thread.await()));
          Eventlet.spawn(() -> t.note("two " + thread.await()));
          Eventlet.sleep();
          handle.put(thread);
          thread.await();
          Eventlet.sleep();
        });

    assertThat(t.trail()).containsExactly("one done@0", "two done@0");
  }

  @Test
  @Parity("EV-1.2.6")
  void awaitWithALimitIsEmptyWhenItIsOver(TestLoop t) {
    t.run(
        () -> {
          var thread =
              Eventlet.spawn(
                  () -> {
                    Eventlet.sleep(ofMillis(20));
                    return 5;
                  });

          assertThat(thread.await(ofMillis(19))).isEmpty();
          assertThat(thread.await(ofMillis(10))).contains(5);
        });

    t.note("end");
    assertThat(t.trail()).containsExactly("end@20");
  }
}
