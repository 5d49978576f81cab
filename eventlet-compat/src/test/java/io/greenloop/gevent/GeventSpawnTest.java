package io.greenloop.gevent;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.ContextVar;
import io.greenloop.LoopExit;
import io.greenloop.TaskContext;
import io.greenloop.greenlet.GreenletError;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GeventSpawnTest {
  @Test
  @Parity({"GE-1.1.1", "GE-1.2.5", "GE-1.2.6", "GE-1.2.8"})
  void spawnedOnesStartInTheirOrderAndNotInsideTheCall(TestLoop t) {
    t.run(
        () -> {
          var first = Gevent.spawn(() -> note(t, "first"));
          var second = Gevent.spawn(() -> note(t, "second"));
          t.note("spawned " + first.isStarted() + first.isReady());

          assertThat(second.get()).isEqualTo("second");
          assertThat(first.isReady()).isTrue();
          assertThat(first.isStarted()).isFalse();
          assertThat(first.getValue()).isEqualTo("first");
        });

    assertThat(t.trail()).containsExactly("spawned truefalse@0", "first@0", "second@0");
  }

  private static String note(TestLoop t, String what) {
    t.note(what);
    return what;
  }

  @Test
  @Parity({"GE-1.1.1", "GE-1.2.1", "GE-C12"})
  void whatCannotBeCalledIsRefusedAtOnce(TestLoop t) {
    t.run(
        () ->
            assertThatThrownBy(() -> Gevent.spawn(GeventSpawnTest.<Callable<String>>nothing()))
                .isInstanceOf(NullPointerException.class));
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }

  @Test
  @Parity({"GE-1.1.2", "GE-1.2.4", "GE-C15"})
  void aLaterOneStartsByItsTimerAndCanBeKilledBefore(TestLoop t) {
    t.run(
        () -> {
          var late = Gevent.spawnLater(ofMillis(20), () -> t.note("late"));
          var killed = Gevent.spawnLater(ofMillis(10), () -> t.note("never"));
          assertThat(late.isStarted()).isTrue();

          killed.kill();

          assertThat(killed.isDead()).isTrue();
          late.join();
        });

    assertThat(t.trail()).containsExactly("late@20");
  }

  @Test
  @Parity({"GE-1.1.3", "GE-C12", "GE-C16", "GE-1.1.8"})
  void aRawOneRunsReportsItsErrorAndCanBeKilled(TestLoop t) {
    t.run(
        () -> {
          Gevent.spawnRaw(() -> t.note("raw"));
          Gevent.spawnRaw(
              () -> {
                throw new IOException("lost");
              });
          var victim =
              Gevent.spawnRaw(
                  () -> {
                    try {
                      Gevent.sleep(ofMillis(1000));
                    } finally {
                      t.note("killed");
                    }
                  });
          Gevent.sleep();
          Gevent.kill(victim);
          t.note("not yet");
          Gevent.sleep();
          assertThat(victim.isDead()).isTrue();
        });

    assertThat(t.trail()).containsExactly("raw@0", "not yet@0", "killed@0");
    assertThat(t.errors())
        .singleElement()
        .satisfies(error -> assertThat(error.exception()).hasMessage("lost"));
  }

  @Test
  @Parity({"GE-1.1.4", "GE-1.10.19", "GE-C21", "GE-C44"})
  void sleepZeroLetsTheOthersRunInTurn(TestLoop t) {
    t.run(
        () -> {
          List<Greenlet<?>> all = new ArrayList<>();
          for (String name : List.of("A", "B")) {
            all.add(
                Gevent.spawn(
                    () -> {
                      t.note("1" + name);
                      Gevent.sleep(Duration.ZERO);
                      t.note("2" + name);
                      Gevent.sleep();
                      t.note("3" + name);
                    }));
          }
          Gevent.joinAll(all);
        });

    assertThat(t.trail()).containsExactly("1A@0", "1B@0", "2A@0", "2B@0", "3A@0", "3B@0");
  }

  @Test
  @Parity("GE-1.10.19")
  void twoThatYieldForEverDoNotKeepATimerFromFiring(TestLoop t) {
    t.run(
        () -> {
          var spin =
              List.of(Gevent.spawn(GeventSpawnTest::spin), Gevent.spawn(GeventSpawnTest::spin));
          var async = Gevent.hub().loop().async();
          async.start(() -> Gevent.killAll(spin, KillOptions.DEFAULT.nonBlocking()));
          new Thread(async::send).start();

          Gevent.joinAll(spin);
          async.close();
          assertThat(spin).allMatch(Greenlet::isKilled);
        });
  }

  private static @Nullable Void spin() {
    for (; ; ) {
      Gevent.sleep();
    }
  }

  @Test
  @Parity({"GE-1.1.4", "GE-1.10.1"})
  void aSleepThatKeepsNothingAliveEndsInALoopExit(TestLoop t) {
    t.run(
        () -> {
          Gevent.spawn(() -> Gevent.sleep(ofMillis(5)));
          assertThatThrownBy(() -> Gevent.sleep(ofMillis(10), false))
              .isInstanceOf(LoopExit.class)
              .hasMessageContaining("a sleep that keeps nothing alive");
          t.note("exit");
          var other = Gevent.spawn(() -> Gevent.sleep(ofMillis(30)));
          Gevent.sleep(ofMillis(10), false);
          t.note("slept");
          other.join();
        });

    assertThat(t.trail()).containsExactly("exit@5", "slept@15");
  }

  @Test
  @Parity({"GE-1.1.4", "GE-1.10.2", "GE-1.16.12"})
  void inTheHubNobodyWaits(TestLoop t) {
    t.run(
        () -> {
          var event = new Event();
          t.loop()
              .callSoon(
                  () -> {
                    for (Runnable wait :
                        List.<Runnable>of(
                            Gevent::sleep,
                            () -> Gevent.hub().suspend(),
                            event::await,
                            () -> new Queue<String>().get(),
                            () -> new Semaphore(0).acquire())) {
                      assertThatThrownBy(wait::run).isInstanceOf(BlockingSwitchOutError.class);
                      t.note("refused");
                    }
                  });
          Gevent.sleep();
        });

    assertThat(t.trail()).hasSize(5);
  }

  @Test
  @Parity("GE-1.1.5")
  void idleReturnsWhenNothingElseIsReady(TestLoop t) {
    t.run(
        () -> {
          Gevent.spawn(
              () -> {
                for (int i = 0; i < 3; i++) {
                  Gevent.sleep();
                  t.note("busy");
                }
              });
          var other =
              Gevent.spawn(
                  () -> {
                    Gevent.idle();
                    t.note("idle too");
                  });
          t.loop().callLater(ofMillis(10), () -> t.note("timer"));

          Gevent.idle();
          t.note("idle");
          other.join();
        });

    assertThat(t.trail()).containsExactly("busy@0", "busy@0", "busy@0", "idle@0", "idle too@0");
  }

  @Test
  @Parity({"GE-1.2.3", "GE-C18"})
  void aSecondStartIsIgnoredAndNoneHelpsAfterAKill(TestLoop t) {
    t.run(
        () -> {
          var greenlet = new Greenlet<>(() -> note(t, "once"));
          greenlet.start();
          greenlet.start();
          greenlet.join();
          greenlet.start();

          var killed = new Greenlet<>(() -> note(t, "never"));
          killed.kill();
          killed.start();
          killed.startLater(Duration.ZERO);
          Gevent.sleep(ofMillis(1));
          assertThat(killed.isReady()).isTrue();
        });

    assertThat(t.trail()).containsExactly("once@0");
  }

  /** §3, pattern 19. */
  private static final class Actor extends Greenlet<String> {
    private final Queue<String> inbox = new Queue<>();

    @Override
    protected String run() {
      var heard = new ArrayList<String>();
      inbox.forEach(heard::add);
      return String.join(" ", heard);
    }
  }

  @Test
  @Parity({"GE-1.2.2", "GE-C9"})
  void aSubclassOverridesItsRun(TestLoop t) {
    t.run(
        () -> {
          var actor = Greenlet.spawn(new Actor());
          var late = Greenlet.spawnLater(ofMillis(10), new Actor());
          actor.inbox.put("hello");
          actor.inbox.put("world");
          actor.inbox.close();
          late.inbox.close();

          assertThat(actor.get()).isEqualTo("hello world");
          assertThat(actor.toString()).isEqualTo("Actor 'Greenlet-0' (finished)");
          assertThat(late.get()).isEmpty();
          t.note("late");
        });

    assertThat(t.trail()).containsExactly("late@10");
  }

  @Test
  @Parity({"GE-1.2.11", "GE-1.2.7", "GE-1.2.9", "GE-1.2.12", "GE-C12", "GE-1.2.26"})
  void aFailureIsThrownAgainByEachGetAndByNoJoin(TestLoop t) {
    var failure = new IOException("broken");
    t.run(
        () -> {
          var greenlet =
              Gevent.<String>spawn(
                  () -> {
                    throw failure;
                  });

          greenlet.join();
          assertThat(greenlet.join(ofMillis(1))).isTrue();
          assertThatThrownBy(greenlet::get).isSameAs(failure);
          assertThatThrownBy(greenlet::getNow).isSameAs(failure);
          assertThat(greenlet.isSuccessful()).isFalse();
          assertThat(greenlet.getException()).isSameAs(failure);
          assertThat(greenlet.getValue()).isNull();
          assertThat(greenlet.toString()).isEqualTo("greenlet 'Greenlet-0' (failed)");
        });

    assertThat(t.errorMessages())
        .containsExactly("greenlet 'Greenlet-0' (failed) threw java.io.IOException");
  }

  @Test
  @Parity({"GE-1.2.11", "GE-1.2.12", "GE-1.2.7", "GE-C10"})
  void limitsOfGetAndJoin(TestLoop t) {
    t.run(
        () -> {
          var slow =
              Gevent.spawn(
                  () -> {
                    Gevent.sleep(ofMillis(50));
                    return "done";
                  });

          assertThatThrownBy(slow::getNow).isInstanceOf(Timeout.class);
          assertThatThrownBy(() -> slow.get(ofMillis(20)))
              .isInstanceOf(Timeout.class)
              .hasMessage("0.02 seconds");
          t.note("get");
          assertThat(slow.join(ofMillis(20))).isFalse();
          t.note("join");
          assertThat(slow.isSuccessful()).isFalse();
          assertThat(slow.hasLinks()).isFalse();
          assertThat(slow.get(ofMillis(20))).isEqualTo("done");
          t.note("in time");
        });

    assertThat(t.trail()).containsExactly("get@20", "join@40", "in time@50");
  }

  @Test
  @Parity("GE-1.2.13")
  void whoWaitsForItselfOrForWhatNeverStartsIsTold(TestLoop t) {
    t.run(
        () -> {
          var self = new ArrayList<Greenlet<String>>();
          self.add(
              Gevent.spawn(
                  () -> {
                    assertThatThrownBy(() -> self.getFirst().join())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage(
                            "Greenlet.join: greenlet 'Greenlet-0' (running) cannot wait for itself;"
                                + " return from it instead");
                    return "told";
                  }));
          assertThat(self.getFirst().get()).isEqualTo("told");

          var never = new Greenlet<>(() -> "never");
          assertThatThrownBy(never::join)
              .isInstanceOf(LoopExit.class)
              .hasMessageContaining("waits for greenlet 'Greenlet-0' (new)");
        });
  }

  @Test
  @Parity({"GE-1.2.30", "GE-1.2.31", "GE-C8", "GE-1.2.29", "GE-C9", "GE-1.2.36"})
  void namesAndNumbers(TestLoop t) {
    t.run(
        () -> {
          var a = Gevent.spawn(() -> Gevent.sleep());
          var b = Gevent.spawn(() -> Gevent.sleep());
          assertThat(List.of(a.id(), b.id())).containsExactly(0, 1);
          assertThat(b.name()).isEqualTo("Greenlet-1");
          b.setName("reader");
          assertThat(b.toString()).isEqualTo("greenlet 'reader' (scheduled)");
          assertThat(a.hub()).isSameAs(Gevent.hub());
          Gevent.joinAll(List.of(a, b));

          var c = Gevent.spawn(() -> Gevent.sleep());
          assertThat(c.id()).isZero();
          assertThat(a.id()).isZero(); // it keeps what it had
          c.join();
        });
  }

  @Test
  @Parity({"GE-1.2.32", "GE-1.2.33", "GE-C12", "GE-1.1.12"})
  void aSpawnTreeKnowsItsParentsAndSharesItsLocals(TestLoop t) {
    t.run(
        () -> {
          assertThat(Gevent.current()).isEmpty();
          var parent =
              Gevent.spawn(
                  () -> {
                    var me = Gevent.current().orElseThrow();
                    me.spawnTreeLocals().put("request", 7);
                    var child =
                        Gevent.spawn(
                            () -> {
                              var self = Gevent.current().orElseThrow();
                              assertThat(self.spawningGreenlet()).containsSame(me);
                              return self.spawnTreeLocals().get("request");
                            });
                    assertThat(child.get()).isEqualTo(7);
                    return me.spawnTreeLocals();
                  });
          var other = Gevent.spawn(() -> Gevent.current().orElseThrow().spawnTreeLocals());

          assertThat(parent.spawningGreenlet()).isEmpty();
          assertThat(other.get()).isNotSameAs(parent.get()).isEmpty();
        });
  }

  @Test
  @Parity("GE-1.2.34")
  void whereItWasSpawnedIsKeptOnRequestOnly(TestLoop t) {
    t.run(
        () -> {
          assertThat(new Greenlet<>(() -> "").spawningStack()).isEmpty();
          GeventConfig.setTrackGreenletTree(true);
          GeventConfig.setSpawningStackLimit(1);
          try {
            assertThat(example.Spawner.spawn().spawningStack())
                .singleElement()
                .satisfies(frame -> assertThat(frame.getClassName()).isEqualTo("example.Spawner"));
          } finally {
            GeventConfig.setTrackGreenletTree(false);
            GeventConfig.setSpawningStackLimit(10);
          }
        });
  }

  @Test
  @Parity({"GE-1.2.35", "GE-C12"})
  void hooksAreToldOfEachStart(TestLoop t) {
    var started = new AtomicInteger();
    java.util.function.Consumer<Greenlet<?>> hook = greenlet -> started.incrementAndGet();
    t.run(
        () -> {
          GreenletHooks.addSpawnCallback(hook);
          GreenletHooks.addSpawnCallback(hook);
          try {
            new Greenlet<>(() -> "");
            Gevent.spawn(() -> {});
            Gevent.spawnLater(ofMillis(1), () -> {});
          } finally {
            GreenletHooks.removeSpawnCallback(hook);
          }
          Gevent.spawn(() -> {});
        });

    assertThat(started).hasValue(2);
  }

  private static final ContextVar<String> VAR = ContextVar.create("var", "none");

  @Test
  @Parity({"GE-1.2.37", "GE-1.8.3"})
  void aGreenletStartsWithAnEmptyContextUnlessItIsGivenOne(TestLoop t) {
    t.run(
        () -> {
          VAR.set("main");
          var empty = Gevent.spawn(() -> VAR.get());
          var copying = new Greenlet<>(() -> VAR.get());
          copying.setContext(TaskContext.current().copy());
          copying.start();

          assertThat(empty.get()).isEqualTo("none");
          assertThat(copying.get()).isEqualTo("main");
          assertThatThrownBy(() -> copying.setContext(new TaskContext()))
              .isInstanceOf(IllegalStateException.class);
        });
  }

  @Test
  @Parity("GE-1.2.28")
  void whatTheFunctionCapturedIsFreeAtItsEnd(TestLoop t) {
    t.run(
        () -> {
          var captured = new ArrayList<java.lang.ref.WeakReference<Object>>();
          var greenlet = spawnCapturing(captured);
          greenlet.join();

          for (int i = 0; i < 100 && captured.getFirst().get() != null; i++) {
            System.gc();
          }
          assertThat(captured.getFirst().get()).isNull();
          assertThat(greenlet.isReady()).isTrue();
        });
  }

  private static Greenlet<Integer> spawnCapturing(
      List<java.lang.ref.WeakReference<Object>> captured) {
    var big = new int[1000];
    captured.add(new java.lang.ref.WeakReference<>(big));
    return Gevent.spawn(() -> big.length);
  }

  @Test
  @Parity({"GE-1.2.27", "GE-C17"})
  void aScopeJoinsAndAnErrorOfItsBodyEndsTheGreenlet(TestLoop t) {
    var failure = new IllegalStateException("body");
    t.run(
        () -> {
          var joined = Gevent.spawn(() -> Gevent.sleep(ofMillis(10)));
          Gevent.scoped(joined, g -> t.note("body"));
          t.note("joined " + joined.isReady());

          var failed = Gevent.spawn(() -> Gevent.sleep(ofMillis(1000)));
          assertThatThrownBy(
                  () ->
                      Gevent.scoped(
                          failed,
                          g -> {
                            Gevent.sleep();
                            throw failure;
                          }))
              .isSameAs(failure);
          assertThat(failed.getException()).isSameAs(failure);
        });

    assertThat(t.trail()).containsExactly("body@0", "joined true@10");
    assertThat(t.errors()).hasSize(1);
  }

  @Test
  @Parity({"GE-1.2.18", "GE-C19", "GE-1.2.10"})
  void throwIntoIsForCallbacksAndSaysSo(TestLoop t) {
    t.run(
        () -> {
          var victim =
              Gevent.spawn(
                  () -> {
                    try {
                      Gevent.sleep(ofMillis(1000));
                      return "slept";
                    } catch (IllegalStateException broken) {
                      t.note("dead: " + Gevent.current().orElseThrow().isDead());
                      return broken.getMessage();
                    }
                  });
          Gevent.sleep();
          assertThatThrownBy(() -> victim.throwInto(new IOException("no")))
              .isInstanceOf(GreenletError.class)
              .hasMessageContaining("use kill");
          t.loop().callSoon(() -> victim.throwInto(new IllegalStateException("yes")));
          assertThat(victim.get()).isEqualTo("yes");

          var unstarted = new Greenlet<>(() -> "never");
          unstarted.link(g -> t.note("link"));
          unstarted.throwInto(new IOException("before"));
          assertThat(unstarted.getException()).hasMessage("before");
          assertThat(unstarted.isDead()).isTrue();
          Gevent.sleep();
        });

    assertThat(t.trail()).containsExactly("dead: false@0", "link@0");
    assertThat(t.errors()).hasSize(1);
  }

  @Test
  @Parity({"GE-1.1.13", "GE-1.1.18", "GE-C20"})
  void whatIsReExported() {
    assertThat(Gevent.VERSION).startsWith(Gevent.VERSION_INFO.get(0) + ".");
    assertThat(io.greenloop.greenlet.GreenletExit.class).isAssignableTo(Error.class);
    assertThat(Timeout.class).isAssignableTo(Error.class);
  }

  @Test
  void everyCallsAgainAndAgain(TestLoop t) {
    t.run(
        () -> {
          var ticker = Gevent.every(ofMillis(10), () -> t.note("tick"));
          Gevent.sleep(ofMillis(35));
          ticker.kill();
        });

    assertThat(t.trail()).containsExactly("tick@10", "tick@20", "tick@30");
  }
}
