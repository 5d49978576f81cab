package io.greenloop.eventlet;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import org.junit.jupiter.api.Test;

class SemaphoreTest {
  @Test
  @Parity({"EV-1.7.1", "EV-1.7.5", "EV-C44"})
  void itHasItsPermits(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new Semaphore(2);
          assertThat(semaphore.isLocked()).isFalse();
          semaphore.acquire();
          semaphore.acquire();
          assertThat(semaphore.counter()).isZero();
          assertThat(semaphore.isLocked()).isTrue();
          assertThat(semaphore.isBounded()).isFalse();
          Eventlet.spawn(semaphore::acquire);
          Eventlet.sleep();
          assertThat(semaphore.balance()).isEqualTo(-1);
          assertThat(new Semaphore().counter()).isEqualTo(1);
        });
    assertThatThrownBy(() -> new Semaphore(-1))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("Semaphore: permits = -1 (expected >= 0)");
  }

  @Test
  @Parity({"EV-1.7.2", "EV-C44"})
  void anAcquireWaitsAsLongAsItIsToldTo(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new Semaphore(0);
          assertThat(semaphore.tryAcquire()).isFalse();
          assertThat(semaphore.tryAcquire(ZERO)).isFalse();
          assertThat(semaphore.tryAcquire(ofMillis(5))).isFalse();
          t.note("over");
          Eventlet.spawnAfter(ofMillis(5), semaphore::release);
          assertThat(semaphore.tryAcquire(ofMillis(6))).isTrue();
          t.note("got it");
          assertThatThrownBy(() -> semaphore.tryAcquire(ofMillis(-1)))
              .isExactlyInstanceOf(IllegalArgumentException.class);
          assertThat(semaphore.balance()).isZero();
        });

    assertThat(t.trail()).containsExactly("over@5", "got it@10");
  }

  @Test
  @Parity({"EV-1.7.3", "EV-1.7.4"})
  void aNewcomerThatDoesNotWaitMayWinBeforeTheWaiterRuns(TestLoop t) {
    // eventlet 0.33.1 on CPython 3.11 gives the same trail
    t.run(
        () -> {
          var semaphore = new Semaphore(0);
          for (String name : new String[] {"one", "two"}) {
            Eventlet.spawn(
                () -> {
                  semaphore.acquire();
                  t.note(name);
                });
          }
          Eventlet.sleep();
          semaphore.release();
          t.note("released");
          assertThat(semaphore.tryAcquire()).isTrue();
          Eventlet.sleep();
          t.note("barged");
          semaphore.release();
          Eventlet.spawn(
              () -> {
                semaphore.acquire();
                t.note("newcomer");
              });
          Eventlet.sleep();
          semaphore.release();
          semaphore.release();
          Eventlet.sleep();
        });

    assertThat(t.trail()).containsExactly("released@0", "barged@0", "one@0", "two@0", "newcomer@0");
  }

  @Test
  @Parity("EV-1.7.6")
  void aHoldGivesItBackOnce(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new Semaphore(1);
          try (var _ = semaphore.hold()) {
            assertThat(semaphore.isLocked()).isTrue();
          }
          assertThat(semaphore.counter()).isEqualTo(1);
          Semaphore.Hold twice = semaphore.hold();
          twice.close();
          twice.close();
          assertThat(semaphore.counter()).isEqualTo(1);
        });
  }

  @Test
  @Parity("EV-1.7.7")
  void aWaiterThatIsKilledOrOutOfTimeTakesNoPermit(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new Semaphore(0);
          var killed = Eventlet.spawn(semaphore::acquire);
          Eventlet.spawn(() -> semaphore.tryAcquire(ofMillis(1)));
          Eventlet.spawn(
              () -> {
                semaphore.acquire();
                t.note("third");
              });
          Eventlet.sleep();
          assertThat(semaphore.balance()).isEqualTo(-3);
          killed.kill();
          Eventlet.sleep(ofMillis(2));
          assertThat(semaphore.balance()).isEqualTo(-1);
          semaphore.release();
          Eventlet.sleep();
          assertThat(semaphore.counter()).isZero();
        });

    assertThat(t.trail()).containsExactly("third@2");
  }

  @Test
  @Parity({"EV-1.7.8", "EV-C44"})
  void aBoundedOneRefusesToBeReleasedTooOften(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new BoundedSemaphore(1);
          semaphore.acquire();
          semaphore.release();
          assertThatThrownBy(semaphore::release)
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessageEndingWith("was released too many times");
          assertThat(semaphore.counter()).isEqualTo(1);
          assertThatThrownBy(() -> new BoundedSemaphore(0).release())
              .isExactlyInstanceOf(IllegalStateException.class);
        });
  }

  @Test
  @Parity({"EV-1.7.9", "EV-C44"})
  void aCappedOneWaitsAtBothEnds(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new CappedSemaphore(1, 2);
          semaphore.release();
          assertThat(semaphore.isBounded()).isTrue();
          assertThat(semaphore.tryRelease()).isFalse();
          Eventlet.spawn(
              () -> {
                semaphore.release();
                t.note("released");
              });
          Eventlet.sleep(ofMillis(3));
          semaphore.acquire();
          Eventlet.sleep();
          assertThat(semaphore.balance()).isEqualTo(2);
          semaphore.acquire();
          semaphore.acquire();
          assertThat(semaphore.isLocked()).isTrue();
          assertThat(semaphore.tryAcquire()).isFalse();
          Eventlet.spawn(
              () -> {
                try (var _ = semaphore.hold()) {
                  t.note("acquired");
                }
              });
          Eventlet.sleep(ofMillis(3));
          semaphore.release();
          Eventlet.sleep();
        });

    assertThat(t.trail()).containsExactly("released@3", "acquired@6");
    assertThatThrownBy(() -> new CappedSemaphore(3, 2))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("CappedSemaphore: permits = 3 (expected <= limit = 2)");
  }

  @Test
  @Parity("EV-1.7.10")
  void aLockIsReleasedByWhoHasAcquiredItOnly(TestLoop t) {
    t.run(
        () -> {
          var lock = new Lock();
          assertThatThrownBy(lock::release)
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessageEndingWith("is not held; acquire it first");
          try (var _ = lock.hold()) {
            assertThat(lock.tryAcquire()).isFalse();
          }
          assertThat(lock.isLocked()).isFalse();
        });
  }

  @Test
  @Parity("EV-1.7.11")
  void aReleaseOfAnotherThreadIsPosted(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new Semaphore(0);
          var expected = t.loop().expectPosts();
          Thread.ofPlatform()
              .start(
                  () -> {
                    // not before somebody waits: else there is no loop to post to
                    while (semaphore.balance() == 0) {
                      Thread.onSpinWait();
                    }
                    semaphore.release();
                  });

          semaphore.acquire();

          expected.remove();
          assertThat(semaphore.counter()).isZero();
        });
  }

  @Test
  @Parity("EV-1.7.12")
  void aLatchIsWaitedForUntilItIsZeroAgain(TestLoop t) {
    t.run(
        () -> {
          var latch = new CountLatch();
          latch.await();
          latch.inc(2);
          Eventlet.spawnAfter(ofMillis(5), () -> latch.dec());
          Eventlet.spawnAfter(ofMillis(9), () -> latch.dec());
          latch.await();
          t.note("zero");
          latch.inc();
          latch.dec(3);
          assertThat(latch.count()).isZero();
          latch.await();
          assertThatThrownBy(() -> latch.inc(0))
              .isExactlyInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(latch::dec).isExactlyInstanceOf(IllegalStateException.class);
        });

    assertThat(t.trail()).containsExactly("zero@9");
  }

  @Test
  void codeOfAnotherLoopIsToldToPost(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new Semaphore(0);
          Eventlet.spawn(() -> semaphore.acquire());
          Eventlet.sleep();

          String refusal = t.loop().runInExecutor(null, () -> refusalElsewhere(semaphore)).join();

          assertThat(refusal)
              .contains("is waited for on " + t.loop())
              .contains("post between them by callSoonThreadsafe");
          semaphore.release();
          Eventlet.sleep();
          assertThat(semaphore.balance()).isZero();
        });
  }

  private static String refusalElsewhere(Semaphore semaphore) {
    try (TestLoop other = TestLoop.virtual()) {
      return other.run(
          () -> {
            try {
              semaphore.acquire();
              return "acquired";
            } catch (IllegalStateException refused) {
              return refused.getMessage();
            }
          });
    }
  }
}
