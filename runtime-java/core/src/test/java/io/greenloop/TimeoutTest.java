package io.greenloop;

import static io.greenloop.Aio.currentTask;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.timeout;
import static io.greenloop.Aio.timeoutAt;
import static io.greenloop.Aio.timeoutScope;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.internal.loop.LoopCores;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class TimeoutTest {
  private final List<TimeoutScope> scopes = new ArrayList<>();

  private TimeoutScope kept(int index) {
    return scopes.get(index);
  }

  @Test
  @Parity({"TASK-28", "AC-timeouts.1", "EXC-2"})
  void theDeadlineEndsTheBody(TestLoop t) {
    var core = LoopCores.of(t.loop());
    t.run(
        () -> {
          assertThatThrownBy(
                  () ->
                      timeoutScope(
                          ofMillis(10),
                          scope -> {
                            scopes.add(scope);
                            assertThat(scope.deadline()).contains(t.loop().time().plusMillis(10));
                            assertThat(scope.expired()).isFalse();
                            sleep(ofMillis(100));
                            return "never";
                          }))
              .isInstanceOf(AsyncTimeoutException.class)
              .hasMessage("time limit of PT0.01S passed")
              .hasCauseInstanceOf(CancelledError.class);
          t.note("timeout");
          assertThat(kept(0).expired()).isTrue();
          assertThat(kept(0).deadline()).contains(ofMillis(10));
          assertThat(currentTask().orElseThrow().cancelRequests()).isZero();
          assertThat(core.pendingTimers()).isZero();
        });

    assertThat(t.trail()).containsExactly("timeout@10");
  }

  @Test
  @Parity({"TASK-28", "AC-timeouts.1"})
  void aDeadlineMayBeAPointInTime(TestLoop t) {
    t.run(
        () -> {
          sleep(ofMillis(5));
          assertThatThrownBy(
                  () -> timeoutAt(t.loop().time().plusMillis(10), scope -> newPromise().join()))
              .isInstanceOf(AsyncTimeoutException.class);
          t.note("timeout");
        });

    assertThat(t.trail()).containsExactly("timeout@15");
  }

  @Test
  @Parity({"TASK-28", "TASK-29", "AC-timeouts.1"})
  void withoutALimitAndWithoutNeedNothingHappens(TestLoop t) {
    t.run(
        () -> {
          String value =
              timeoutScope(
                  null,
                  scope -> {
                    scopes.add(scope);
                    assertThat(scope.deadline()).isEmpty();
                    sleep(ofMillis(50));
                    return "value";
                  });
          assertThat(value).isEqualTo("value");
          assertThat(kept(0).expired()).isFalse();
          assertThat(timeout(ofMillis(100), () -> 7)).isEqualTo(7);
        });
  }

  @Test
  @Parity({"TASK-28", "AC-timeouts.6"})
  void itNeedsATask(TestLoop t) {
    t.loop()
        .callSoon(
            () ->
                t.note(
                    catchThrowable(() -> timeout(ofMillis(1), () -> 1))
                        .getMessage()
                        .replaceAll("loop-\\d+", "L")));
    t.runUntilIdle();

    assertThat(t.trail())
        .containsExactly(
            "timeout on loop 'L' in a callback: there is no task to park; spawn one for code that"
                + " waits@0");
  }

  @Test
  @Parity({"TASK-28", "AC-timeouts.2"})
  void zeroOrPastFiresAtTheFirstSuspensionEvenABareYieldNotInline(TestLoop t) {
    t.run(
        () -> {
          for (Duration limit : List.of(ZERO, ofMillis(-10))) {
            assertThatThrownBy(
                    () ->
                        timeout(
                            limit,
                            () -> {
                              t.note("body");
                              yieldNow();
                              t.note("after yield");
                            }))
                .isInstanceOf(AsyncTimeoutException.class);
          }
          assertThat(timeout(ZERO, () -> "no suspension")).isEqualTo("no suspension");
          assertThatThrownBy(
                  () ->
                      timeoutAt(
                          t.loop().time().minusMillis(5),
                          scope -> {
                            yieldNow();
                            return 1;
                          }))
              .isInstanceOf(AsyncTimeoutException.class);
        });

    assertThat(t.trail()).containsExactly("body@0", "body@0");
  }

  @Test
  @Parity({"TASK-29", "AC-timeouts.6"})
  void reschedulingMovesOrDisablesTheDeadline(TestLoop t) {
    t.run(
        () -> {
          timeoutScope(
              ofMillis(10),
              scope -> {
                scope.reschedule(ofMillis(50));
                assertThat(scope.deadline()).contains(t.loop().time().plusMillis(50));
                sleep(ofMillis(40));
                scope.reschedule(null);
                assertThat(scope.deadline()).isEmpty();
                sleep(ofMillis(100));
                return 1;
              });
          t.note("not expired");
          assertThatThrownBy(
                  () ->
                      timeoutScope(
                          null,
                          scope -> {
                            scope.reschedule(ofMillis(5));
                            return newPromise().join();
                          }))
              .isInstanceOf(AsyncTimeoutException.class)
              .hasMessage("time limit of PT0.005S passed");
          t.note("expired");
        });

    assertThat(t.trail()).containsExactly("not expired@140", "expired@145");
  }

  @Test
  @Parity({"TASK-29", "AC-timeouts.6"})
  void reschedulingIsRefusedOnceExpiringExpiredOrLeft(TestLoop t) {
    t.run(
        () -> {
          catchThrowable(
              () ->
                  timeoutScope(
                      ofMillis(1),
                      scope -> {
                        scopes.add(scope);
                        try {
                          return newPromise().join();
                        } finally {
                          assertThatThrownBy(() -> scope.reschedule(ofMillis(5)))
                              .isInstanceOf(IllegalStateException.class)
                              .hasMessage(
                                  "reschedule: this timeout is expiring; only a running one can be"
                                      + " moved");
                        }
                      }));
          assertThatThrownBy(() -> kept(0).reschedule(ofMillis(5)))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage("reschedule: this timeout is expired; only a running one can be moved");
          timeoutScope(ofMillis(1), scopes::add);
          assertThatThrownBy(() -> kept(1).reschedule(ofMillis(5)))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage("reschedule: this timeout is exited; only a running one can be moved");
        });
  }

  @Test
  @Parity("TASK-31")
  void aBodyThatFinishesInTheTurnOfTheTimerWinsAndTheCancelIsWithdrawn(TestLoop t) {
    t.run(
        () -> {
          Promise<String> promise = newPromise();
          t.loop().callLater(ofMillis(10), () -> promise.complete("value")); // first in the turn
          String value =
              timeoutScope(
                  ofMillis(10),
                  scope -> {
                    scopes.add(scope);
                    try {
                      return promise.join();
                    } catch (CancelledError replaced) {
                      // The cancel came between woken and running; a body may still answer.
                      return promise.getNow();
                    }
                  });
          assertThat(value).isEqualTo("value");
          assertThat(kept(0).expired()).isTrue();
          sleep(ofMillis(1)); // not cancelled
          assertThat(currentTask().orElseThrow().cancelRequests()).isZero();
        });
  }

  @Test
  @Parity("TASK-31")
  void aCancelThatTheBodyDidNotSeeIsWithdrawnAtItsEnd(TestLoop t) {
    t.run(
        () -> {
          String value =
              timeoutScope(
                  ofMillis(10),
                  scope -> {
                    scopes.add(scope);
                    return Aio.blocking(TimeoutTest::ignoresItsInterrupt);
                  });
          assertThat(value).isEqualTo("interrupted");
          assertThat(kept(0).expired()).isTrue();
          sleep(ofMillis(1)); // nothing is pending any more
          assertThat(currentTask().orElseThrow().cancelRequests()).isZero();
        });
  }

  private static String ignoresItsInterrupt() {
    try {
      new CountDownLatch(1).await();
      return "";
    } catch (InterruptedException e) {
      return "interrupted";
    }
  }

  @Test
  void oneThatIsMovedInTheTurnInWhichItIsDueDoesNotPass(TestLoop t) {
    t.run(
        () -> {
          spawn(
              () -> {
                sleep(ofMillis(10));
                kept(0).reschedule(null);
              });
          yieldNow(); // its timer is the first of the two
          timeoutScope(
              ofMillis(10),
              scope -> {
                scopes.add(scope);
                sleep(ofMillis(20));
                return 0;
              });

          assertThat(kept(0).expired()).isFalse();
        });
  }
}
