package io.greenloop;

import static io.greenloop.Aio.currentTask;
import static io.greenloop.Aio.gather;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a cancel is delivered, to whom, and what becomes of it. */
class CancelTest {
  @Test
  @Parity({"TASK-3", "AC-tasks-cancellation.1"})
  void cancelIsARequestDoneOneTurnLater(TestLoop t) {
    t.run(
        () -> {
          var task = spawn(() -> sleep(ofMillis(10)));
          yieldNow();

          assertThat(task.cancel()).isTrue();
          assertThat(task.isDone()).isFalse();
          assertThat(task.cancelRequests()).isEqualTo(1);
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);

          assertThat(task.isCancelled()).isTrue();
          assertThat(task.cancel()).isFalse();
          assertThat(task.cancelRequests()).isEqualTo(1);
          t.note("end");
        });

    assertThat(t.trail()).containsExactly("end@0");
  }

  @Test
  @Parity("TASK-3")
  void cancelGoesToTheInnermostAwaitedTaskFirst(TestLoop t) {
    t.run(
        () -> {
          var inner =
              spawn(
                  () -> {
                    try {
                      sleep(ofMillis(10));
                    } finally {
                      t.note("inner");
                    }
                  });
          var outer =
              spawn(
                  () -> {
                    try {
                      inner.join();
                    } finally {
                      t.note("outer");
                    }
                  });
          sleep(ofMillis(1));

          outer.cancel("why");

          var error = catchThrowableOfType(CancelledError.class, outer::join);
          assertThat(error.reason()).isEqualTo("why");
          assertThat(inner.isCancelled()).isTrue();
        });

    assertThat(t.trail()).containsExactly("inner@1", "outer@1");
  }

  @Test
  @Parity({"TASK-4", "AC-tasks-cancellation.7"})
  void cancelledBeforeItsFirstStepTheBodyNeverRuns(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    try {
                      t.note("body");
                    } finally {
                      t.note("finally");
                    }
                  });
          task.cancel("too late");

          var error = catchThrowableOfType(CancelledError.class, task::join);
          assertThat(error.reason()).isEqualTo("too late");
          assertThat(task.isCancelled()).isTrue();
        });

    assertThat(t.trail()).isEmpty();
  }

  @Test
  @Parity("TASK-5")
  void inTheWindowBetweenWokenAndRunningCancelReplacesTheValue(TestLoop t) {
    t.run(
        () -> {
          Promise<String> promise = newPromise();
          var task = spawn(() -> promise.join());
          yieldNow();

          promise.complete("value");
          task.cancel();

          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
          assertThat(task.isCancelled()).isTrue();
          assertThat(promise.getNow()).isEqualTo("value");
        });
  }

  @Test
  @Parity("TASK-5")
  void inTheWindowBetweenWokenAndRunningCancelReplacesTheFailure(TestLoop t) {
    t.run(
        () -> {
          Promise<String> promise = newPromise();
          var task = spawn(() -> promise.join());
          yieldNow();

          promise.completeExceptionally(new IllegalStateException("x"));
          task.cancel();

          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
          assertThat(promise.exceptionNow()).hasMessage("x");
        });
  }

  @Test
  @Parity("TASK-5")
  void inTheWindowAfterASleepHasEndedCancelWins(TestLoop t) {
    t.run(
        () -> {
          var sleeper = new ArrayList<Task<?>>();
          // Due at the same time as the sleep, but first: it runs between woken and running.
          t.loop().callLater(ofMillis(10), () -> sleeper.getFirst().cancel());
          sleeper.add(spawn(() -> sleep(ofMillis(10))));

          assertThatThrownBy(sleeper.getFirst()::join).isInstanceOf(CancelledError.class);
          t.note("end");
        });

    assertThat(t.trail()).containsExactly("end@10");
  }

  @Test
  @Parity({"TASK-6", "AC-tasks-cancellation.5"})
  void aSelfCancelHitsTheNextWait(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    currentTask().orElseThrow().cancel("me");
                    t.note("before");
                    sleep(ofMillis(10));
                    t.note("after");
                  });

          var error = catchThrowableOfType(CancelledError.class, task::join);
          assertThat(error.reason()).isEqualTo("me");
        });

    assertThat(t.trail()).containsExactly("before@0");
  }

  @Test
  @Parity({"TASK-6", "AC-tasks-cancellation.5"})
  void aSelfCancelThenReturnEndsCancelled(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    currentTask().orElseThrow().cancel();
                    return "dropped";
                  });

          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
          assertThat(task.isCancelled()).isTrue();
        });
  }

  @Test
  @Parity("TASK-6")
  void aSelfCancelThenAnotherErrorIsThatError(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    currentTask().orElseThrow().cancel();
                    throw new IllegalStateException("mine");
                  });

          assertThatThrownBy(task::join).isInstanceOf(IllegalStateException.class);
          assertThat(task.isCancelled()).isFalse();
        });
  }

  @Test
  @Parity({"TASK-7", "AC-tasks-cancellation.4"})
  void aSwallowedCancelGivesANormalResult(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    try {
                      sleep(ofMillis(10));
                    } catch (CancelledError swallowed) {
                      sleep(ofMillis(5)); // not cancelled again
                    }
                    return "fine";
                  });
          yieldNow();
          task.cancel();

          assertThat(task.join()).isEqualTo("fine");
          assertThat(task.isCancelled()).isFalse();
          assertThat(task.cancelRequests()).isEqualTo(1);
          t.note("end");
        });

    assertThat(t.trail()).containsExactly("end@5");
  }

  @Test
  @Parity("TASK-7")
  void anotherErrorInsteadOfTheCancelIsTheResult(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    try {
                      sleep(ofMillis(10));
                    } catch (CancelledError cancel) {
                      throw new IllegalStateException("cleanup failed", cancel);
                    }
                  });
          yieldNow();
          task.cancel();

          assertThatThrownBy(task::join).hasMessage("cleanup failed");
          assertThat(task.isCancelled()).isFalse();
        });
  }

  @Test
  @Parity("TASK-8")
  void aBodyThatThrowsTheCancelItselfEndsCancelled(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    throw new CancelledError("own");
                  });

          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class).hasMessage("own");
          assertThat(task.isCancelled()).isTrue();
          assertThat(task.cancelRequests()).isZero();
        });
  }

  @Test
  @Parity("TASK-9")
  void everyRequestCountsAndIsDeliveredAgainDuringCleanup(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    try {
                      sleep(ofMillis(100));
                    } finally {
                      try {
                        sleep(ofMillis(100));
                      } finally {
                        t.note("cleanup cancelled too");
                      }
                    }
                  });
          yieldNow();
          task.cancel("first");
          sleep(ofMillis(1));
          task.cancel("second");

          var error = catchThrowableOfType(CancelledError.class, task::join);
          assertThat(error.reason()).isEqualTo("second");
          assertThat(task.cancelRequests()).isEqualTo(2);
        });

    assertThat(t.trail()).containsExactly("cleanup cancelled too@1");
  }

  @Test
  @Parity("TASK-10")
  void cancellingOneWaiterOfASharedTaskCancelsItForTheOther(TestLoop t) {
    t.run(
        () -> {
          var shared = spawn(() -> newPromise().join());
          var one = spawn(() -> shared.join());
          var two = spawn(() -> shared.join());
          yieldNow();
          one.cancel();

          assertThat(catchThrowable(two::join)).isInstanceOf(CancelledError.class);
          assertThat(one.isCancelled()).isTrue();
          assertThat(two.isCancelled()).isTrue();
          assertThat(two.cancelRequests()).isZero();
        });
  }

  @Test
  @Parity("TASK-10")
  void aWaiterReceivesTheValueOfATaskThatSwallowedItsCancel(TestLoop t) {
    t.run(
        () -> {
          var shared =
              spawn(
                  () -> {
                    try {
                      newPromise().join();
                    } catch (CancelledError swallowed) {
                      t.note("swallowed");
                    }
                    return "value";
                  });
          var waiter = spawn(() -> shared.join());
          sleep(ofMillis(1));
          waiter.cancel();

          assertThat(waiter.join()).isEqualTo("value");
        });

    assertThat(t.trail()).containsExactly("swallowed@1");
  }

  @Test
  @Parity({"TASK-11", "AC-tasks-cancellation.9"})
  void theCounterGoesUpPerCancelAndDownPerUncancelNeverBelowZero(TestLoop t) {
    t.run(
        () -> {
          var task = spawn(() -> newPromise().join());
          yieldNow();
          assertThat(task.cancelRequests()).isZero();
          assertThat(task.uncancel()).isZero();
          task.cancel();
          task.cancel();
          assertThat(task.cancelRequests()).isEqualTo(2);
          assertThat(task.uncancel()).isEqualTo(1);
          assertThat(task.uncancel()).isZero();
          assertThat(task.uncancel()).isZero();
        });
  }

  @Test
  @Parity({"TASK-11", "AC-tasks-cancellation.11"})
  void uncancelToZeroWithdrawsACancelThatWasNotDelivered(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    var me = currentTask().orElseThrow();
                    me.cancel();
                    me.uncancel();
                    sleep(ofMillis(1));
                    return "kept";
                  });

          assertThat(task.join()).isEqualTo("kept");
          assertThat(task.isCancelled()).isFalse();
        });
  }

  @Test
  @Parity("TASK-12")
  void theFirstAwaiterGetsTheVeryErrorLaterOnesAFreshOne(TestLoop t) {
    t.run(
        () -> {
          var thrown = new CancelledError("original");
          var task =
              spawn(
                  () -> {
                    throw thrown;
                  });

          var first = catchThrowableOfType(CancelledError.class, task::join);
          var second = catchThrowableOfType(CancelledError.class, task::join);

          assertThat(first).isSameAs(thrown);
          assertThat(second).isNotSameAs(thrown);
          assertThat(second.reason()).isEqualTo("original");
        });
  }

  @Test
  @Parity("TASK-12")
  void theLastReasonBeforeDeliveryTravels(TestLoop t) {
    t.run(
        () -> {
          var task = spawn(() -> "never");
          task.cancel("one");
          task.cancel("two");

          var error = catchThrowableOfType(CancelledError.class, task::join);
          assertThat(error.reason()).isEqualTo("two");
        });
  }

  @Test
  @Parity("AC-tasks-cancellation.2")
  void cancellingOnlyTheAwaitedFutureEndsTheTaskCancelledWithoutARequest(TestLoop t) {
    t.run(
        () -> {
          Promise<String> promise = newPromise();
          var task = spawn(() -> promise.join());
          yieldNow();
          promise.cancel();

          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
          assertThat(task.isCancelled()).isTrue();
          assertThat(task.cancelRequests()).isZero();
        });
  }

  @Test
  @Parity("AC-tasks-cancellation.3")
  void cancellingBothDeliversOnce(TestLoop t) {
    t.run(
        () -> {
          Promise<String> promise = newPromise();
          var task =
              spawn(
                  () -> {
                    try {
                      promise.join();
                    } catch (CancelledError once) {
                      t.note("delivered");
                    }
                    sleep(ofMillis(1));
                    return "went on";
                  });
          yieldNow();
          promise.cancel();
          task.cancel();

          assertThat(task.join()).isEqualTo("went on");
        });

    assertThat(t.trail()).containsExactly("delivered@0");
  }

  @Test
  @Parity("AC-tasks-cancellation.6")
  void aTaskThatCancelsItselfAndThenWaitsForAnotherCancelsThatOne(TestLoop t) {
    t.run(
        () -> {
          var other = spawn(() -> newPromise().join());
          yieldNow();
          var task =
              spawn(
                  () -> {
                    currentTask().orElseThrow().cancel();
                    return other.join();
                  });

          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
          assertThat(other.isCancelled()).isTrue();
          assertThat(task.isCancelled()).isTrue();
        });
  }

  @Test
  @Parity("AC-tasks-cancellation.8")
  void theTraceShowsTheInterruptedLineAndTheOuterWait(TestLoop t) {
    t.run(
        () -> {
          var task = spawn(() -> interruptedHere());
          yieldNow();
          task.cancel();

          Throwable error = catchThrowable(() -> awaitedHere(task));

          assertThat(error).isInstanceOf(CancelledError.class);
          var methods =
              List.of(error.getStackTrace()).stream()
                  .map(StackTraceElement::getMethodName)
                  .toList();
          assertThat(methods).containsSubsequence("interruptedHere", "awaited by", "awaitedHere");
        });
  }

  private static String interruptedHere() {
    sleep(ofMillis(10));
    return "";
  }

  private static void awaitedHere(Task<?> task) {
    task.join();
  }

  @Test
  @Parity("AC-tasks-cancellation.10")
  void nestedBlocksTellTheirCancelsApartByTheCounter(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    var me = currentTask().orElseThrow();
                    homeMadeTimeout(
                        t,
                        me,
                        20,
                        "outer",
                        () -> {
                          homeMadeTimeout(t, me, 10, "inner", () -> sleep(ofMillis(15)));
                          sleep(ofMillis(20));
                        });
                    return me.cancelRequests();
                  });

          assertThat(task.join()).isZero();
        });

    assertThat(t.trail()).containsExactly("inner@10", "outer@20");
  }

  private static void homeMadeTimeout(
      TestLoop t, Task<?> me, int millis, String name, Runnable body) {
    int before = me.cancelRequests();
    var timer = t.loop().callLater(ofMillis(millis), () -> me.cancel(name));
    try {
      body.run();
    } catch (CancelledError cancel) {
      if (me.uncancel() > before) {
        throw cancel;
      }
      t.note(name);
    } finally {
      timer.cancel();
    }
  }

  @Test
  @Parity("AC-tasks-cancellation.13")
  void waitingOnGatherPassesTheCancelWaitUntilDoesNot(TestLoop t) {
    t.run(
        () -> {
          var a = spawn(() -> newPromise().join());
          var gathering = spawn(() -> gather(List.of(a)).join());
          var b = spawn(() -> newPromise().join());
          var waiting = spawn(() -> Aio.waitUntil(List.of(b)));
          yieldNow();
          gathering.cancel();
          waiting.cancel();

          assertThatThrownBy(gathering::join).isInstanceOf(CancelledError.class);
          assertThatThrownBy(waiting::join).isInstanceOf(CancelledError.class);
          assertThat(a.isCancelled()).isTrue();
          assertThat(b.isDone()).isFalse();
        });
  }
}
