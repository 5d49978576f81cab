package io.greenloop.gevent;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.ExitRequest;
import io.greenloop.LoopOptions;
import io.greenloop.RunOptions;
import io.greenloop.greenlet.GreenletExit;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import io.greenloop.testing.VirtualClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GeventKillTest {
  private static Greenlet<@Nullable Void> sleeper(TestLoop t, String atTheEnd) {
    return Gevent.spawn(
        () -> {
          try {
            Gevent.sleep(ofMillis(1000));
          } finally {
            t.note(atTheEnd);
          }
        });
  }

  @Test
  @Parity({"GE-1.2.14", "GE-1.2.7", "GE-1.2.8", "GE-1.2.9", "GE-1.2.11", "GE-C13", "GE-C15"})
  void theVictimGetsItFromTheLoopAndTheKillerWaits(TestLoop t) {
    t.run(
        () -> {
          var victim = sleeper(t, "victim");
          Gevent.sleep();

          victim.kill(KillOptions.DEFAULT.nonBlocking());
          t.note("nothing yet " + victim.isReady());
          victim.kill();
          t.note("killed " + victim.isReady());
          victim.kill();

          assertThat(victim.isSuccessful()).isTrue();
          assertThat(victim.isKilled()).isTrue();
          assertThatThrownBy(victim::get).isExactlyInstanceOf(GreenletExit.class);
          assertThat(victim.getException()).isNull();
        });

    assertThat(t.trail()).containsExactly("nothing yet false@0", "victim@0", "killed true@0");
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity({"GE-1.2.15", "GE-1.2.10", "GE-C13", "GE-C14", "GE-C68", "GE-C4"})
  void beforeTheStartNothingRunsAndTheLinksAreCalled(TestLoop t) {
    var failure = new IOException("no");
    t.run(
        () -> {
          var victim = Gevent.spawn(() -> t.note("ran"));
          victim.link(g -> t.note("link"));
          victim.kill();
          assertThat(victim.isDead()).isTrue();
          assertThat(victim.isReady()).isTrue();
          assertThat(victim.getValue()).isNull();

          var failed = Gevent.spawn(() -> t.note("ran"));
          failed.kill(failure);
          assertThat(failed.isSuccessful()).isFalse();
          assertThatThrownBy(failed::get).isSameAs(failure);
          Gevent.sleep();
        });

    assertThat(t.trail()).containsExactly("link@0");
    assertThat(t.errors()).hasSize(1);
  }

  @Test
  @Parity({"GE-1.2.8", "GE-1.2.11"})
  void whoAsksForTheResultOfAKilledOneIsThrownItsExit(TestLoop t) {
    t.run(
        () -> {
          Greenlet<String> victim =
              Gevent.spawn(
                  () -> {
                    Gevent.sleep(ofMillis(1000));
                    return "slept";
                  });
          var result = new AsyncResult<String>();
          victim.link(result);
          var future = victim.asFuture();
          Greenlet<String> waiter =
              Gevent.spawn(
                  () -> {
                    String value = victim.get();
                    return "not " + value;
                  });
          Gevent.sleep();
          var exit = new GreenletExit();

          victim.kill(exit);

          assertThatThrownBy(victim::get).isSameAs(exit);
          assertThatThrownBy(() -> victim.get(ofMillis(1))).isSameAs(exit);
          assertThatThrownBy(victim::getNow).isSameAs(exit);
          String none = victim.getValue();
          assertThat(none).isNull();
          assertThat(victim.isSuccessful()).isTrue();
          assertThatThrownBy(result::get).isSameAs(exit);
          assertThat(result.getValue()).isNull();
          assertThat(future.isCancelled()).isFalse();
          assertThatThrownBy(future::join).isSameAs(exit);
          waiter.join();
          assertThat(waiter.isKilled()).isTrue();
        });
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity({"GE-1.6.8", "GE-1.6.13"})
  void aPoolsCallThatIsKilledHasNoResultToHandOn(TestLoop t) {
    t.run(
        () -> {
          var pool = new Pool(2);
          Greenlet<String> call =
              pool.applyAsync(
                  () -> {
                    Gevent.sleep(ofMillis(1000));
                    return "slept";
                  },
                  (String value) -> t.note(value));
          Gevent.sleep();
          call.kill();
          Gevent.sleep(ofMillis(1));

          var results =
              pool.imap(
                  (Integer number) -> {
                    if (number == 1) {
                      throw new GreenletExit();
                    }
                    return "item " + number;
                  },
                  java.util.List.of(1, 2));
          assertThat(results.next()).isNull();
          assertThat(results.next()).isEqualTo("item 2");
        });
    assertThat(t.trail()).isEmpty();
  }

  @Test
  @Parity("GE-1.2.14")
  void theLimitOfAKillIsSilentAndTheVictimLivesOn(TestLoop t) {
    t.run(
        () -> {
          var stubborn =
              Gevent.spawn(
                  () -> {
                    try {
                      Gevent.sleep(ofMillis(1000));
                    } catch (GreenletExit exit) {
                      Gevent.sleep(ofMillis(50));
                    }
                    return "survived";
                  });
          Gevent.sleep();

          stubborn.kill(KillOptions.DEFAULT.timeout(ofMillis(20)));

          t.note("back " + stubborn.isReady());
          assertThat(stubborn.get()).isEqualTo("survived");
          t.note("end");
        });

    assertThat(t.trail()).containsExactly("back false@20", "end@50");
  }

  @Test
  @Parity("GE-1.2.17")
  void aVictimThatCatchesItIsWaitedForAndItsResultCounts(TestLoop t) {
    t.run(
        () -> {
          var victim =
              Gevent.spawn(
                  () -> {
                    try {
                      Gevent.sleep(ofMillis(1000));
                    } catch (GreenletExit exit) {
                      Gevent.sleep(ofMillis(10));
                    }
                    return "own";
                  });
          Gevent.sleep();
          victim.kill();
          t.note(victim.getValue());
          assertThat(victim.isKilled()).isFalse();
        });

    assertThat(t.trail()).containsExactly("own@10");
  }

  @Test
  @Parity("GE-1.2.16")
  void aKillOfOneThatYieldsArrivesAtItsNextWait(TestLoop t) {
    t.run(
        () -> {
          var victim =
              Gevent.spawn(
                  () -> {
                    Gevent.sleep();
                    t.note("passed");
                    Gevent.sleep(ofMillis(1000));
                  });
          Gevent.sleep();
          victim.kill();
          t.note("killed " + victim.isReady());
        });

    assertThat(t.trail()).containsExactly("passed@0", "killed true@0");
  }

  @Test
  @Parity("GE-1.2.19")
  void whoKillsItselfGetsItRightThere(TestLoop t) {
    t.run(
        () -> {
          var self = new ArrayList<Greenlet<?>>();
          self.add(
              Gevent.spawn(
                  () -> {
                    try {
                      self.getFirst().kill();
                      t.note("missed");
                    } finally {
                      t.note("thrown");
                    }
                  }));
          self.getFirst().join();
          assertThat(self.getFirst().isKilled()).isTrue();
        });

    assertThat(t.trail()).containsExactly("thrown@0");
  }

  @Test
  @Parity({"GE-1.1.7", "GE-C13", "GE-C16", "GE-C22"})
  void killAllThrowsIntoAllInOneCallbackAndTakesAnyIterable(TestLoop t) {
    t.run(
        () -> {
          var a = sleeper(t, "a");
          var b = sleeper(t, "b");
          Gevent.sleep();
          var raw =
              Gevent.spawnRaw(
                  () -> {
                    try {
                      Gevent.sleep(ofMillis(1000));
                    } finally {
                      t.note("raw");
                    }
                  });
          Gevent.sleep();
          var unstarted = sleeper(t, "never");
          Set<Object> all = new LinkedHashSet<>(List.of(a, b, raw, unstarted));
          t.loop().callSoon(() -> t.note("before"));

          Gevent.killAll(all);

          t.note("done " + a.isReady() + b.isReady() + raw.isDead() + unstarted.isDead());
          Gevent.killAll(List.of());
        });

    assertThat(t.trail())
        .containsExactly("before@0", "a@0", "b@0", "raw@0", "done truetruetruetrue@0");
  }

  @Test
  @Parity({"GE-1.1.7", "GE-C13"})
  void aKillAllThatTakesTooLongThrowsATimeout(TestLoop t) {
    t.run(
        () -> {
          var stubborn =
              Gevent.spawn(
                  () -> {
                    try {
                      Gevent.sleep(ofMillis(1000));
                    } finally {
                      Gevent.sleep(ofMillis(50));
                    }
                  });
          Gevent.sleep();
          var all = List.of(stubborn);
          assertThatThrownBy(() -> Gevent.killAll(all, KillOptions.DEFAULT.timeout(ofMillis(20))))
              .isInstanceOf(Timeout.class);
          t.note("over");
          Gevent.killAll(all, KillOptions.DEFAULT.nonBlocking());
          t.note("not blocked");
          stubborn.join();
        });

    assertThat(t.trail()).containsExactly("over@20", "not blocked@20");
  }

  @Test
  @Parity({"GE-1.2.26", "GE-C48", "GE-1.10.9"})
  void whatMustEndTheProgramReachesMainWhereItWaits() {
    var trail = new ArrayList<String>();
    assertThatThrownBy(
            () ->
                Gevent.run(
                    virtual(),
                    () -> {
                      var quits =
                          Gevent.spawn(
                              () -> {
                                throw new ExitRequest(3);
                              });
                      try {
                        Gevent.sleep(ofMillis(1000));
                        trail.add("missed");
                      } finally {
                        trail.add("main " + quits.isSuccessful());
                      }
                      return null;
                    }))
        .isInstanceOf(ExitRequest.class);
    assertThat(trail).containsExactly("main false");
  }

  private static RunOptions virtual() {
    return RunOptions.DEFAULT.loopFactory(
        () -> io.greenloop.EventLoop.create(LoopOptions.defaults().withClock(new VirtualClock())));
  }

  @Test
  @Parity({"GE-C48", "GE-1.10.9", "GE-C44"})
  void anErrorHandlerOfTheHubGetsTheRestAndMayItselfFail(TestLoop t) {
    t.run(
        () -> {
          Gevent.hub().setErrorHandler((who, thrown) -> t.note(who + ": " + thrown.getMessage()));
          failing("first").join();
          Gevent.hub()
              .setErrorHandler(
                  (who, thrown) -> {
                    throw new IllegalStateException("broken");
                  });
          failing("second").join();
          sleeper(t, "killed is no error").kill();
        });

    assertThat(t.trail()).containsExactly("greenlet 'Greenlet-0' (failed): first@0");
    assertThat(t.errors())
        .singleElement()
        .satisfies(
            error ->
                assertThat(error.exception())
                    .hasMessage("broken")
                    .satisfies(
                        thrown -> assertThat(thrown.getSuppressed()[0]).hasMessage("second")));
  }

  private static Greenlet<String> failing(String message) {
    return Gevent.spawn(
        () -> {
          throw new IOException(message);
        });
  }

  @Test
  @Parity("GE-C49")
  void anErrorThatIsBeingHandledSurvivesSwitches(TestLoop t) {
    t.run(
        () -> {
          try {
            throw new IOException("outer");
          } catch (IOException handled) {
            var other =
                Gevent.spawn(
                    () -> {
                      try {
                        throw new IllegalStateException("inner");
                      } catch (IllegalStateException inner) {
                        Gevent.sleep();
                        return inner.getMessage();
                      }
                    });
            assertThat(other.get()).isEqualTo("inner");
            assertThat(handled).hasMessage("outer");
          }
        });
  }

  @Test
  void thePastKillsOfAFutureReachTheGreenlet(TestLoop t) {
    t.run(
        () -> {
          var victim = sleeper(t, "cancelled");
          Gevent.sleep();
          victim.toFuture().cancel();
          victim.join();

          var other = sleeper(t, "killed");
          Gevent.sleep();
          var future = other.toFuture();
          other.kill();
          Gevent.sleep();
          assertThat(future.isDone()).isTrue();
          assertThat(future.isCancelled()).isFalse(); // nor reported, if nobody asks
        });

    assertThat(t.trail()).containsExactly("cancelled@0", "killed@0");
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity({"GE-1.1.7", "GE-C16"})
  void oneThatRefusesAKillSparesNobodyBehindIt(TestLoop t) {
    t.run(
        () -> {
          var refuses =
              new io.greenloop.greenlet.Greenlet() {
                @Override
                public Object throwInto(Throwable error) {
                  throw new IllegalStateException("refused");
                }
              };
          var raw = Gevent.spawnRaw(() -> Gevent.sleep(ofMillis(1000)));
          Gevent.sleep();
          Gevent.killAll(List.of(refuses, raw));
          assertThat(raw.isDead()).isTrue();
          assertThat(t.errors())
              .singleElement()
              .satisfies(error -> assertThat(error.exception()).hasMessage("refused"));
        });
  }
}
