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
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.sync.Condition;
import io.greenloop.testing.Exploration;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** Code that is cut short while its task goes on. */
class CancelScopeTest {
  private static void nothingIsPending() {
    assertThat(currentTask().orElseThrow().cancelRequests()).isZero();
    sleep(ofMillis(1));
  }

  @Test
  void aBodyInTimeGivesItsResult(TestLoop t) {
    t.run(
        () -> {
          var scope = CancelScope.of(ofMillis(10));
          String result =
              scope.run(
                  () -> {
                    sleep(ofMillis(9));
                    return "result";
                  });
          assertThat(result).isEqualTo("result");
          assertThat(scope.cancelCalled()).isFalse();
          assertThat(scope.cancelledCaught()).isFalse();
          sleep(ofMillis(10)); // the deadline is gone with the scope
          nothingIsPending();
        });
  }

  @Test
  void theDeadlineEndsTheBodyAndTheTaskGoesOn(TestLoop t) {
    t.run(
        () -> {
          var scope = CancelScope.of(ofMillis(10));
          String result =
              scope.run(
                  () -> {
                    sleep(ofSeconds(1));
                    return "never";
                  });
          t.note(result);
          assertThat(scope.cancelledCaught()).isTrue();
          assertThat(scope.reason()).contains("time limit of PT0.01S passed");
          nothingIsPending();
        });

    assertThat(t.trail()).containsExactly("null@10");
  }

  @Test
  void aLimitOfZeroEndsTheFirstWait(TestLoop t) {
    t.run(
        () -> {
          CancelScope.of(ZERO)
              .run(
                  () -> {
                    t.note("begins");
                    yieldNow();
                    t.note("never");
                  });
          nothingIsPending();
        });

    assertThat(t.trail()).containsExactly("begins@0");
  }

  @Test
  void eachWaitOfACancelledScopeThrowsUntilItEnds(TestLoop t) {
    t.run(
        () -> {
          var scope = CancelScope.create();
          var reasons = new ArrayList<String>();
          scope.run(
              () -> {
                scope.cancel("enough");
                scope.cancel("too late");
                for (int i = 0; i < 2; i++) {
                  reasons.add(catchThrowable(() -> sleep(ofMillis(1))).getMessage());
                  reasons.add(catchThrowable(Aio::yieldNow).getMessage());
                  reasons.add(catchThrowable(() -> newPromise().join()).getMessage());
                }
                assertThat(currentTask().orElseThrow().cancelRequests()).isEqualTo(1);
              });
          assertThat(reasons).hasSize(6).containsOnly("enough");
          assertThat(scope.cancelCalled()).isTrue();
          assertThat(scope.cancelledCaught()).isFalse(); // the body returned
          nothingIsPending();
        });
  }

  @Test
  void aTaskThatScopeCodeAwaitsIsCancelledToo(TestLoop t) {
    t.run(
        () -> {
          var awaited = spawn(() -> newPromise().join());
          var scope = CancelScope.of(ofMillis(5));
          scope.run(awaited::join);
          assertThat(scope.cancelledCaught()).isTrue();
          assertThat(awaited.isCancelled()).isTrue();
          nothingIsPending();
        });
  }

  @Test
  void cancelledBeforeItIsEnteredItsFirstWaitThrows(TestLoop t) {
    t.run(
        () -> {
          var scope = CancelScope.of(ofMillis(5));
          scope.cancel("before");
          scope.run(
              () -> {
                t.note("begins");
                yieldNow();
                t.note("never");
              });
          assertThat(scope.cancelledCaught()).isTrue();
          nothingIsPending();
        });

    assertThat(t.trail()).containsExactly("begins@0");
  }

  @Test
  void anotherErrorPassesThrough(TestLoop t) {
    t.run(
        () -> {
          var scope = CancelScope.of(ofMillis(5));
          assertThatThrownBy(
                  () ->
                      scope.run(
                          () -> {
                            try {
                              sleep(ofMillis(10));
                            } catch (CancelledError cancel) {
                              throw new IOException("cleanup");
                            }
                          }))
              .isInstanceOf(IOException.class);
          assertThat(scope.cancelledCaught()).isFalse();
          nothingIsPending();
        });
  }

  @Test
  void theDeadlineMoves(TestLoop t) {
    t.run(
        () -> {
          var scope = CancelScope.of(ofMillis(10));
          assertThat(scope.deadline()).isEmpty();
          scope.run(
              () -> {
                var start = t.loop().time();
                assertThat(scope.deadline()).contains(start.plusMillis(10));
                scope.setDeadline(start.plusMillis(30));
                sleep(ofMillis(20));
                t.note("still here");
                scope.setDeadline(null);
                sleep(ofMillis(20));
                t.note("still here");
                scope.setDeadline(start);
                yieldNow();
                t.note("never");
              });
          t.note("end");
          assertThatThrownBy(() -> scope.setDeadline(null))
              .hasMessage(
                  "CancelScope.setDeadline: the scope has ended;"
                      + " only that of a running one can be moved");
          nothingIsPending();
        });

    assertThat(t.trail()).containsExactly("still here@20", "still here@40", "end@40");
  }

  @Test
  void ofTwoThatAreCancelledTheOuterOneCatches(TestLoop t) {
    t.run(
        () -> {
          var outer = CancelScope.of(ofMillis(5));
          var inner = CancelScope.of(ofMillis(5));
          outer.run(
              () -> {
                inner.run(() -> sleep(ofMillis(10)));
                t.note("never");
              });
          assertThat(inner.cancelledCaught()).isFalse();
          assertThat(outer.cancelledCaught()).isTrue();
          nothingIsPending();
        });
    assertThat(t.trail()).isEmpty();
  }

  @Test
  void anInnerScopeEndsAloneAndAnOuterCancelPassesThroughIt(TestLoop t) {
    t.run(
        () -> {
          var outer = CancelScope.of(ofMillis(20));
          var first = CancelScope.of(ofMillis(5));
          var second = CancelScope.create();
          outer.run(
              () -> {
                first.run(() -> sleep(ofMillis(10)));
                t.note("goes on");
                second.run(() -> sleep(ofMillis(100)));
                t.note("never");
              });
          assertThat(first.cancelledCaught()).isTrue();
          assertThat(second.cancelCalled()).isFalse();
          assertThat(outer.cancelledCaught()).isTrue();
          nothingIsPending();
        });

    assertThat(t.trail()).containsExactly("goes on@5");
  }

  @Test
  void aCancelOfTheTaskPassesThroughAlsoBesideItsOwn(TestLoop t) {
    t.run(
        () -> {
          for (boolean both : new boolean[] {false, true}) {
            var scope = CancelScope.create();
            var task = spawn(() -> scope.run(() -> newPromise().join()));
            yieldNow();
            if (both) {
              scope.cancel();
            }
            task.cancel("outside");
            assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
            assertThat(task.cancelRequests()).isEqualTo(1);
            assertThat(scope.cancelledCaught()).isFalse();
          }
        });
  }

  // ---- shields -----------------------------------------------------------------------------

  @Test
  void cleanupInAShieldMayWait(TestLoop t) {
    t.run(
        () -> {
          var scope = CancelScope.of(ofMillis(10));
          scope.run(
              () -> {
                try {
                  sleep(ofMillis(100));
                } finally {
                  try (var _ = CancelScope.shielding()) {
                    sleep(ofMillis(5));
                    t.note("cleaned");
                  }
                  assertThat(catchThrowable(Aio::yieldNow)).isInstanceOf(CancelledError.class);
                }
              });
          assertThat(scope.cancelledCaught()).isTrue();
          nothingIsPending();
        });

    assertThat(t.trail()).containsExactly("cleaned@15");
  }

  @Test
  void aShieldHasItsOwnDeadline(TestLoop t) {
    t.run(
        () -> {
          var scope = CancelScope.of(ofMillis(10));
          var cleanup = CancelScope.shielded(ofMillis(5));
          scope.run(
              () -> {
                try {
                  sleep(ofMillis(100));
                } finally {
                  cleanup.run(() -> sleep(ofMillis(100)));
                  t.note("given up");
                }
              });
          assertThat(cleanup.cancelledCaught()).isTrue();
          assertThat(scope.cancelledCaught()).isTrue();
          nothingIsPending();
        });

    assertThat(t.trail()).containsExactly("given up@15");
  }

  @Test
  void aCancelOfTheTaskReachesTheFirstWaitBehindAShield(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    CancelScope.shielded(null)
                        .run(
                            () -> {
                              sleep(ofMillis(20));
                              t.note("shielded");
                            });
                    t.note("behind");
                    yieldNow();
                    t.note("never");
                  });
          sleep(ofMillis(5));
          task.cancel("outside");
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class).hasMessage("outside");
        });

    assertThat(t.trail()).containsExactly("shielded@20", "behind@20");
  }

  @Test
  void whatBeginsInsideOfAShieldWorksBesideACancelThatIsKeptOff(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    try (var _ = CancelScope.shielding()) {
                      assertThatThrownBy(() -> timeout(ofMillis(10), () -> sleep(ofMillis(50))))
                          .isInstanceOf(AsyncTimeoutException.class);
                      t.note("timeout");
                      TaskGroup.run(
                          group -> {
                            group.spawn(() -> newPromise().join());
                            t.loop().callLater(ofMillis(10), group::cancel);
                            newPromise().join();
                          });
                      t.note("group");
                      var scope = CancelScope.of(ofMillis(10));
                      scope.run(() -> newPromise().join());
                      assertThat(scope.cancelledCaught()).isTrue();
                      t.note("scope");
                    }
                    yieldNow();
                    t.note("never");
                  });
          sleep(ofMillis(5));
          task.cancel("outside");
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class).hasMessage("outside");
          assertThat(task.cancelRequests()).isEqualTo(1);
        });

    assertThat(t.trail()).containsExactly("timeout@10", "group@20", "scope@30");
  }

  // ---- with groups and locks ---------------------------------------------------------------

  @Test
  void aGroupInACancelledScopeIsCancelledAndWaitsForItsChildren(TestLoop t) {
    t.run(
        () -> {
          var scope = CancelScope.of(ofMillis(10));
          scope.run(
              () ->
                  TaskGroup.run(
                      group -> {
                        group.spawn(
                            () -> {
                              try {
                                newPromise().join();
                              } finally {
                                sleep(
                                    ofMillis(5)); // a task of its own: the scope does not reach it
                                t.note("child");
                              }
                            });
                      }));
          t.note("end");
          assertThat(scope.cancelledCaught()).isTrue();
          nothingIsPending();
        });

    assertThat(t.trail()).containsExactly("child@15", "end@15");
  }

  @Test
  void aConditionTakesItsLockBackInACancelledScope(TestLoop t) {
    t.run(
        () -> {
          var condition = new Condition();
          var scope = CancelScope.of(ofMillis(10));
          var holder =
              spawn(
                  () -> {
                    sleep(ofMillis(5));
                    condition.acquire();
                    sleep(ofMillis(20));
                    condition.release();
                  });
          scope.run(
              () -> {
                condition.acquire();
                try {
                  condition.waitFor();
                } finally {
                  assertThat(condition.isLocked()).isTrue();
                  t.note("held");
                  condition.release();
                }
              });
          holder.join();
          assertThat(condition.isLocked()).isFalse();
          assertThat(scope.cancelledCaught()).isTrue();
        });

    assertThat(t.trail()).containsExactly("held@25");
  }

  @Test
  void misuseIsRefused(TestLoop t) {
    t.run(
        () -> {
          var scope = CancelScope.create();
          scope.run(Aio::yieldNow);
          assertThatThrownBy(() -> scope.run(Aio::yieldNow))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage("CancelScope.run: a scope is run once; make another one");
          scope.cancel();
          assertThat(scope.cancelCalled()).isFalse();
        });
    assertThatThrownBy(() -> CancelScope.create().run(() -> 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("CancelScope.run: no event loop runs in thread");
  }

  /**
   * Whenever the task is cancelled beside two nested scopes that expire: the shielded cleanup is
   * whole, the counter is right, and the cancel is thrown if and only if it was asked for in time.
   */
  @Test
  void aCancelAtAnyPointIsThrownAndCleanupIsWhole() {
    Exploration.of(300)
        .run(
            (t, seed) -> {
              List<String> trail = new ArrayList<>();
              t.run(
                  () -> {
                    var task =
                        spawn(
                            () -> {
                              var outer = CancelScope.of(ofMillis(6));
                              outer.run(
                                  () ->
                                      CancelScope.of(ofMillis(3 + seed % 4))
                                          .run(
                                              () -> {
                                                try {
                                                  sleep(ofMillis(20));
                                                } finally {
                                                  try (var _ = CancelScope.shielding()) {
                                                    sleep(ofMillis(2));
                                                    trail.add("cleaned");
                                                  }
                                                }
                                              }));
                              yieldNow();
                              trail.add("after");
                            });
                    yieldNow(); // its body has begun, or it never does
                    sleep(ofMillis(seed % 11));
                    boolean asked = task.cancel();
                    Throwable thrown = catchThrowable(task::join);
                    if (asked) {
                      assertThat(thrown).isInstanceOf(CancelledError.class);
                      assertThat(task.cancelRequests()).isEqualTo(1);
                      assertThat(trail).isSubsetOf("cleaned");
                    } else {
                      assertThat(thrown).isNull();
                      assertThat(task.cancelRequests()).isZero();
                      assertThat(trail).containsExactly("cleaned", "after");
                    }
                  });
            });
  }

  @Test
  void aDeadlineThatIsMovedInTheTurnInWhichItIsDueDoesNotPass(TestLoop t) {
    t.run(
        () -> {
          var scope = CancelScope.of(ofMillis(10));
          spawn(
              () -> {
                sleep(ofMillis(10));
                scope.setDeadline(t.loop().time().plusSeconds(1));
              });
          yieldNow(); // its timer is the first of the two
          scope.run(() -> sleep(ofMillis(20)));

          assertThat(scope.cancelCalled()).isFalse();
          assertThat(scope.reason()).isEmpty();
        });
  }

  @Test
  void aShieldHoldsOffAnInterruptThatWasSentBeforeItWentUp(TestLoop t) {
    t.run(
        () -> {
          var lock = new ReentrantLock();
          lock.lock();
          var task =
              spawn(
                  () -> {
                    blocking(
                        () -> {
                          lock.lock(); // goes on, and keeps the interrupt for the next wait
                          return 0;
                        });
                    lock.unlock();
                    try (var _ = CancelScope.shielding()) {
                      assertThat(Thread.currentThread().isInterrupted()).isFalse();
                      blocking(() -> new CountDownLatch(1).await(1, TimeUnit.NANOSECONDS));
                      t.note("cleaned up");
                    }
                    blocking(() -> new CountDownLatch(1).await(1, TimeUnit.DAYS));
                  });
          yieldNow();
          task.cancel();
          yieldNow();
          lock.unlock();

          assertThatThrownBy(task::join)
              .isInstanceOf(CancelledError.class)
              .hasCauseInstanceOf(InterruptedException.class);
        });

    assertThat(t.trail()).hasSize(1);
  }

  @Test
  void aGuardEndsOnceAndOnItsLoopOnly(TestLoop t) {
    t.run(
        () -> {
          var guard = CancelScope.shielding();
          Throwable elsewhere = Aio.toThread(() -> catchThrowable(guard::close)).join();
          assertThat(elsewhere).isInstanceOf(WrongThreadException.class);
          guard.close();
          guard.close();

          var task =
              spawn(
                  () -> {
                    var twice = CancelScope.shielding();
                    twice.close();
                    twice.close();
                    try (var _ = CancelScope.shielding()) {
                      sleep(ofMillis(2));
                      t.note("cleaned up");
                    }
                    sleep(ofMillis(2));
                  });
          sleep(ofMillis(1));
          task.cancel();
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
        });

    assertThat(t.trail()).containsExactly("cleaned up@2");
  }
}
