package io.greenloop.eventlet;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SmallThingsTest {
  // ---- pools -------------------------------------------------------------------------------

  @Test
  @Parity({"EV-1.13.1", "EV-1.13.2", "EV-1.13.6", "EV-1.13.5", "EV-C61"})
  void aPoolMakesWhatIsNeededUpToItsSizeAndThenOneWaits(TestLoop t) {
    t.run(
        () -> {
          int[] made = new int[1];
          var pool = new Pool<Integer>(new PoolOptions(1, 3, false), () -> made[0]++);
          assertThat(made[0]).isEqualTo(1);
          assertThat(pool.free()).isEqualTo(3);
          assertThat(List.of(pool.acquire(), pool.acquire(), pool.acquire()))
              .containsExactly(0, 1, 2);
          assertThat(pool.free()).isZero();
          Eventlet.spawnAfter(ofMillis(5), () -> pool.release(1));
          t.note(pool.acquire());
          pool.release(2);
          pool.release(0);
          assertThat(pool.acquire()).isEqualTo(2); // idle for longer
          try (var held = pool.item()) {
            t.note(held.value());
            assertThat(pool.free()).isZero();
          }
          assertThat(pool.free()).isEqualTo(1);
          assertThat(pool.currentSize()).isEqualTo(3);
        });

    assertThat(t.trail()).containsExactly("1@5", "0@5");
  }

  @Test
  @Parity({"EV-1.13.3", "EV-C61"})
  void whatCannotBeMadeTakesNoPlace(TestLoop t) {
    t.run(
        () -> {
          int[] calls = new int[1];
          var pool =
              new Pool<Integer>(
                  PoolOptions.DEFAULT.withMaxSize(1),
                  () -> {
                    if (calls[0]++ == 0) {
                      throw new ArithmeticException("no");
                    }
                    return 7;
                  });
          assertThatThrownBy(pool::acquire).isExactlyInstanceOf(ArithmeticException.class);
          assertThat(pool.acquire()).isEqualTo(7);
        });
  }

  @Test
  @Parity({"EV-1.13.4", "EV-1.13.7", "EV-1.13.8", "EV-C61"})
  void whatComesBackGoesToWhoWaitsOrIsDropped(TestLoop t) {
    t.run(
        () -> {
          int[] made = new int[1];
          var pool =
              new Pool<Integer>(
                  PoolOptions.DEFAULT.withMaxSize(2).withOrderAsStack(true), () -> made[0]++);
          int one = pool.acquire();
          int two = pool.acquire();
          Eventlet.spawn(() -> Timeout.silent(ofMillis(1), () -> t.note(pool.acquire())));
          Eventlet.spawn(() -> t.note(pool.acquire()));
          Eventlet.sleep();
          assertThat(pool.waiting()).isEqualTo(2);
          Eventlet.sleep(ofMillis(2));
          assertThat(pool.waiting()).isEqualTo(1);
          pool.release(two);
          Eventlet.sleep();
          pool.resize(1);
          assertThat(pool.maxSize()).isEqualTo(1);
          pool.release(two);
          assertThat(pool.currentSize()).isEqualTo(1); // dropped
          pool.release(one);
          assertThat(pool.acquire()).isEqualTo(one);
          pool.resize(3);
          int three = pool.acquire();
          pool.release(one);
          pool.release(three);
          assertThat(pool.acquire()).isEqualTo(three); // the newest first
        });

    assertThat(t.trail()).containsExactly("1@2");
  }

  @Test
  @Parity({"EV-1.13.4", "EV-C61"})
  void whoIsKilledWhileItGivesSomethingBackHasGivenItBack(TestLoop t) {
    t.run(
        () -> {
          var pool = new Pool<String>(PoolOptions.DEFAULT.withMaxSize(1), () -> "thing");
          String thing = pool.acquire();
          var waiter = Eventlet.spawn(() -> pool.acquire());
          Eventlet.sleep();
          var giver = Eventlet.spawn(() -> pool.release(thing));
          Eventlet.spawn(() -> giver.kill()); // it waits for the hub's turn
          assertThat(waiter.await(ofMillis(1))).contains("thing");
          assertThat(pool.free()).isZero();
        });
  }

  @Test
  @Parity({"EV-1.13.4", "EV-C61"})
  void whoIsKilledByTheOneItGaveToGivesItOnce(TestLoop t) {
    t.run(
        () -> {
          var pool = new Pool<String>(PoolOptions.DEFAULT.withMaxSize(1), () -> "thing");
          String thing = pool.acquire();
          var givers = new ArrayList<GreenThread<?>>();
          var waiter =
              Eventlet.spawn(
                  () -> {
                    pool.acquire();
                    givers.getFirst().kill();
                    return pool.free();
                  });
          Eventlet.sleep();
          givers.add(Eventlet.spawn(() -> pool.release(thing)));
          assertThat(waiter.await()).isZero();
          Eventlet.sleep();
          assertThat(pool.free()).isZero();
        });
  }

  @Test
  @Parity("EV-1.13.9")
  void tokensLimitHowManyDoSomething(TestLoop t) {
    t.run(
        () -> {
          var tokens = new TokenPool(1);
          for (int i = 0; i < 2; i++) {
            Eventlet.spawn(
                () -> {
                  try (var held = tokens.item()) {
                    assertThat(held.value()).isNotNull();
                    Eventlet.sleep(ofMillis(10));
                    t.note("done");
                  }
                });
          }
          Eventlet.sleep(ofMillis(30));
        });

    assertThat(t.trail()).containsExactly("done@10", "done@20");
  }

  // ---- locals ------------------------------------------------------------------------------

  @Test
  @Parity({"EV-1.8.1", "EV-1.8.2", "EV-C75"})
  void eachGreenThreadHasItsOwnValueAsLongAsItLives(TestLoop t) {
    t.run(
        () -> {
          int[] made = new int[1];
          GreenLocal<Integer> local = GreenLocal.withInitial(() -> made[0]++);
          assertThat(local.get()).isZero();
          local.set(10);
          Eventlet.spawn(
                  () -> {
                    t.note(local.get());
                    local.set(20);
                    Eventlet.sleep();
                    t.note(local.get());
                    assertThat(local.size()).isEqualTo(2);
                  })
              .await();
          Eventlet.sleep();
          assertThat(local.get()).isEqualTo(10);
          assertThat(local.size()).isEqualTo(1);
          local.remove();
          assertThat(local.get()).isEqualTo(2);
          GreenLocal<@Nullable String> empty = GreenLocal.empty();
          assertThat(empty.get()).isNull();
        });

    assertThat(t.trail()).containsExactly("1@0", "20@0");
  }

  // ---- dag pool ----------------------------------------------------------------------------

  @Test
  @Parity({"EV-1.15.1", "EV-1.15.2", "EV-1.15.3", "EV-1.15.5", "EV-C63"})
  void eachKeyIsMadeOfThoseItDependsOn(TestLoop t) {
    t.run(
        () -> {
          var pool = new DagPool<String, Integer>(Map.of("one", 1));
          DagPool.DagFunction<String, Integer> sum =
              (key, results) -> {
                t.note("start " + key);
                int total = 0;
                while (results.hasNext()) {
                  var each = results.next();
                  t.note(key + " gets " + each.getKey());
                  total += each.getValue();
                }
                return total;
              };
          pool.spawn("six", List.of("five", "one"), sum); // five is not there yet
          var each = pool.awaitEach(List.of("six", "five", "one"));
          pool.spawnMany(Map.of("five", List.of("one", "four")), sum);
          Eventlet.spawnAfter(ofMillis(5), () -> pool.post("four", 4));
          each.forEachRemaining(e -> t.note(e));
          assertThat(pool.awaitAll()).containsEntry("six", 6).hasSize(4);
          assertThat(pool.await(List.of("five"))).isEqualTo(Map.of("five", 5));
          assertThat(pool.await("six")).isEqualTo(6);
        });

    assertThat(t.trail())
        .containsExactly(
            "one=1@0",
            "start six@0",
            "six gets one@0",
            "start five@0",
            "five gets one@0",
            "five gets four@5",
            "six gets five@5",
            "five=5@5",
            "six=6@5");
  }

  @Test
  @Parity({"EV-1.15.4", "EV-C63"})
  void aKeyHasOneResult(TestLoop t) {
    t.run(
        () -> {
          var pool = new DagPool<String, Integer>();
          pool.post("a", 1);
          assertThatThrownBy(() -> pool.post("a", 2))
              .isExactlyInstanceOf(CollisionException.class)
              .hasMessage("post: key a has a result");
          pool.post("a", 3, true);
          assertThat(pool.getNow("a")).contains(3);
          pool.spawn(
              "b",
              List.of(),
              (key, results) -> {
                Eventlet.sleep(ofMillis(1));
                pool.post(key, 5);
                return 6; // dropped
              });
          assertThatThrownBy(() -> pool.post("b", 2, true))
              .isExactlyInstanceOf(CollisionException.class)
              .hasMessage("post: a green thread of key b runs");
          assertThatThrownBy(() -> pool.spawn("a", List.of(), (k, r) -> 1))
              .isExactlyInstanceOf(CollisionException.class);
          assertThat(pool.await("b")).isEqualTo(5);
          Eventlet.sleep(ofMillis(5));
          assertThat(pool.await("b")).isEqualTo(5);
        });
  }

  @Test
  @Parity({"EV-1.15.6", "EV-1.15.7", "EV-1.15.8", "EV-C63"})
  void aFailureReachesThoseWhoDependOnIt(TestLoop t) {
    t.run(
        () -> {
          var pool = new DagPool<String, Integer>();
          var failure = new ArithmeticException("no");
          pool.spawn(
              "bad",
              List.of(),
              (key, results) -> {
                throw failure;
              });
          pool.spawn("top", List.of("bad"), (key, results) -> results.next().getValue());
          pool.post("good", 1);

          assertThatThrownBy(() -> pool.await("top"))
              .isInstanceOfSatisfying(
                  PropagateException.class,
                  thrown -> {
                    assertThat(thrown.key()).isEqualTo("top");
                    assertThat(thrown.getCause())
                        .isInstanceOfSatisfying(
                            PropagateException.class,
                            inner -> {
                              assertThat(inner.key()).isEqualTo("bad");
                              assertThat(inner.getCause()).isSameAs(failure);
                            });
                  });
          assertThatThrownBy(() -> pool.getNow("bad")).isInstanceOf(PropagateException.class);
          var all = List.of("bad", "top", "good");
          var good = new ArrayList<String>();
          pool.awaitEachSuccess(all).forEachRemaining(e -> good.add(e.getKey()));
          var bad = new ArrayList<String>();
          pool.awaitEachException(all).forEachRemaining(e -> bad.add(e.getKey()));
          assertThat(good).containsExactly("good");
          assertThat(bad).containsExactly("bad", "top");
          assertThat(pool.keys()).containsExactlyInAnyOrder("bad", "top", "good");
          assertThat(pool.getNow("none")).isEmpty();
        });
    assertThat(t.errors()).hasSize(2);
  }

  @Test
  @Parity({"EV-1.15.9", "EV-1.15.10", "EV-C63"})
  void aKillWakesWhoWaits(TestLoop t) {
    t.run(
        () -> {
          var pool = new DagPool<String, Integer>();
          DagPool.DagFunction<String, Integer> first = (key, results) -> results.next().getValue();
          pool.spawn("a", List.of("x"), first);
          pool.spawn("b", List.of("a"), first);
          pool.spawn("never", List.of(), (key, results) -> 1);
          pool.kill("never"); // before its start: the key is free
          pool.post("never", 2);
          assertThat(pool.items()).containsExactly(Map.entry("never", 2));
          assertThat(pool.running()).isEqualTo(2);
          assertThat(pool.runningKeys()).containsExactly("a", "b");
          assertThat(pool.waiting()).isEqualTo(2);
          assertThat(pool.waitingFor("b")).containsExactly("a");
          assertThat(pool.waitingFor())
              .isEqualTo(Map.of("a", java.util.Set.of("x"), "b", java.util.Set.of("a")));
          Eventlet.sleep();

          pool.kill("a");

          assertThatThrownBy(() -> pool.await("b"))
              .isInstanceOf(PropagateException.class)
              .cause()
              .isInstanceOfSatisfying(
                  PropagateException.class, inner -> assertThat(inner.key()).isEqualTo("a"));
          assertThatThrownBy(() -> pool.kill("a"))
              .isExactlyInstanceOf(java.util.NoSuchElementException.class);
        });
    t.errors();
  }

  // ---- time limits -------------------------------------------------------------------------

  @Test
  @Parity({"EV-1.1.17", "EV-1.1.18", "EV-1.12.1", "EV-1.12.7", "EV-C68"})
  void theNamesAreWhereOneLooksForThem(TestLoop t) {
    t.run(
        () -> {
          assertThat(
                  Eventlet.withTimeout(
                      ofMillis(1),
                      "fallback",
                      () -> {
                        Eventlet.sleep(ofMillis(2));
                        return "value";
                      }))
              .isEqualTo("fallback");
          assertThatThrownBy(
                  () ->
                      Eventlet.withTimeout(
                          ZERO,
                          () -> {
                            Eventlet.sleep();
                            return 1;
                          }))
              .isInstanceOfSatisfying(
                  Timeout.class, over -> assertThat(Timeouts.isTimeout(over)).isTrue());
          for (Object each :
              List.of(new Queue<>(), new LightQueue<>(), new Event<>(), new Semaphore())) {
            assertThat(each.getClass().getPackageName()).isEqualTo("io.greenloop.eventlet");
          }
        });
  }

  @Test
  @Parity("EV-1.5.13")
  void aTimeoutThatIsNotCancelledFiresLaterAtAnotherPlace(TestLoop t) {
    t.run(
        () -> {
          var late = Timeout.start(ofMillis(5));
          assertThatThrownBy(() -> Eventlet.sleep(ofMillis(100))).isSameAs(late);
          t.note("unrelated");
        });

    assertThat(t.trail()).containsExactly("unrelated@5");
  }

  @Test
  @Parity("EV-1.2.1")
  void aGreenThreadIsMadeBySpawningOnly() {
    assertThat(GreenThread.class.getConstructors()).isEmpty();
  }

  @Test
  @Parity("EV-C54")
  void whatOneHandlesIsNoBusinessOfAnother(TestLoop t) {
    t.run(
        () -> {
          var one =
              Eventlet.spawn(
                  () -> {
                    try {
                      throw new ArithmeticException("mine");
                    } catch (ArithmeticException mine) {
                      Eventlet.sleep();
                      return mine.getMessage();
                    }
                  });
          var other =
              Eventlet.spawn(
                  () -> {
                    Eventlet.sleep();
                    return new Throwable().getSuppressed().length;
                  });
          assertThat(one.await()).isEqualTo("mine");
          assertThat(other.await()).isZero();
        });
    assertThat(t.errors()).isEmpty();
  }
}
