package io.greenloop;

import static io.greenloop.Aio.blocking;
import static io.greenloop.Aio.currentTask;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.timeout;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.greenloop.sync.Event;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A cancel that a scope asked for ends with the scope, whether a wait delivered it or not. */
class CancelOwnersTest {
  private static final CountDownLatch NEVER = new CountDownLatch(1);

  private static final class Kill extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Foreign code that takes an interrupt for its end: the cancel stays undelivered. */
  private static String swallowsInterrupt() {
    return blocking(
        () -> {
          try {
            NEVER.await();
            return "not interrupted";
          } catch (InterruptedException e) {
            return "interrupted";
          }
        });
  }

  private static void swallowACancel() {
    currentTask().orElseThrow().cancel("swallowed");
    assertThat(catchThrowable(() -> yieldNow())).isInstanceOf(CancelledError.class);
  }

  @Test
  void anUndeliveredTimeoutDoesNotHitALaterWait(TestLoop t) {
    t.run(
        () -> {
          swallowACancel();

          String result = timeout(ZERO, CancelOwnersTest::swallowsInterrupt);

          assertThat(result).isEqualTo("interrupted");
          sleep(ofMillis(1)); // nothing is pending
          assertThat(currentTask().orElseThrow().cancelRequests()).isEqualTo(1);
          currentTask().orElseThrow().uncancel();
        });
  }

  @Test
  void theUndeliveredCancelOfAGroupDoesNotHitALaterWait(TestLoop t) {
    t.run(
        () -> {
          swallowACancel();

          var failure =
              catchThrowableOfType(
                  ExceptionGroup.class,
                  () ->
                      TaskGroup.run(
                          group -> {
                            group.spawn(
                                () -> {
                                  throw new IOException("child");
                                });
                            assertThat(swallowsInterrupt()).isEqualTo("interrupted");
                          }));

          assertThat(failure.exceptions()).hasSize(1);
          sleep(ofMillis(1)); // nothing is pending
          currentTask().orElseThrow().uncancel();
        });
  }

  @Test
  void aCancelThatWasPendingAtTheEntryStaysACancelWhenTheTimePassesToo(TestLoop t) {
    t.run(
        () -> {
          Task<?> self = currentTask().orElseThrow();
          self.cancel("outside");

          Throwable thrown = catchThrowable(() -> timeout(ZERO, () -> sleep(ofMillis(100))));

          assertThat(thrown).isInstanceOf(CancelledError.class);
          assertThat(self.cancelRequests()).isEqualTo(1);
          self.uncancel();
          sleep(ofMillis(1));
        });
  }

  @Test
  void withdrawingOneUndeliveredRequestKeepsThatOfAnother(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    Task<?> self = currentTask().orElseThrow();
                    self.cancel("outside");
                    self.cancelFor(this, "scope");
                    assertThat(self.withdraw(this)).isEqualTo(1);
                    sleep(ofMillis(1));
                  });

          assertThat(catchThrowableOfType(CancelledError.class, task::join).reason())
              .isEqualTo("outside");
        });
  }

  @Test
  void aCancelPassedToAPromiseHitsTheNextWaitIfAThrowComesFirst(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    try {
                      newPromise().join();
                    } catch (Kill kill) {
                      t.note("killed");
                    }
                    sleep(ofMillis(10));
                    t.note("never");
                  });
          yieldNow();
          task.cancel("outside");
          task.throwInto(new Kill());

          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
        });

    assertThat(t.trail()).containsExactly("killed@0");
  }

  @Test
  void aThrowIntoTheEndOfAGroupStillCancelsAndAwaitsTheChildren(TestLoop t) {
    t.run(
        () -> {
          var kill = new Kill();
          var task =
              spawn(
                  () ->
                      TaskGroup.run(
                          group -> {
                            group.spawn(
                                () -> {
                                  try {
                                    newPromise().join();
                                  } finally {
                                    sleep(ofMillis(5));
                                    t.note("child cleaned up");
                                  }
                                });
                          }));
          sleep(ofMillis(1));
          task.throwInto(kill);

          var group = catchThrowableOfType(ExceptionGroup.class, task::join);
          t.note("group ended");
          assertThat(group.exceptions().getFirst()).isSameAs(kill);
        });

    assertThat(t.trail()).containsExactly("child cleaned up@6", "group ended@6");
  }

  @Test
  void aDeadLockAtTheEndOfAGroupStillEndsTheChildren(TestLoop t) {
    var group =
        catchThrowableOfType(
            ExceptionGroup.class,
            () ->
                t.run(
                    () ->
                        TaskGroup.run(
                            g -> {
                              g.spawn(
                                  () -> {
                                    try {
                                      new Event().waitFor();
                                    } finally {
                                      t.note("child ended");
                                    }
                                  });
                            })));

    assertThat(group.exceptions().getFirst()).isInstanceOf(LoopExit.class);
    assertThat(t.trail()).containsExactly("child ended@0");
  }

  @Test
  void aCancelThatAGroupPassesOnStillEndsWithTheTimeoutThatAsked(TestLoop t) {
    t.run(
        () -> {
          swallowACancel();

          var failed =
              catchThrowableOfType(
                  ExceptionGroup.class,
                  () ->
                      timeout(
                          ofMillis(10),
                          () -> {
                            TaskGroup.run(
                                group -> {
                                  group.spawn(
                                      () -> {
                                        try {
                                          newPromise().join();
                                        } catch (CancelledError cancelled) {
                                          throw new IOException("cleanup", cancelled);
                                        }
                                      });
                                });
                            return 0;
                          }));

          assertThat(failed.exceptions()).hasSize(1);
          assertThat(currentTask().orElseThrow().cancelRequests()).isEqualTo(1);
          sleep(ofMillis(1)); // nothing is pending
        });
  }

  @Test
  void aCancelThatAGroupPassesOnHitsTheNextWait(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    var failed =
                        catchThrowableOfType(
                            ExceptionGroup.class,
                            () ->
                                TaskGroup.run(
                                    group -> {
                                      try {
                                        newPromise().join();
                                      } catch (CancelledError cancelled) {
                                        // one that is delivered, and ends, in between
                                        var inner = CancelScope.of(ZERO);
                                        inner.run(() -> sleep(ofMillis(1)));
                                        throw new IOException("cleanup", cancelled);
                                      }
                                    }));
                    assertThat(failed.exceptions()).hasSize(1);
                    sleep(ofMillis(1));
                  });
          yieldNow();
          task.cancel("outside");

          var thrown = catchThrowableOfType(CancelledError.class, task::join);
          assertThat(thrown.reason()).isEqualTo("outside");
        });
  }

  @Test
  void aScopeThatIsCancelledInsideOfACancelTakesBackItsOwnOnly(TestLoop t) {
    t.run(
        () -> {
          var stage = new CompletableFuture<String>();
          var scope = CancelScope.create();
          stage.whenComplete((_, _) -> scope.cancel("stage ended"));
          var task =
              spawn(
                  () -> {
                    scope.run(() -> Aio.wrap(stage).join());
                    return "the cancel was lost";
                  });
          yieldNow();
          task.cancel("outside");

          assertThat(catchThrowable(task::join)).isInstanceOf(CancelledError.class);
        });
  }
}
