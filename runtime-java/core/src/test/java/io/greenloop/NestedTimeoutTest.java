package io.greenloop;

import static io.greenloop.Aio.currentTask;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.timeout;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Timeouts inside of each other, and beside cancels and errors of others. */
class NestedTimeoutTest {
  @Test
  @Parity({"TASK-30", "AC-timeouts.3"})
  void ofNestedScopesThatBothExpiredOnlyTheOutermostConverts(TestLoop t) {
    t.run(
        () -> {
          var seenInside = new ArrayList<Throwable>();
          assertThatThrownBy(
                  () ->
                      timeout(
                          ofMillis(20),
                          () -> {
                            try {
                              timeout(
                                  ofMillis(10),
                                  () -> {
                                    try {
                                      sleep(ofMillis(100));
                                    } catch (CancelledError inner) {
                                      sleep(ofMillis(100)); // until the outer one expires too
                                    }
                                  });
                            } catch (Throwable thrown) {
                              seenInside.add(thrown);
                              throw thrown;
                            }
                          }))
              .isInstanceOf(AsyncTimeoutException.class)
              .hasMessage("time limit of PT0.02S passed");
          assertThat(seenInside).hasSize(1);
          assertThat(seenInside.getFirst()).isInstanceOf(CancelledError.class);
          t.note("end");
        });

    assertThat(t.trail()).containsExactly("end@20");
  }

  @Test
  @Parity({"TASK-30", "AC-timeouts.3"})
  void whenTheLoopWasBusyUntilBothWereDueTheOutermostConverts(TestLoop t) {
    t.run(
        () -> {
          assertThatThrownBy(
                  () ->
                      timeout(ofMillis(10), () -> timeout(ofMillis(10), () -> sleep(ofMillis(90)))))
              .isInstanceOf(AsyncTimeoutException.class)
              .hasMessage("time limit of PT0.01S passed");
          assertThat(currentTask().orElseThrow().cancelRequests()).isZero();
          sleep(ofMillis(5)); // nothing is pending any more
        });
  }

  @Test
  @Parity({"TASK-30", "AC-timeouts.3"})
  void ifOnlyTheInnerOneExpiresItConvertsAndTheOuterGoesOn(TestLoop t) {
    t.run(
        () ->
            timeout(
                ofMillis(100),
                () -> {
                  assertThatThrownBy(() -> timeout(ofMillis(10), () -> sleep(ofMillis(50))))
                      .isInstanceOf(AsyncTimeoutException.class);
                  sleep(ofMillis(10));
                }));
  }

  @Test
  @Parity({"TASK-30", "AC-timeouts.5"})
  void anExternalCancelStaysACancelWhetherItExpiredOrNot(TestLoop t) {
    t.run(
        () -> {
          for (int expiry : new int[] {10, 1000}) {
            var task =
                spawn(
                    () ->
                        timeout(
                            ofMillis(expiry),
                            () -> {
                              try {
                                sleep(ofMillis(2000));
                              } finally {
                                catchThrowable(() -> sleep(ofMillis(20)));
                              }
                            }));
            sleep(ofMillis(5));
            task.cancel("outside");
            assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
            assertThat(task.isCancelled()).isTrue();
            assertThat(task.cancelRequests()).isEqualTo(1);
          }
        });
  }

  @Test
  @Parity({"TASK-30", "AC-timeouts.5"})
  void aScopeWorksInATaskThatHasSwallowedACancelBefore(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    try {
                      newPromise().join();
                    } catch (CancelledError swallowed) {
                      // the counter stays at 1
                    }
                    assertThatThrownBy(() -> timeout(ofMillis(10), () -> sleep(ofMillis(50))))
                        .isInstanceOf(AsyncTimeoutException.class);
                    return currentTask().orElseThrow().cancelRequests();
                  });
          yieldNow();
          task.cancel();
          assertThat(task.join()).isEqualTo(1);
        });
  }

  @Test
  @Parity({"TASK-30", "AC-timeouts.5"})
  void aTaskAwaitedUnderATimeoutIsCancelledTheOuterTaskIsNot(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    catchThrowable(() -> timeout(ofMillis(10), () -> sleep(ofMillis(50))));
                    return "value";
                  });
          assertThat(task.join()).isEqualTo("value");
          assertThat(task.isCancelled()).isFalse();
          assertThat(task.cancelRequests()).isZero();
        });
  }

  @Test
  @Parity({"TASK-31", "AC-timeouts.4"})
  void anotherErrorPassesWithTheTimeoutBehindIt(TestLoop t) {
    t.run(
        () -> {
          var error =
              catchThrowableOfType(
                  IOException.class,
                  () ->
                      timeout(
                          ofMillis(10),
                          () -> {
                            try {
                              sleep(ofMillis(50));
                            } catch (CancelledError cancel) {
                              throw new IOException("cleanup");
                            }
                          }));
          assertThat(error).hasMessage("cleanup");
          assertThat(error.getSuppressed()).hasSize(1);
          assertThat(error.getSuppressed()[0])
              .isInstanceOf(AsyncTimeoutException.class)
              .hasMessage("time limit of PT0.01S passed");

          var untouched =
              catchThrowableOfType(
                  IOException.class,
                  () ->
                      timeout(
                          ofMillis(10),
                          () -> {
                            throw new IOException("early");
                          }));
          assertThat(untouched.getSuppressed()).isEmpty();
        });
  }

  @Test
  @Parity("AC-timeouts.7")
  void aScopeInTheCleanupOfAnotherWorks(TestLoop t) {
    t.run(
        () -> {
          assertThatThrownBy(
                  () ->
                      timeout(
                          ofMillis(10),
                          () -> {
                            try {
                              sleep(ofMillis(100));
                            } finally {
                              assertThatThrownBy(
                                      () -> timeout(ofMillis(10), () -> sleep(ofMillis(100))))
                                  .isInstanceOf(AsyncTimeoutException.class);
                              t.note("inner");
                            }
                          }))
              .isInstanceOf(AsyncTimeoutException.class);
          t.note("outer");
        });

    assertThat(t.trail()).containsExactly("inner@20", "outer@20");
  }

  @Test
  @Parity("AC-timeouts.8")
  void aGroupThatFailsUnderATimeoutHasItBehindEachMember(TestLoop t) {
    t.run(
        () -> {
          var group =
              catchThrowableOfType(
                  ExceptionGroup.class,
                  () ->
                      timeout(
                          ofMillis(10),
                          () ->
                              TaskGroup.run(
                                  g -> {
                                    for (String name : List.of("a", "b")) {
                                      g.spawn(
                                          () -> {
                                            try {
                                              sleep(ofMillis(100));
                                            } catch (CancelledError cancel) {
                                              throw new IOException(name);
                                            }
                                          });
                                    }
                                    sleep(ofMillis(100));
                                  })));
          assertThat(group.exceptions())
              .extracting(Throwable::getMessage)
              .containsExactly("a", "b");
          for (Throwable member : group.exceptions()) {
            assertThat(member.getSuppressed()[0])
                .isInstanceOf(AsyncTimeoutException.class)
                .hasMessage("time limit of PT0.01S passed");
          }
        });
  }
}
