package io.greenloop.gevent;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.LoopExit;
import io.greenloop.LoopOptions;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import io.greenloop.testing.VirtualClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GeventPoolTest {
  private static String slow(int millis) {
    Gevent.sleep(ofMillis(millis));
    return millis + " ms";
  }

  @Test
  @Parity({"GE-1.6.1", "GE-1.6.2", "GE-1.6.3", "GE-C22"})
  void aGroupHoldsItsLiveMembers(TestLoop t) {
    t.run(
        () -> {
          var first = Gevent.spawn(() -> slow(10));
          var group = new Group(List.of(first));
          var second = group.spawn(() -> slow(20));
          var third = new Greenlet<>(() -> slow(30));
          group.start(third);
          assertThat(group.size()).isEqualTo(3);
          assertThat(group.contains(second)).isTrue();
          assertThat(group).containsExactlyInAnyOrder(first, second, third);
          group.discard(third);
          assertThat(group.contains(third)).isFalse();
          group.join();
          t.note("joined " + group.size() + " " + third.isStarted());
          assertThat(third.get()).isEqualTo("30 ms");
        });

    assertThat(t.trail()).containsExactly("joined 0 true@20");
  }

  @Test
  @Parity({"GE-1.6.4", "GE-C28"})
  void joinSaysWhetherItWasEmptyAndRaisesOnRequest(TestLoop t) {
    t.run(
        () -> {
          var group = new Group();
          assertThat(group.join(ofMillis(1))).isTrue();
          group.spawn(() -> slow(30));
          assertThat(group.join(ofMillis(10))).isFalse();
          t.note("late");
          group.spawn(
              () -> {
                throw new IOException("member");
              });
          group.join();
          group.spawn(
              () -> {
                throw new IOException("member");
              });
          assertThatThrownBy(() -> group.join(JoinOptions.DEFAULT.raiseError()))
              .hasMessage("member");
          assertThat(t.errors()).hasSize(2);
        });

    assertThat(t.trail()).containsExactly("late@10");
  }

  @Test
  @Parity({"GE-1.6.5", "GE-1.6.6", "GE-C22", "GE-C28"})
  void aKilledGroupCanBeUsedAgain(TestLoop t) {
    t.run(
        () -> {
          var group = new Group();
          for (int i = 0; i < 2; i++) {
            group.spawn(
                () -> {
                  try {
                    slow(1000);
                  } finally {
                    if (group.size() < 4) {
                      group.spawn(() -> slow(1000)); // comes meanwhile
                    }
                    t.note("killed");
                  }
                });
          }
          Gevent.sleep();
          group.killAll();
          assertThat(group.isEmpty()).isTrue();

          var stubborn =
              group.spawn(
                  () -> {
                    try {
                      slow(1000);
                    } finally {
                      slow(50);
                    }
                  });
          Gevent.sleep();
          group.killOne(stubborn, KillOptions.DEFAULT.timeout(ofMillis(10)));
          t.note("not waited for");
          group.killAll(KillOptions.DEFAULT.timeout(ofMillis(10)));
          t.note("silent");
          group.killOne(new Greenlet<>(() -> "no member"));
          group.join();
          t.note("usable");
        });

    assertThat(t.trail())
        .containsExactly("killed@0", "killed@0", "not waited for@10", "silent@20", "usable@50");
  }

  @Test
  @Parity({"GE-1.6.7", "GE-1.6.8", "GE-1.6.9", "GE-C24", "GE-C25"})
  void applyWaitsAndApplyAsyncDoesNot(TestLoop t) {
    t.run(
        () -> {
          var pool = new Pool(1);
          String inline = pool.apply(() -> pool.apply(() -> slow(10)));
          assertThat(inline).isEqualTo("10 ms"); // inside a member it runs on the spot
          assertThatThrownBy(
                  () ->
                      pool.apply(
                          () -> {
                            throw new IOException("thrown");
                          }))
              .hasMessage("thrown");
          var first = pool.applyAsync(() -> slow(10));
          var second = pool.applyAsync(() -> slow(10), result -> t.note("callback " + result));
          t.note("not blocked " + pool.contains(second));
          assertThat(second.get()).isEqualTo("10 ms");
          t.note("second " + first.isReady());
          Gevent.sleep(ofMillis(1));
          assertThat(pool.<String>applyCb(() -> slow(10), result -> t.note("cb " + result)))
              .isEqualTo("10 ms");
          t.note("applied");
          Gevent.sleep();
        });

    assertThat(t.trail())
        .containsExactly(
            "not blocked false@10",
            "callback 10 ms@30",
            "second true@30",
            "applied@41",
            "cb 10 ms@41");
    assertThat(t.errors()).hasSize(1);
  }

  @Test
  @Parity({"GE-1.6.10", "GE-1.6.11", "GE-C26", "GE-C24"})
  void mapGivesAListInTheOrderOfTheArguments(TestLoop t) {
    t.run(
        () -> {
          var group = new Group();
          assertThat(group.map(GeventPoolTest::slow, List.of(30, 10, 20)))
              .containsExactly("30 ms", "10 ms", "20 ms");
          t.note("mapped");
          assertThat(group.map(GeventPoolTest::slow, List.<Integer>of())).isEmpty();
          assertThat(group.mapCb(GeventPoolTest::slow, List.of(1), list -> t.note(list)))
              .hasSize(1);
          var later = group.mapAsync(GeventPoolTest::slow, List.of(5));
          assertThat(later.isReady()).isFalse();
          assertThat(later.get()).containsExactly("5 ms");
          assertThatThrownBy(() -> group.map(GeventPoolTest::failing, List.of(1, 2, 3)))
              .hasMessage("odd 1");
          Gevent.sleep();
        });

    assertThat(t.trail()).containsExactly("mapped@30", "[1 ms]@31");
    assertThat(t.errors()).isNotEmpty();
  }

  private static String failing(int number) throws IOException {
    if (number % 2 == 1) {
      throw new IOException("odd " + number);
    }
    return "even " + number;
  }

  @Test
  @Parity({"GE-1.6.12", "GE-C26", "GE-C27", "GE-C29"})
  void imapKeepsTheOrderAndThrowsAFailureInItsPlace(TestLoop t) {
    t.run(
        () -> {
          for (Group pool : List.of(new Group(), new Pool(1), new Pool(2), new Pool(10))) {
            var results = new ArrayList<String>();
            for (Iterator<String> each = pool.imap(GeventPoolTest::failing, List.of(2, 1, 4));
                each.hasNext(); ) {
              try {
                results.add(each.next());
              } catch (Exception failed) {
                results.add(failed.getMessage());
              }
            }
            assertThat(results).containsExactly("even 2", "odd 1", "even 4");
            var times = new ArrayList<String>();
            pool.imap(GeventPoolTest::slow, List.of(30, 10, 20)).forEachRemaining(times::add);
            assertThat(times).containsExactly("30 ms", "10 ms", "20 ms");
          }
          assertThat(t.errors()).hasSize(4);
        });
  }

  @Test
  @Parity({"GE-1.6.12", "GE-C26", "GE-1.6.13"})
  void withoutABoundAllArgumentsAreReadAndWithOneOnlyTheNextFew(TestLoop t) {
    t.run(
        () -> {
          var read = new ArrayList<Integer>();
          var pool = new Pool(10);
          var all = pool.imap(n -> n, counted(read, 100));
          assertThat(all.next()).isZero();
          Gevent.sleep(ofMillis(1));
          assertThat(read).hasSize(100);
          read.clear();
          try (var bounded = pool.imapUnordered(n -> n, counted(read, 100), 3)) {
            assertThat(bounded.next()).isZero();
            Gevent.sleep(ofMillis(1));
            assertThat(read.size()).isBetween(4, 5);
          }
          Gevent.sleep();
          int after = read.size();
          Gevent.sleep(ofMillis(1));
          assertThat(read).hasSize(after);
        });
  }

  private static Iterable<Integer> counted(List<Integer> read, int count) {
    return () -> IntStream.range(0, count).boxed().peek(read::add).iterator();
  }

  @Test
  @Parity({"GE-1.6.13", "GE-C26"})
  void imapUnorderedGivesThemAsTheyCome(TestLoop t) {
    t.run(
        () -> {
          for (String result :
              new Pool(3).imapUnordered(GeventPoolTest::slow, List.of(30, 10, 20))) {
            t.note(result);
          }
          var killed = new Pool(1).imapUnordered(GeventPoolTest::slow, List.of(10, 1000, 1000));
          assertThat(killed.next()).isEqualTo("10 ms");
          killed.close();
          assertThat(killed.hasNext()).isFalse();
        });

    assertThat(t.trail()).containsExactly("10 ms@10", "20 ms@20", "30 ms@30");
  }

  @Test
  @Parity({"GE-1.6.14", "GE-C29"})
  void anErrorOfTheArgumentsReachesTheReader(TestLoop t) {
    t.run(
        () -> {
          Iterable<Integer> broken =
              () ->
                  IntStream.range(0, 3)
                      .mapToObj(
                          n -> {
                            if (n == 2) {
                              throw new IllegalStateException("arguments");
                            }
                            return n;
                          })
                      .iterator();
          for (var results :
              List.of(
                  new Pool(1).imap(GeventPoolTest::slow, broken),
                  new Pool(1).imapUnordered(GeventPoolTest::slow, broken))) {
            assertThatThrownBy(() -> results.forEachRemaining(t::note)).hasMessage("arguments");
          }
          assertThat(t.errors()).hasSize(2);
        });

    assertThat(t.trail()).startsWith("0 ms@0", "1 ms@1");
  }

  @Test
  @Parity({"GE-1.6.15", "GE-1.6.18", "GE-1.6.19", "GE-C27"})
  void theSizeOfAPool(TestLoop t) {
    t.run(
        () -> {
          assertThatThrownBy(() -> new Pool(-1)).isInstanceOf(IllegalArgumentException.class);
          var none = new Pool(0);
          assertThat(none.isFull()).isTrue();
          assertThat(none.awaitAvailable(ofMillis(10))).isZero();
          assertThat(Timeout.silent(ofMillis(10), () -> none.spawn(() -> slow(1)))).isFalse();
          var unlimited = new Pool();
          assertThat(unlimited.freeCount()).isEqualTo(1);
          assertThat(unlimited.isFull()).isFalse();
          var pool = new Pool(2);
          pool.spawn(() -> slow(10));
          assertThat(pool.freeCount()).isEqualTo(1);
          assertThat(pool.awaitAvailable()).isEqualTo(1);
          pool.spawn(() -> slow(20));
          assertThat(pool.isFull()).isTrue();
          assertThat(pool.awaitAvailable()).isEqualTo(1);
          t.note("room");
        });

    assertThat(t.trail()).containsExactly("room@30");
  }

  @Test
  @Parity({"GE-1.6.16", "GE-C25"})
  void aFullPoolMakesASpawnWaitOrSaysSo(TestLoop t) {
    t.run(
        () -> {
          var pool = new Pool(1);
          pool.spawn(() -> slow(10));
          var second = new Greenlet<>(() -> slow(10));
          assertThatThrownBy(() -> pool.add(second, java.time.Duration.ZERO))
              .isInstanceOf(PoolFullException.class);
          assertThatThrownBy(() -> pool.start(second, ofMillis(5)))
              .isInstanceOf(PoolFullException.class)
              .hasMessage("add: no room in Pool of 1 of 1 greenlets within PT0.005S");
          t.note("full");
          pool.spawn(() -> slow(10));
          t.note("spawned");
          pool.join();
          t.note("joined");
        });

    assertThat(t.trail()).containsExactly("full@5", "spawned@10", "joined@20");
  }

  @Test
  @Parity({"GE-1.6.17"})
  void membersThatAllSpawnIntoTheirOwnFullPoolAreTold(TestLoop t) {
    t.run(
        () -> {
          var pool = new Pool(2);
          var one =
              pool.spawn(
                  () -> {
                    pool.spawn(() -> slow(1));
                    return "spawned";
                  });
          var other =
              pool.spawn(
                  () -> {
                    pool.spawn(() -> slow(1));
                    return "spawned";
                  });
          Gevent.joinAll(List.of(one, other));
          assertThat(one.isSuccessful()).isTrue(); // the end of the other one made room
          assertThat(other.getException())
              .isInstanceOf(LoopExit.class)
              .hasMessageContaining("all 2 members of Pool of 2 of 2 greenlets wait for room");
          assertThat(t.errors()).hasSize(1);
        });
  }

  @Test
  @Parity("GE-C24")
  void manyMembersRunAtTheSameTimeAndOneThatFailsFreesItsPlace(TestLoop t) {
    t.run(
        () -> {
          var pool = new Pool(2);
          IntStream.range(0, 4).forEach(i -> pool.spawn(() -> slow(10)));
          pool.join();
          t.note("joined");
          for (int i = 0; i < 4; i++) {
            pool.spawn(
                () -> {
                  throw new IOException("member");
                });
          }
          pool.join();
          assertThat(pool.freeCount()).isEqualTo(2);
          assertThat(t.errors()).hasSize(4);
        });

    assertThat(t.trail()).containsExactly("joined@20");
  }

  @Test
  @Parity("GE-C25")
  void aDiscardedMemberFreesItsPlace(TestLoop t) {
    t.run(
        () -> {
          var pool = new Pool(1);
          var member = pool.spawn(() -> slow(10));
          pool.discard(member);
          assertThat(pool.freeCount()).isEqualTo(1);
          pool.spawn(() -> slow(10));
          t.note("spawned");
          assertThat(member.get()).isEqualTo("10 ms");
        });

    assertThat(t.trail()).containsExactly("spawned@0");
  }

  @Test
  @Parity({"GE-1.6.2", "GE-1.6.11"})
  void aMemberThatCannotStartIsNoMember() {
    var options = LoopOptions.defaults().withClock(new VirtualClock()).withMaxTasks(2);
    try (var t = TestLoop.of(options)) {
      t.run(
          () -> {
            var blocker = Gevent.spawn(() -> slow(10));
            var pool = new Pool(1);
            var late = new Greenlet<>(() -> slow(1));
            assertThatThrownBy(() -> pool.start(late))
                .isInstanceOf(RejectedExecutionException.class);
            assertThatThrownBy(() -> pool.start(late, ofMillis(1)))
                .isInstanceOf(RejectedExecutionException.class);
            assertThat(pool.freeCount()).isOne();
            pool.join();
            blocker.join();
            pool.start(late);
            assertThat(late.get()).isEqualTo("1 ms");
            pool.join();
            assertThat(pool.awaitAvailable()).isOne();
          });
    }
  }
}
