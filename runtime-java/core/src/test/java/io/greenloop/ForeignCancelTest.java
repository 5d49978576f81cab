package io.greenloop;

import static io.greenloop.Aio.blocking;
import static io.greenloop.Aio.currentTask;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.timeout;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** A cancel carried into foreign blocking code by an interrupt. */
@RealTime
class ForeignCancelTest {
  private static final CountDownLatch NEVER = new CountDownLatch(1);

  private static String parks() {
    return blocking(
        () -> {
          NEVER.await();
          return "";
        });
  }

  @Test
  @Parity("TASK-3")
  void aTaskThatIsLeftByTheInterruptEndsCancelledWithThatAsCause(TestLoop t) {
    t.run(
        () -> {
          var task = spawn(ForeignCancelTest::parks);
          yieldNow();
          assertThat(task.cancel("stop")).isTrue();

          var error = catchThrowableOfType(CancelledError.class, task::join);
          assertThat(error.reason()).isEqualTo("stop");
          assertThat(error).hasCauseInstanceOf(InterruptedException.class);
          assertThat(task.isCancelled()).isTrue();
        });
  }

  @Test
  @Parity("TASK-28")
  void aTimeoutAroundForeignCodeGivesItsTimeout(TestLoop t) {
    t.run(
        () -> {
          assertThatThrownBy(() -> timeout(ofMillis(5), ForeignCancelTest::parks))
              .isInstanceOf(AsyncTimeoutException.class)
              .hasMessage("time limit of PT0.005S passed");
          assertThat(Thread.currentThread().isInterrupted()).isFalse();
          sleep(ofMillis(1)); // nothing is pending
          assertThat(currentTask().orElseThrow().cancelRequests()).isZero();
        });
  }

  @Test
  @Parity({"TASK-7", "TASK-9"})
  void aRequestIsInterruptedOnceAndStaysPendingUntilAWaitOfOursThrowsIt(TestLoop t) {
    t.run(
        () -> {
          var queue = new LinkedBlockingQueue<String>();
          var task =
              spawn(
                  () -> {
                    try {
                      blocking(queue::take);
                    } catch (Throwable swallowed) {
                      t.note(swallowed.getClass().getSimpleName());
                    }
                    t.note(blocking(queue::take)); // not interrupted again
                    sleep(ofMillis(1));
                    return "never";
                  });
          yieldNow();
          task.cancel();
          while (t.trail().isEmpty()) {
            sleep(ofMillis(1));
          }
          queue.add("taken");
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
        });

    assertThat(t.trail().stream().map(s -> s.replaceAll("@.*", "")))
        .containsExactly("InterruptedException", "taken");
  }

  @Test
  @Parity("TASK-11")
  void uncancelToZeroClearsTheInterruptOfARequestThatWasNotSeen(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    blocking(
                        () -> {
                          while (!Thread.currentThread().isInterrupted()) {
                            java.util.concurrent.locks.LockSupport.park();
                          }
                          return 0;
                        });
                    currentTask().orElseThrow().uncancel();
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    sleep(ofMillis(1));
                    return "went on";
                  });
          yieldNow();
          task.cancel();
          assertThat(task.join()).isEqualTo("went on");
        });
  }

  @Test
  @Parity("TASK-6")
  void returningNormallyWithAPendingRequestEndsCancelled(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () ->
                      blocking(
                          () -> {
                            try {
                              NEVER.await();
                            } catch (InterruptedException ignored) {
                              return "dropped";
                            }
                            return "";
                          }));
          yieldNow();
          task.cancel();
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
        });
  }

  @Test
  @Parity("TG-3")
  void aGroupCancelsAChildThatIsParkedOutside(TestLoop t) {
    t.run(
        () -> {
          var group =
              catchThrowableOfType(
                  ExceptionGroup.class,
                  () ->
                      TaskGroup.run(
                          (TaskGroup.VoidBody)
                              g -> {
                                g.spawn(ForeignCancelTest::parks);
                                yieldNow();
                                throw new IllegalStateException("body");
                              }));
          assertThat(group.exceptions()).extracting(Throwable::getMessage).containsExactly("body");
        });
  }

  @Test
  @Parity("RUN-2")
  void theShutdownInterruptsWhatIsParkedOutside(TestLoop t) {
    t.run(
        () -> {
          spawn(ForeignCancelTest::parks);
          yieldNow();
        });
    assertThat(t.loop().isClosed()).isTrue();
    assertThat(t.errors()).isEmpty();
  }
}
