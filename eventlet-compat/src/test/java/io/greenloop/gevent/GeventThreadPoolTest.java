package io.greenloop.gevent;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

@RealTime
class GeventThreadPoolTest {
  private static void run(ThrowingBody body) {
    try (var t = TestLoop.real()) {
      t.run(() -> body.run(t));
    }
  }

  private interface ThrowingBody {
    void run(TestLoop t) throws Exception;
  }

  @Test
  @Parity({"GE-1.9.1", "GE-1.9.3", "GE-C50"})
  void jobsRunOnThreadsMadeOnDemandAndASpawnWaitsWhenAllAreTaken() {
    run(
        t -> {
          var pool = new ThreadPool(2);
          assertThat(pool.size()).isZero();
          var gate = new CountDownLatch(1);
          List<AsyncResult<Boolean>> results = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            results.add(
                pool.spawn(
                    () -> {
                      gate.await();
                      return Thread.currentThread().getName().startsWith("gevent-threadpool-");
                    }));
          }
          assertThat(pool.size()).isEqualTo(2);
          assertThat(pool.outstanding()).isEqualTo(3);
          assertThat(Timeout.silent(ofMillis(10), () -> pool.spawn(() -> ""))).isFalse();
          gate.countDown();
          for (AsyncResult<Boolean> result : results) {
            assertThat(result.get()).isTrue();
          }
          pool.join();
          assertThat(pool.outstanding()).isZero();
          pool.kill();
        });
  }

  @Test
  @Parity({"GE-1.9.3", "GE-C50"})
  void anotherThreadIsRefused() {
    run(
        t -> {
          var pool = new ThreadPool(1);
          String refusal =
              pool.apply(
                  () -> {
                    try {
                      pool.spawn(() -> "");
                      return "";
                    } catch (InvalidThreadUseError refused) {
                      return refused.getMessage();
                    }
                  });
          assertThat(refusal).contains("this pool belongs to hub").contains("post to that loop");
          pool.kill();
        });
  }

  @Test
  @Parity({"GE-1.9.2", "GE-1.9.4", "GE-C50"})
  void applyWaitsAndIsCalledOnTheSpotInsideAJob() {
    run(
        t -> {
          var pool = Gevent.hub().threadPool();
          assertThat(pool.maxSize()).isEqualTo(10);
          String nested =
              pool.apply(
                  () -> {
                    String outer = Thread.currentThread().getName();
                    return pool.apply(() -> outer.equals(Thread.currentThread().getName()) + "");
                  });
          assertThat(nested).isEqualTo("true");
          assertThatThrownBy(
                  () ->
                      pool.apply(
                          () -> {
                            throw new IOException("job");
                          }))
              .hasMessage("job");
        });
  }

  @Test
  @Parity({"GE-1.9.2", "GE-1.11.10"})
  void aFullPoolDoesNotHoldUpTheResolver() {
    run(
        t -> {
          var gate = new CountDownLatch(1);
          var pool = Gevent.hub().threadPool();
          for (int i = 0; i < 11; i++) {
            pool.spawn(
                () -> {
                  gate.await();
                  return null;
                });
          }
          var resolver = Gevent.hub().resolver();
          assertThat(resolver.address("localhost").isLoopbackAddress()).isTrue();
          assertThat(resolver.addresses("127.0.0.1")).hasSize(1);
          assertThat(resolver.nameOf(resolver.address("127.0.0.1"))).isNotEmpty();
          assertThat(resolver.fullName("127.0.0.1")).isNotEmpty();
          gate.countDown();
          pool.join();
        });
  }

  @Test
  @Parity({"GE-1.9.5", "GE-1.6.20", "GE-1.6.9", "GE-C50"})
  void mapsAsAPoolAndItsCallbackRunsOnTheSpot() {
    run(
        t -> {
          var pool = new ThreadPool(3);
          assertThat(pool.map(n -> n * n, List.of(1, 2, 3))).containsExactly(1, 4, 9);
          var ordered = new ArrayList<Integer>();
          pool.imap(n -> n * n, List.of(1, 2, 3)).forEachRemaining(ordered::add);
          assertThat(ordered).containsExactly(1, 4, 9);
          var unordered = new ArrayList<Integer>();
          pool.imapUnordered(n -> n * n, List.of(1, 2, 3)).forEachRemaining(unordered::add);
          assertThat(unordered).containsExactlyInAnyOrder(1, 4, 9);
          assertThat(pool.applyAsync(() -> "later").get()).isEqualTo("later");
          var heard = new ArrayList<String>();
          pool.<String>applyCb(() -> "cb", heard::add);
          assertThat(heard).containsExactly("cb");
          pool.kill();
        });
  }

  @Test
  @Parity("GE-1.9.6")
  void aTimeLimitLeavesTheJobRunning() {
    run(
        t -> {
          var pool = new ThreadPool(1);
          var gate = new CountDownLatch(1);
          var result =
              pool.spawn(
                  () -> {
                    gate.await();
                    return "end";
                  });
          assertThatThrownBy(() -> result.get(ofMillis(5))).isInstanceOf(Timeout.class);
          gate.countDown();
          assertThat(result.get()).isEqualTo("end");
          pool.kill();
        });
  }

  @Test
  @Parity({"GE-1.9.7", "GE-1.9.10"})
  void aJobThatWaitsHasAHubOfItsOwn() {
    run(
        t -> {
          var pool = new ThreadPool(1);
          Hub mine = Gevent.hub();
          Hub there =
              pool.apply(
                  () -> {
                    Gevent.sleep(ofMillis(1));
                    assertThat(Gevent.spawn(() -> "there").get()).isEqualTo("there");
                    return Gevent.hub();
                  });
          assertThat(there).isNotSameAs(mine);
          assertThat(there.eventLoop().isClosed()).isTrue();
          pool.kill();
        });
  }

  @Test
  @Parity({"GE-1.9.8", "GE-C50"})
  void theSizeCanBeChangedAndAKilledPoolStartsAnew() {
    run(
        t -> {
          var pool = new ThreadPool(1);
          pool.apply(() -> "");
          pool.setMaxSize(3);
          assertThat(pool.maxSize()).isEqualTo(3);
          var gate = new CountDownLatch(3);
          for (int i = 0; i < 3; i++) {
            pool.spawn(
                () -> {
                  gate.countDown();
                  gate.await(); // three at a time, or never
                  return null;
                });
          }
          pool.join();
          assertThat(pool.size()).isEqualTo(3);
          pool.kill();
          assertThat(pool.apply(() -> "again")).isEqualTo("again");
          assertThatThrownBy(() -> new ThreadPool(-1)).isInstanceOf(IllegalArgumentException.class);
          pool.kill();
        });
  }

  @Test
  @Parity("GE-1.9.8")
  void whoWaitedWhenThePoolBecameSmallerWaitsUntilItHasRoom() {
    run(
        t -> {
          var pool = new ThreadPool(2);
          List<CountDownLatch> gates = new ArrayList<>();
          List<AsyncResult<String>> results = new ArrayList<>();
          for (int i = 0; i < 3; i++) { // one more than there are threads may be under way
            var gate = new CountDownLatch(1);
            gates.add(gate);
            results.add(
                pool.spawn(
                    () -> {
                      gate.await();
                      return "";
                    }));
          }
          var late = Gevent.spawn(() -> pool.spawn(() -> "late").get());
          Gevent.sleep();

          pool.setMaxSize(1);
          gates.get(0).countDown();
          results.get(0).get();
          Gevent.sleep();
          Gevent.sleep();
          assertThat(pool.outstanding()).isEqualTo(2);

          gates.forEach(CountDownLatch::countDown);
          assertThat(late.get()).isEqualTo("late");
          pool.join();
          assertThat(pool.maxSize()).isEqualTo(1);
          assertThat(Timeout.silent(ofMillis(10_000), () -> spawnTwo(pool))).isTrue();
          pool.kill();
        });
  }

  /** As many as may be under way at a time. */
  private static void spawnTwo(ThreadPool pool) {
    pool.spawn(() -> "");
    pool.spawn(() -> "").get();
  }

  @Test
  @Parity("GE-1.9.5")
  void aJobThatOutlivesItsLoopDisturbsNobody() throws Exception {
    var gate = new CountDownLatch(1);
    var worker = new java.util.concurrent.CompletableFuture<Thread>();
    var uncaught = new java.util.concurrent.atomic.AtomicReference<Throwable>();
    run(
        t -> {
          var pool = new ThreadPool(1);
          pool.spawn(
              () -> {
                Thread.currentThread()
                    .setUncaughtExceptionHandler((thread, thrown) -> uncaught.set(thrown));
                worker.complete(Thread.currentThread());
                gate.await();
                return null;
              });
          worker.join();
          pool.kill();
        });
    gate.countDown();
    worker.get().join();
    assertThat(uncaught.get()).isNull();
  }
}
