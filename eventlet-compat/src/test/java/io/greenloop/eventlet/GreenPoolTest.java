package io.greenloop.eventlet;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.greenlet.GreenletExit;
import io.greenloop.testing.Parity;
import io.greenloop.testing.Seeds;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GreenPoolTest {
  @Test
  @Parity({"EV-1.4.1", "EV-C28"})
  void aSizeIsNotNegative(TestLoop t) {
    assertThatThrownBy(() -> new GreenPool(-1))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("GreenPool: size = -1 (expected >= 0)");
    t.run(
        () -> {
          assertThat(new GreenPool().free()).isEqualTo(1000);
          var none = new GreenPool(0);
          var blocked = Eventlet.spawn(() -> none.spawn(() -> t.note("ran")));
          Eventlet.sleep(ofMillis(5));
          assertThat(none.waiting()).isEqualTo(1);
          blocked.kill();
        });
    assertThat(t.trail()).isEmpty();
  }

  @Test
  @Parity({"EV-1.4.2", "EV-1.4.4", "EV-C13", "EV-C15"})
  void noMoreThanItsSizeWorkAtATime(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(2);
          int[] working = new int[2];
          for (int i = 0; i < 6; i++) {
            int n = i;
            pool.spawnN(
                () -> {
                  working[0]++;
                  working[1] = Math.max(working[1], working[0]);
                  Eventlet.sleep(ofMillis(10));
                  working[0]--;
                  t.note(n);
                });
          }
          pool.awaitAll();
          assertThat(working[1]).isEqualTo(2);
          GreenThread<String> value = pool.spawn(() -> "value");
          assertThat(value.await()).isEqualTo("value");
        });

    assertThat(t.trail()).containsExactly("0@10", "1@10", "2@20", "3@20", "4@30", "5@30");
  }

  @Test
  @Parity({"EV-1.4.5", "EV-1.4.6", "EV-1.4.7", "EV-C14"})
  void itCountsWhoWorksAndWhoWaits(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(1);
          var done = new Event<String>();
          assertThat(pool.free()).isEqualTo(1);
          Runnable worker = () -> pool.spawn(() -> done.await());
          Eventlet.spawn(worker::run);
          Eventlet.sleep();
          assertThat(List.of(pool.running(), pool.free(), pool.waiting())).containsExactly(1, 0, 0);
          Eventlet.spawn(worker::run);
          Eventlet.spawn(worker::run);
          Eventlet.sleep();
          assertThat(List.of(pool.running(), pool.free(), pool.waiting())).containsExactly(1, 0, 2);
          done.send("done");
          Eventlet.sleep(ofMillis(1));
          assertThat(List.of(pool.running(), pool.free(), pool.waiting())).containsExactly(0, 1, 0);
        });
  }

  @Test
  @Parity("EV-1.4.5")
  void whoHasNotBegunCountsAsRunning(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(3);
          pool.spawn(() -> t.note("ran"));
          pool.spawnN(() -> t.note("ran"));
          assertThat(pool.running()).isEqualTo(2);
          assertThat(t.trail()).isEmpty();
          pool.awaitAll();
        });
  }

  @Test
  @Parity({"EV-1.4.3", "EV-C17"})
  void aWorkerOfAFullPoolRunsTheFunctionItself(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(1);
          var outer =
              pool.spawn(
                  () -> {
                    var inner =
                        pool.spawn(
                            () -> {
                              t.note("inner");
                              return 5;
                            });
                    t.note("outer " + inner.isDead());
                    pool.spawnN(() -> t.note("inner n"));
                    assertThatThrownBy(
                            () ->
                                pool.spawn(
                                    () -> {
                                      throw new ArithmeticException("inline");
                                    }))
                        .hasMessage("inline");
                    return inner.await();
                  });
          assertThat(outer.await()).isEqualTo(5);
          pool.awaitAll();
        });

    assertThat(t.trail()).containsExactly("inner@0", "outer true@0", "inner n@0");
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity({"EV-1.4.8", "EV-1.4.6", "EV-C18"})
  void resizingCountsAtOnce(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(2);
          var done = new Event<String>();
          pool.spawn(() -> done.await());
          pool.spawn(() -> done.await());
          pool.resize(1);
          assertThat(pool.free()).isEqualTo(-1);
          Eventlet.spawn(() -> pool.spawn(() -> t.note("third")));
          Eventlet.sleep();
          pool.resize(3);
          assertThat(pool.free()).isEqualTo(1);
          Eventlet.sleep(ofMillis(1));
          assertThat(pool.running()).isEqualTo(2); // the third has been
          done.send("done");
          pool.awaitAll();
          assertThat(pool.free()).isEqualTo(3);
          assertThat(pool.size()).isEqualTo(3);
        });

    assertThat(t.trail()).containsExactly("third@0");
  }

  @Test
  @Parity({"EV-1.4.9", "EV-C24", "EV-C25"})
  void awaitAllWaitsForWhatIsSpawnedMeanwhileAndNotForItself(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(5);
          pool.awaitAll();
          pool.spawn(
              () -> {
                Eventlet.sleep(ofMillis(5));
                pool.spawn(
                    () -> {
                      Eventlet.sleep(ofMillis(5));
                      t.note("second");
                    });
                assertThatThrownBy(pool::awaitAll)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("called by a worker of pool@")
                    .hasMessageEndingWith("which would wait for itself");
              });
          pool.awaitAll();
          t.note("all");
        });

    assertThat(t.trail()).containsExactly("second@10", "all@10");
  }

  @Test
  @Parity({"EV-1.4.10", "EV-1.4.11", "EV-1.4.4", "EV-C20"})
  void aPlaceBecomesFreeHoweverItsWorkerEnds(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(1);
          var failing =
              pool.spawn(
                  () -> {
                    throw new ArithmeticException("no");
                  });
          assertThatThrownBy(failing::await).isExactlyInstanceOf(ArithmeticException.class);
          var killed = pool.spawn(() -> t.note("ran"));
          killed.kill();
          assertThatThrownBy(killed::await).isExactlyInstanceOf(GreenletExit.class);
          assertThat(pool.free()).isEqualTo(1);
          pool.spawnN(
              () -> {
                throw new ArithmeticException("n");
              });
          pool.awaitAll();
          assertThat(pool.free()).isEqualTo(1);
          assertThat(t.errors())
              .extracting(e -> e.exception().getMessage())
              .containsExactly("no", "n");
        });

    assertThat(t.trail()).isEmpty();
  }

  @Test
  void killAllKillsWhoWorks(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(3);
          var one = pool.spawn(() -> Eventlet.sleep(ofMillis(1000)));
          pool.spawnN(() -> Eventlet.sleep(ofMillis(1000)));
          Eventlet.sleep();
          pool.killAll();
          pool.awaitAll();
          t.note(one.isDead());
        });

    assertThat(t.trail()).containsExactly("true@0");
  }

  @Test
  void aWorkerThatKillsAllIsKilledLast(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(3);
          List<GreenThread<?>> workers = new ArrayList<>();
          workers.add(pool.spawn(() -> Eventlet.sleep(ofMillis(100))));
          workers.add(pool.spawn(pool::killAll));
          workers.add(pool.spawn(() -> Eventlet.sleep(ofMillis(100))));
          pool.awaitAll();
          assertThat(workers).allMatch(GreenThread::isDead);
          assertThat(t.loop().time().toMillis()).isZero();
        });
  }

  @Test
  @Parity("EV-1.4.11")
  void aPlainWorkerThatIsCancelledAsATaskBeforeItsStartFreesItsPlace(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(1);
          pool.spawnN(() -> t.note("ran"));
          Aio.allTasks().stream()
              .filter(task -> task.name().startsWith("GreenThread"))
              .forEach(task -> task.cancel());
          Eventlet.sleep();
          assertThat(pool.free()).isEqualTo(1);
          pool.awaitAll();
        });

    assertThat(t.trail()).isEmpty();
  }

  @Test
  @Parity("EV-C16")
  void aLocalTimerEndsWithItsWorker(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(1);
          pool.spawn(() -> Hub.current().scheduleLocal(ofMillis(5), () -> t.note("fired")));
          pool.awaitAll();
          pool.spawn(() -> Eventlet.sleep(ofMillis(20))).await();
        });

    assertThat(t.trail()).isEmpty();
  }

  @Test
  @Parity("EV-C19")
  void aSpawnerThatIsOutOfTimeLeaksNoPlace(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(1);
          pool.spawn(() -> Eventlet.sleep(ofMillis(10)));
          assertThat(Timeout.silent(ofMillis(5), () -> pool.spawn(() -> t.note("no")))).isFalse();
          pool.awaitAll();
          assertThat(pool.free()).isEqualTo(1);
          pool.spawn(() -> t.note("yes")).await();
        });

    assertThat(t.trail()).containsExactly("yes@10");
  }

  // ---- imap --------------------------------------------------------------------------------

  @Test
  @Parity({"EV-1.4.12", "EV-C21"})
  void imapIsLazyAndKeepsTheOrder(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(3);
          int[] read = new int[1];
          Iterable<Integer> items =
              () ->
                  new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                      return read[0] < 100;
                    }

                    @Override
                    public Integer next() {
                      return read[0]++;
                    }
                  };
          try (var squares =
              pool.imap(
                  n -> {
                    Eventlet.sleep(ofMillis(10 - n % 10));
                    return n * n;
                  },
                  items)) {
            assertThat(read[0]).isZero();
            assertThat(squares.next()).isZero();
            Eventlet.sleep(ofMillis(1000));
            assertThat(read[0]).isBetween(5, 8);
            for (int n = 1; n < 100; n++) {
              assertThat(squares.next()).isEqualTo(n * n);
            }
            assertThat(squares.hasNext()).isFalse();
            assertThatThrownBy(squares::next).isExactlyInstanceOf(NoSuchElementException.class);
          }
          assertThat(pool.imap(n -> n, List.of()).hasNext()).isFalse();
        });
  }

  @Test
  @Parity({"EV-1.4.12", "EV-1.4.15", "EV-C21", "EV-C23"})
  void itemsAreZippedAndTheShorterWins(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(2);
          pool.imap((a, b) -> a + b, List.of("a", "b", "c"), List.of(1, 2))
              .forEachRemaining(t::note);
          pool.imap(List.of("x", "y"), List.of(1, 2, 3)).forEachRemaining(t::note);
          pool.starmap(
                  (a, b) -> b + "=" + a,
                  new java.util.TreeMap<>(java.util.Map.of(1, "one", 2, "two")).entrySet())
              .forEachRemaining(t::note);
        });

    assertThat(t.trail())
        .containsExactly("a1@0", "b2@0", "(x, 1)@0", "(y, 2)@0", "one=1@0", "two=2@0");
  }

  @Test
  @Parity({"EV-1.4.13", "EV-C22"})
  void anErrorComesAtItsPlaceAndTheRestFollows(TestLoop t) {
    t.run(
        () -> {
          var results = new GreenPool(4).imap(n -> 12 / n, List.of(1, 0, 3));
          t.note(results.next());
          assertThatThrownBy(results::next).isExactlyInstanceOf(ArithmeticException.class);
          t.note(results.next());
          assertThat(results.hasNext()).isFalse();
        });

    assertThat(t.trail()).containsExactly("12@0", "4@0");
    assertThat(t.errors()).hasSize(1);
  }

  @Test
  @Parity("EV-1.4.14")
  void anErrorOfTheItemsReachesTheConsumer(TestLoop t) {
    t.run(
        () -> {
          Iterable<Integer> items = () -> IntStream.of(1, 0, 3).mapToObj(n -> 12 / n).iterator();
          var results = new GreenPool(4).imap(n -> n, items);
          t.note(results.next());
          assertThatThrownBy(results::next).isExactlyInstanceOf(ArithmeticException.class);
          assertThat(results.hasNext()).isFalse();
        });

    assertThat(t.trail()).containsExactly("12@0");
  }

  @Test
  @Parity("EV-1.4.16")
  void closingItEndsWhoReadsTheItems(TestLoop t) {
    t.run(
        () -> {
          int before = t.loop().allTasks().size();
          var results = new GreenPool(1).imap(n -> n, List.of(1, 2, 3, 4, 5, 6));
          results.next();
          Eventlet.sleep(ofMillis(1));
          assertThat(t.loop().allTasks()).hasSize(before + 1);
          results.close();
          results.close();
          assertThat(results.hasNext()).isFalse();
          Eventlet.sleep();
          assertThat(t.loop().allTasks()).hasSize(before);
        });
  }

  // ---- GreenPile ---------------------------------------------------------------------------

  @Test
  @Parity({"EV-1.4.17", "EV-1.4.19", "EV-C26"})
  void aPileGivesResultsInTheOrderOfSpawning(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(3);
          var one = new GreenPile<Integer>(pool);
          var other = new GreenPile<Integer>(pool);
          assertThat(one.hasNext()).isFalse();
          assertThatThrownBy(one::next).isExactlyInstanceOf(NoSuchElementException.class);
          for (int i = 0; i < 3; i++) {
            int n = i;
            one.spawn(
                () -> {
                  Eventlet.sleep(ofMillis(30 - 10 * n));
                  return 6 / (n - 1);
                });
          }
          other.spawn(() -> 7);
          assertThat(one.next()).isEqualTo(-6);
          assertThatThrownBy(one::next).isExactlyInstanceOf(ArithmeticException.class);
          assertThat(one.next()).isEqualTo(6);
          assertThat(one.hasNext()).isFalse();
          assertThat(other.next()).isEqualTo(7);
          assertThat(one.pool()).isSameAs(pool);
        });
    assertThat(t.errors()).hasSize(1);
  }

  @Test
  @Parity({"EV-1.4.18", "EV-C27"})
  void aSpawnOfAPileThatIsOutOfTimeDoesNotCount(TestLoop t) {
    t.run(
        () -> {
          var pile = new GreenPile<String>(1);
          pile.spawn(
              () -> {
                Eventlet.sleep(ofMillis(10));
                return "first";
              });
          assertThat(Timeout.silent(ofMillis(5), () -> pile.spawn(() -> "second"))).isFalse();
          pile.spawn(() -> "third");
          t.note("spawned");
          assertThat(pile.next()).isEqualTo("first");
          assertThat(pile.next()).isEqualTo("third");
          assertThat(pile.hasNext()).isFalse();
        });

    assertThat(t.trail()).containsExactly("spawned@10");
  }

  @Seeds(20)
  @Parity("EV-C29")
  void orderIsKeptUnderAnyDelays(TestLoop t, long seed) {
    var random = new Random(seed);
    t.run(
        () -> {
          for (int size : new int[] {1, 5, 50}) {
            var pool = new GreenPool(size);
            var got = new ArrayList<Integer>();
            var results =
                pool.imap(
                    n -> {
                      Eventlet.sleep(ofMillis(random.nextInt(5)));
                      return n;
                    },
                    () -> IntStream.range(0, 100).iterator());
            results.forEachRemaining(got::add);
            assertThat(got).isSorted().hasSize(100);
          }
        });
  }

  @Test
  @Parity("EV-1.4.9")
  void awaitAllWaitsForWhoWasLetInWhenTheLastOneEnded(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(1);
          pool.spawn(() -> Eventlet.sleep(ofMillis(10)));
          var second = Eventlet.spawn(() -> pool.spawn(() -> Eventlet.sleep(ofMillis(10))));
          Eventlet.sleep();
          assertThat(pool.waiting()).isEqualTo(1);
          pool.awaitAll();
          t.note("idle");
          second.await();
        });

    assertThat(t.trail()).containsExactly("idle@20");
  }

  @Test
  @Parity({"EV-1.4.9", "EV-C19"})
  void awaitAllEndsWhenWhoWasToBeLetInIsKilled(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(1);
          var worker = pool.spawn(() -> Eventlet.sleep(ofMillis(10)));
          var second = Eventlet.spawn(() -> pool.spawn(() -> t.note("ran")));
          Eventlet.sleep();
          worker.link(ended -> Eventlet.spawn(() -> second.kill())); // its place is not served yet
          worker.link(ended -> second.kill());
          pool.awaitAll();
          t.note("idle");
        });

    assertThat(t.trail()).containsExactly("idle@10");
  }
}
