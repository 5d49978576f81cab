package io.greenloop.sync;

import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.AsyncTimeoutException;
import io.greenloop.Task;
import io.greenloop.testing.Parity;
import io.greenloop.testing.Seeds;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SemaphoreTest {
  private static Task<@Nullable Void> taker(TestLoop t, Semaphore semaphore, String who) {
    return spawn(
        () -> {
          semaphore.acquire();
          t.note(who);
        });
  }

  @Test
  @Parity("SYNC-9")
  void aNegativeNumberOfPermitsIsRefused() {
    assertThatThrownBy(() -> new Semaphore(-3))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("Semaphore: permits = -3 (expected >= 0)");
  }

  @Test
  @Parity({"SYNC-9", "SYNC-14"})
  void permitsAreTakenWithoutSuspendingAndComeBack(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new Semaphore(2);
          spawn(() -> t.note("other"));
          try (var _ = semaphore.acquire();
              var _ = semaphore.acquire()) {
            assertThat(semaphore.isLocked()).isTrue();
            assertThat(semaphore.tryAcquire()).isFalse();
          }
          assertThat(semaphore.permits()).isEqualTo(2);
          t.note("main");
          yieldNow();
        });

    assertThat(t.trail()).containsExactly("main@0", "other@0");
  }

  @Test
  @Parity({"SYNC-9", "SYNC-10"})
  void aReleasedPermitIsTheFirstWaitersAndNobodyBargesIn(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new Semaphore(1);
          semaphore.acquire();
          taker(t, semaphore, "waiter");
          yieldNow();

          semaphore.release();

          assertThat(semaphore.permits()).isZero();
          assertThat(semaphore.isLocked()).isTrue();
          assertThat(semaphore.tryAcquire()).isFalse();
          var newcomer = taker(t, semaphore, "newcomer");
          yieldNow();
          semaphore.release();
          newcomer.join();
        });

    assertThat(t.trail()).containsExactly("waiter@0", "newcomer@0");
  }

  @Test
  @Parity("SYNC-10")
  void severalReleasesWakeSeveralWaitersInOrder(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new Semaphore(0);
          for (String who : new String[] {"a", "b", "c"}) {
            taker(t, semaphore, who);
          }
          yieldNow();

          semaphore.release();
          semaphore.release();
          semaphore.release();
          semaphore.release();
          yieldNow();

          assertThat(semaphore.permits()).isEqualTo(1);
        });

    assertThat(t.trail()).containsExactly("a@0", "b@0", "c@0");
  }

  @Test
  @Parity("SYNC-10")
  void aPermitHandedToAWaiterThatIsCancelledThenGoesToTheNext(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new Semaphore(0);
          var first = taker(t, semaphore, "first");
          var second = taker(t, semaphore, "second");
          var third = taker(t, semaphore, "third");
          yieldNow();

          semaphore.release();
          first.cancel();
          second.cancel();
          third.join();

          assertThat(first.isCancelled()).isTrue();
          assertThat(second.isCancelled()).isTrue();
          assertThat(semaphore.permits()).isZero();
        });

    assertThat(t.trail()).containsExactly("third@0");
  }

  @Test
  @Parity("SYNC-10")
  void aTimedOutWaiterTakesNothing(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new Semaphore(0);
          assertThatThrownBy(() -> Aio.timeout(ofMillis(5), () -> semaphore.acquire()))
              .isExactlyInstanceOf(AsyncTimeoutException.class);

          semaphore.release();

          assertThat(semaphore.tryAcquire()).isTrue();
        });
  }

  @Test
  @Parity("SYNC-11")
  void aBoundedOneIsNotReleasedAboveItsBound(TestLoop t) {
    t.run(
        () -> {
          var semaphore = Semaphore.bounded(2);
          semaphore.acquire();
          semaphore.release();

          assertThatThrownBy(semaphore::release)
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "BoundedSemaphore.release: all 2 permits of boundedSemaphore@"
                      + Integer.toHexString(System.identityHashCode(semaphore))
                      + " are back already; release once for each acquire");
          assertThat(semaphore.permits()).isEqualTo(2);
          new Semaphore(2).release(); // a plain one does not mind
        });
  }

  @Seeds(50)
  @Parity("SYNC-10")
  void noPermitIsLostOrDoubled(TestLoop t, long seed) {
    var random = new java.util.Random(seed);
    t.run(
        () -> {
          var semaphore = new Semaphore(3);
          var inside = new int[1];
          var tasks = new ArrayList<Task<@Nullable Void>>();
          for (int i = 0; i < 15; i++) {
            tasks.add(
                spawn(
                    () -> {
                      for (int round = 0; round < 4; round++) {
                        try (var _ = semaphore.acquire()) {
                          inside[0]++;
                          assertThat(inside[0]).isLessThanOrEqualTo(3);
                          try {
                            yieldNow();
                          } finally {
                            inside[0]--;
                          }
                        }
                      }
                    }));
          }
          for (int i = 0; i < 30; i++) {
            yieldNow();
            tasks.get(random.nextInt(tasks.size())).cancel();
          }
          Aio.gatherSettled(tasks).join();

          assertThat(semaphore.permits()).isEqualTo(3);
        });
  }
}
