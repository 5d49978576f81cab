package io.greenloop.gevent;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GeventLockTest {
  @Test
  @Parity({"GE-1.7.1", "GE-C41"})
  void permitsAreCountedAndLimitsKept(TestLoop t) {
    t.run(
        () -> {
          assertThatThrownBy(() -> new Semaphore(-1))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("Semaphore: permits = -1 (expected >= 0)");
          var semaphore = new Semaphore();
          semaphore.acquire();
          assertThat(semaphore.isLocked()).isTrue();
          assertThat(semaphore.isReady()).isFalse();
          assertThat(semaphore.tryAcquire()).isFalse();
          assertThat(semaphore.acquire(ofMillis(10))).isFalse();
          t.note("late");
          t.loop().callLater(ofMillis(10), semaphore::release);
          assertThat(semaphore.acquire(ofMillis(100))).isTrue();
          t.note("in time");
          assertThat(semaphore.release()).isEqualTo(1);
          assertThat(semaphore.release()).isEqualTo(2);
          assertThat(semaphore.counter()).isEqualTo(2);
        });

    assertThat(t.trail()).containsExactly("late@10", "in time@20");
  }

  @Test
  @Parity({"GE-1.7.2", "GE-C41"})
  void firstComeFirstServedButANewcomerMayBargeInRightAfterARelease(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new Semaphore(0);
          List<Greenlet<?>> all = new ArrayList<>();
          for (String name : List.of("a", "b", "c")) {
            all.add(
                Gevent.spawn(
                    () -> {
                      semaphore.acquire();
                      t.note(name);
                    }));
          }
          Gevent.sleep();
          semaphore.release();
          assertThat(semaphore.tryAcquire()).isTrue();
          t.note("barged");
          Gevent.sleep();
          semaphore.release();
          semaphore.release();
          semaphore.release();
          Gevent.joinAll(all);
        });

    assertThat(t.trail()).containsExactly("barged@0", "a@0", "b@0", "c@0");
  }

  @Test
  @Parity({"GE-1.7.3", "GE-1.7.4", "GE-C41"})
  void awaitAvailableAndRawLinksTakeNothing(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new Semaphore(0);
          assertThat(semaphore.awaitAvailable(ofMillis(10))).isZero();
          semaphore.rawLink(s -> t.note("link " + s.counter()));
          var waiting = Gevent.spawn(() -> semaphore.awaitAvailable());
          Gevent.sleep();
          semaphore.release();
          assertThat(waiting.get()).isEqualTo(1);
          assertThat(semaphore.awaitAvailable()).isEqualTo(1);
          assertThat(semaphore.counter()).isEqualTo(1);
        });

    assertThat(t.trail()).containsExactly("link 1@10");
  }

  @Test
  @Parity("GE-1.7.5")
  void aHoldGivesItsPermitBack(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new Semaphore();
          try (var hold = semaphore.hold()) {
            assertThat(hold).isNotNull();
            assertThat(semaphore.isLocked()).isTrue();
          }
          assertThat(semaphore.isLocked()).isFalse();
        });
  }

  @Test
  @Parity({"GE-1.7.6", "GE-C41"})
  void aBoundedOneIsNotReleasedTooOften(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new BoundedSemaphore(2);
          semaphore.acquire();
          assertThat(semaphore.release()).isEqualTo(2);
          assertThatThrownBy(semaphore::release)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageStartingWith("release: nobody holds a permit of BoundedSemaphore@");
        });
  }

  @Test
  @Parity({"GE-1.7.7", "GE-C42"})
  void anRLockBelongsToAGreenlet(TestLoop t) {
    t.run(
        () -> {
          var lock = new RLock();
          var owner =
              Gevent.spawn(
                  () -> {
                    lock.acquire();
                    lock.acquire();
                    Gevent.sleep(ofMillis(10));
                    lock.release();
                    t.note("still");
                    Gevent.sleep(ofMillis(10));
                    lock.release();
                  });
          owner.setName("owner");
          Gevent.sleep();
          assertThat(lock.tryAcquire()).isFalse();
          assertThatThrownBy(lock::release)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageMatching(
                  "release: task 'Task-\\d+' does not have this lock; owner: greenlet 'owner'"
                      + " \\(running\\)");
          assertThat(lock.acquire(ofMillis(5))).isFalse();
          try (var _ = lock.hold()) {
            t.note("mine");
          }
          assertThat(lock.isLocked()).isFalse();
        });

    assertThat(t.trail()).containsExactly("still@10", "mine@20");
  }

  @Test
  @Parity("GE-1.7.8")
  void anUnlimitedOneNeverRunsOut(TestLoop t) {
    t.run(
        () -> {
          var unlimited = Semaphore.unlimited();
          for (int i = 0; i < 10; i++) {
            unlimited.acquire();
            assertThat(unlimited.acquire(ofMillis(1))).isTrue();
          }
          t.note("free");
        });

    assertThat(t.trail()).containsExactly("free@0");
  }

  @Test
  @Parity({"GE-1.7.9", "GE-C41", "GE-C42"})
  void anotherThreadReleasesByPosting(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new Semaphore(0);
          try (var _ = t.loop().expectPosts()) {
            Thread.ofPlatform().start(semaphore::release);
            semaphore.acquire();
          }
          assertThat(semaphore.counter()).isZero();
        });
  }

  @Test
  @Parity({"GE-1.7.10", "GE-C30"})
  void whoIsKilledOrTooLateTakesNoPermit(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new Semaphore(0);
          var killed = Gevent.spawn(() -> semaphore.acquire());
          var last =
              Gevent.spawn(
                  () -> {
                    semaphore.acquire();
                    t.note("last");
                  });
          Gevent.sleep();
          killed.kill(KillOptions.DEFAULT.nonBlocking());
          semaphore.release();
          last.join();
          assertThat(semaphore.counter()).isZero();

          assertThat(semaphore.acquire(ofMillis(5))).isFalse();
          assertThat(semaphore.release()).isEqualTo(1);
        });

    assertThat(t.trail()).containsExactly("last@0");
  }

  @Test
  @Parity({"GE-1.7.5", "GE-C42"})
  @io.greenloop.testing.RealTime
  void theHubIsNotMain() {
    try {
      var lock = new RLock();
      lock.acquire(); // on a plain thread
      List<Boolean> got = new ArrayList<>();
      Gevent.hub().loop().callSoon(() -> got.add(lock.tryAcquire()));
      Gevent.sleep();
      assertThat(got).containsExactly(false);
      lock.release();
    } finally {
      io.greenloop.eventlet.internal.Hubs.closeOwn();
    }
  }
}
