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
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whom a cancel reaches besides the task, what it carries, and how its requests are counted. */
class CancelTargetTest {
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
          assertThat(methods).containsSubsequence("interruptedHere", "by", "awaitedHere");
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
