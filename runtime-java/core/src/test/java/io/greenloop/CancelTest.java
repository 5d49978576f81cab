package io.greenloop;

import static io.greenloop.Aio.currentTask;
import static io.greenloop.Aio.gather;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.timeout;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
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
  void aRequestThatComesRoundACircleCountsOnce(TestLoop t) {
    t.run(
        () -> {
          Task<?>[] second = new Task<?>[1];
          var first =
              spawn(
                  () -> {
                    try {
                      timeout(ofMillis(50), () -> second[0].join());
                    } catch (AsyncTimeoutException timeout) {
                      t.note("timeout, " + currentTask().orElseThrow().cancelRequests() + " left");
                    }
                    sleep(ofMillis(50));
                    return "went on";
                  });
          second[0] = spawn(() -> first.join());

          assertThat(first.join()).isEqualTo("went on");
          assertThat(second[0].cancelRequests()).isEqualTo(1);
        });

    assertThat(t.trail()).containsExactly("timeout, 0 left@50");
  }

  @Test
  void aRequestThatComesRoundSeveralCirclesCountsOnce(TestLoop t) {
    t.run(
        () -> {
          var others = new ArrayList<Task<String>>();
          var first =
              spawn(
                  () -> {
                    try {
                      timeout(ofMillis(50), () -> gather(others).join());
                    } catch (AsyncTimeoutException timeout) {
                      t.note("timeout, " + currentTask().orElseThrow().cancelRequests() + " left");
                    }
                    sleep(ofMillis(50));
                    return "went on";
                  });
          others.add(spawn(() -> first.join()));
          others.add(spawn(() -> first.join()));

          assertThat(first.join()).isEqualTo("went on");
        });

    assertThat(t.trail()).containsExactly("timeout, 0 left@50");
  }
}
