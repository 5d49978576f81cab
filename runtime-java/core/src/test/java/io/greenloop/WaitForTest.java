package io.greenloop;

import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.shield;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.waitFor;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.internal.loop.LoopCores;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaitForTest {
  private static Task<Integer> after(int millis, int value) {
    return spawn(
        () -> {
          sleep(ofMillis(millis));
          return value;
        });
  }

  @Test
  @Parity("TASK-25")
  void givesTheValueAndRemovesItsTimer(TestLoop t) {
    var core = LoopCores.of(t.loop());
    t.run(
        () -> {
          assertThat(waitFor(after(10, 1), ofMillis(50))).isEqualTo(1);
          assertThat(core.pendingTimers()).isZero();
          t.note("end");
        });

    assertThat(t.trail()).containsExactly("end@10");
  }

  @Test
  @Parity({"TASK-25", "AC-waitfor.2", "EXC-2"})
  void onExpiryItCancelsWaitsForTheCleanupAndThrows(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    try {
                      newPromise().join();
                    } finally {
                      sleep(ofMillis(30));
                      t.note("cleaned up");
                    }
                  });

          assertThatThrownBy(() -> waitFor(task, ofMillis(10)))
              .isInstanceOf(AsyncTimeoutException.class)
              .hasMessage("time limit of PT0.01S passed")
              .hasCauseInstanceOf(CancelledError.class);
          t.note("timeout");
          assertThat(task.isCancelled()).isTrue();
        });

    assertThat(t.trail()).containsExactly("cleaned up@40", "timeout@40");
  }

  @Test
  @Parity({"TASK-25", "CTX-3"})
  void aBodyRunsInTheCallingTaskAndItsContext(TestLoop t) {
    ContextVar<String> var = ContextVar.create("v");
    t.run(
        () -> {
          var me = Aio.currentTask();
          String value =
              waitFor(
                  () -> {
                    assertThat(Aio.currentTask()).isEqualTo(me);
                    var.set("written inside");
                    return "x";
                  },
                  ofMillis(10));
          assertThat(value).isEqualTo("x");
          assertThat(var.get()).isEqualTo("written inside");
        });
  }

  @Test
  @Parity({"TASK-25", "AC-waitfor.7"})
  void withoutALimitItIsAPlainWait(TestLoop t) {
    t.run(() -> assertThat(waitFor(after(10, 1), null)).isEqualTo(1));
  }

  @Test
  @Parity({"TASK-26", "AC-waitfor.1"})
  void zeroOrLessGivesTheValueOfWhatIsDone(TestLoop t) {
    t.run(
        () -> {
          Promise<Integer> done = newPromise();
          done.complete(1);
          assertThat(waitFor(done, ZERO)).isEqualTo(1);
          assertThat(waitFor(done, ofMillis(-1))).isEqualTo(1);
        });
  }

  @Test
  @Parity({"TASK-26", "AC-waitfor.1"})
  void zeroOrLessNeverStartsABody(TestLoop t) {
    t.run(
        () -> {
          for (Duration limit : List.of(ZERO, ofMillis(-1))) {
            assertThatThrownBy(
                    () ->
                        waitFor(
                            () -> {
                              t.note("body");
                              return 1;
                            },
                            limit))
                .isInstanceOf(AsyncTimeoutException.class)
                .hasMessage("waitFor: time limit of " + limit + " passed");
            var task = spawn(() -> t.note("task"));
            assertThatThrownBy(() -> waitFor(task, limit))
                .isInstanceOf(AsyncTimeoutException.class)
                .hasMessage("waitFor: time limit of " + limit + " passed");
            assertThat(task.isCancelled()).isTrue();
          }
        });

    assertThat(t.trail()).isEmpty();
  }

  @Test
  @Parity({"TASK-26", "AC-waitfor.2"})
  void zeroStillWaitsForTheCleanup(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    try {
                      newPromise().join();
                    } finally {
                      sleep(ofMillis(30));
                    }
                  });
          yieldNow();
          assertThatThrownBy(() -> waitFor(task, ZERO)).isInstanceOf(AsyncTimeoutException.class);
          t.note("timeout");
          assertThat(task.isDone()).isTrue();
        });

    assertThat(t.trail()).containsExactly("timeout@30");
  }

  @Test
  @Parity({"TASK-27", "AC-waitfor.3"})
  void theValueOfAnInnerThatSwallowsItsCancelIsReturned(TestLoop t) {
    t.run(
        () -> {
          var stubborn =
              spawn(
                  () -> {
                    try {
                      newPromise().join();
                    } catch (CancelledError swallowed) {
                      t.note("swallowed");
                    }
                    return "value";
                  });
          assertThat(waitFor(stubborn, ofMillis(10))).isEqualTo("value");
          assertThat(Aio.currentTask().orElseThrow().cancelRequests()).isZero();
        });

    assertThat(t.trail()).containsExactly("swallowed@10");
  }

  @Test
  @Parity({"TASK-27", "AC-waitfor.4"})
  void anErrorOfTheCleanupWinsOverTheTimeout(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    try {
                      newPromise().join();
                    } catch (CancelledError cancel) {
                      throw new IOException("cleanup");
                    }
                  });
          assertThatThrownBy(() -> waitFor(task, ofMillis(10)))
              .isInstanceOf(IOException.class)
              .hasMessage("cleanup");
        });
  }

  @Test
  @Parity({"TASK-27", "AC-waitfor.5"})
  void aCancelInTheTurnOfTheCompletionIsNotLost(TestLoop t) {
    t.run(
        () -> {
          Promise<Integer> inner = newPromise();
          var waiter = spawn(() -> waitFor(inner, ofMillis(100)));
          yieldNow();
          inner.complete(1);
          waiter.cancel();

          assertThatThrownBy(waiter::join).isInstanceOf(CancelledError.class);
          assertThat(waiter.isCancelled()).isTrue();
          assertThat(inner.getNow()).isEqualTo(1);
        });
  }

  @Test
  @Parity({"TASK-27", "AC-waitfor.6"})
  void aCancelFromOutsideReachesTheInner(TestLoop t) {
    t.run(
        () -> {
          var inner = after(1000, 1);
          var waiter = spawn(() -> waitFor(inner, ofMillis(500)));
          sleep(ofMillis(5));
          waiter.cancel("outside");

          assertThatThrownBy(waiter::join).isInstanceOf(CancelledError.class).hasMessage("outside");
          assertThat(inner.isCancelled()).isTrue();
          t.note("end");
        });

    assertThat(t.trail()).containsExactly("end@5");
  }

  @Test
  @Parity("AC-waitfor.6")
  void aCancelDuringTheCleanupOfAnExpiredOneIsACancel(TestLoop t) {
    t.run(
        () -> {
          var inner =
              spawn(
                  () -> {
                    try {
                      newPromise().join();
                    } finally {
                      sleep(ofMillis(100));
                    }
                  });
          var waiter = spawn(() -> waitFor(inner, ofMillis(10)));
          sleep(ofMillis(20));
          waiter.cancel();

          assertThat(catchThrowable(waiter::join)).isInstanceOf(CancelledError.class);
        });
  }

  @Test
  @Parity("AC-waitfor.7")
  void aShieldedInnerSurvivesTheTimeout(TestLoop t) {
    t.run(
        () -> {
          var inner = after(30, 7);
          assertThatThrownBy(() -> waitFor(shield(inner), ofMillis(10)))
              .isInstanceOf(AsyncTimeoutException.class);
          t.note("timeout");
          assertThat(inner.join()).isEqualTo(7);
          t.note("inner");
        });

    assertThat(t.trail()).containsExactly("timeout@10", "inner@30");
  }

  @Test
  @Parity("TASK-27")
  void manyExternalCancelsAgainstCompletionNeverLoseOne(TestLoop t) {
    t.run(
        () -> {
          var waiters = new ArrayList<Task<Integer>>();
          for (int offset = -2; offset <= 2; offset++) {
            Promise<Integer> inner = newPromise();
            var waiter = spawn(() -> waitFor(inner, ofMillis(10)));
            t.loop().callLater(ofMillis(10 + offset), () -> inner.tryComplete(1));
            t.loop().callLater(ofMillis(10), waiter::cancel);
            waiters.add(waiter);
          }
          sleep(ofMillis(20));
          // The value came before the cancel, or the cancel won; never a timeout instead of it.
          for (int i = 0; i < waiters.size(); i++) {
            Throwable thrown = catchThrowable(waiters.get(i)::getNow);
            if (i < 2) {
              assertThat(thrown).isNull();
            } else {
              assertThat(thrown).isInstanceOf(CancelledError.class);
            }
          }
        });
  }
}
