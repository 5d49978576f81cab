package io.greenloop;

import static io.greenloop.Aio.currentTask;
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
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Cancels of a group: its own, those from outside, and both beside failures. */
class TaskGroupCancelTest {
  private final List<TaskGroup> groups = new ArrayList<>();

  private static ThrowingRunnable failsAfter(int millis, Throwable failure) {
    return () -> {
      sleep(ofMillis(millis));
      throw Unchecked.raise(failure);
    };
  }

  private static ThrowingRunnable failsWhenCancelled(int millis, Throwable failure) {
    return () -> {
      try {
        newPromise().join();
      } catch (CancelledError cancel) {
        sleep(ofMillis(millis));
        throw Unchecked.raise(failure);
      }
    };
  }

  private static ExceptionGroup groupOf(TaskGroup.VoidBody body) {
    return catchThrowableOfType(ExceptionGroup.class, () -> TaskGroup.run(body));
  }

  @Test
  @Parity({"TG-6", "AC-taskgroups.5"})
  void failuresBesideAnExternalCancelWinAndTheCancelHitsTheNextWait(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    var group =
                        groupOf(
                            g -> {
                              g.spawn(failsWhenCancelled(5, new IOException("cleanup")));
                              newPromise().join();
                            });
                    t.note(group.exceptions().getFirst().getMessage());
                    try {
                      sleep(ofMillis(10));
                      t.note("never");
                    } catch (CancelledError rearmed) {
                      t.note("rearmed " + rearmed.reason());
                      throw rearmed;
                    }
                  });
          sleep(ofMillis(10));
          task.cancel("outside");
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
          assertThat(task.cancelRequests()).isEqualTo(1);
        });

    assertThat(t.trail()).containsExactly("cleanup@15", "rearmed outside@15");
  }

  @Test
  @Parity({"TG-6", "AC-taskgroups.8"})
  void aChildFailingInASlowCleanupAfterTheCancelWins(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () ->
                      TaskGroup.run(
                          g -> {
                            g.spawn(failsWhenCancelled(50, new IOException("slow cleanup")));
                          }));
          sleep(ofMillis(10));
          task.cancel();
          var group = catchThrowableOfType(ExceptionGroup.class, task::join);
          assertThat(group.exceptions())
              .extracting(Throwable::getMessage)
              .containsExactly("slow cleanup");
          t.note("end");
        });

    assertThat(t.trail()).containsExactly("end@60");
  }

  @Test
  @Parity("TG-6")
  void aSwallowedCancelFromBeforeDoesNotCountAsExternal(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    catchThrowable(() -> newPromise().join());
                    assertThat(groupOf(g -> g.spawn(failsAfter(1, new IOException("x")))))
                        .isNotNull();
                    sleep(ofMillis(1)); // nothing is re-armed
                    TaskGroup.run(
                        g -> {
                          g.spawn(() -> newPromise().join());
                          g.cancel();
                        });
                    return currentTask().orElseThrow().cancelRequests();
                  });
          yieldNow();
          task.cancel();
          assertThat(task.join()).isEqualTo(1);
        });
  }

  @Test
  @Parity({"TG-9", "AC-taskgroups.14"})
  void theCounterIsWhatExternalRequestsAloneWouldGive(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    var me = currentTask().orElseThrow();
                    var group =
                        groupOf(
                            outer ->
                                TaskGroup.run(
                                    inner -> {
                                      inner.spawn(failsWhenCancelled(5, new IOException("x")));
                                      newPromise().join();
                                      t.note("never");
                                    }));
                    assertThat(group.exceptions()).hasSize(1);
                    assertThat(me.cancelRequests()).isEqualTo(2);
                    // The re-armed cancel hits the next wait, once.
                    assertThat(catchThrowable(() -> sleep(ofMillis(1))))
                        .isInstanceOf(CancelledError.class);
                    sleep(ofMillis(1));
                    return me.cancelRequests();
                  });
          sleep(ofMillis(1));
          task.cancel("one");
          sleep(ofMillis(1));
          task.cancel("two");
          assertThat(task.join()).isEqualTo(2);
        });
    assertThat(t.trail()).isEmpty();
  }

  @Test
  @Parity("AC-taskgroups.15")
  void aCancelInsideAGroupDoesNotLeakOutOfItEagerOrLazy(TestLoop t) {
    t.run(
        () -> {
          for (TaskFactory factory : List.of(TaskFactories.lazy(), TaskFactories.eager())) {
            t.loop().setTaskFactory(factory);
            var group =
                groupOf(
                    g -> {
                      var doomed =
                          g.spawn(
                              () -> {
                                currentTask().orElseThrow().cancel();
                                sleep(ofMillis(1));
                              });
                      g.spawn(failsAfter(0, new IOException("child")));
                      catchThrowable(doomed::join);
                      newPromise().join();
                    });
            assertThat(group.exceptions())
                .extracting(Throwable::getMessage)
                .containsExactly("child");
            assertThat(currentTask().orElseThrow().cancelRequests()).isZero();
            sleep(ofMillis(1));
          }
        });
  }

  @Test
  @Parity("AC-taskgroups.15")
  void aChildSpawnedByACancelledParentIsCancelledTooEagerOrLazy(TestLoop t) {
    t.run(
        () -> {
          for (boolean eager : new boolean[] {false, true}) {
            assertThat(
                    catchThrowable(
                        () ->
                            spawn(
                                    () -> {
                                      currentTask().orElseThrow().cancel();
                                      TaskGroup.run(
                                          g -> {
                                            g.spawn(
                                                TaskOptions.DEFAULT.eagerStart(eager),
                                                () -> newPromise().join());
                                          });
                                      return 0;
                                    })
                                .join()))
                .isInstanceOf(CancelledError.class);
            assertThat(Aio.allTasks()).hasSize(1);
          }
        });
  }

  @Test
  @Parity({"TG-5", "TG-6", "AC-taskgroups.4"})
  void anExternalCancelInTheBodyIsABareCancelAfterAllChildrenEnded(TestLoop t) {
    t.run(
        () -> {
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
                                    sleep(ofMillis(10));
                                    t.note("child ended");
                                  }
                                });
                            newPromise().join();
                          }));
          sleep(ofMillis(5));
          task.cancel("outside");
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class).hasMessage("outside");
          t.note("cancelled");
          assertThat(task.isCancelled()).isTrue();
          assertThat(task.cancelRequests()).isEqualTo(1);
        });

    assertThat(t.trail()).containsExactly("child ended@15", "cancelled@15");
  }

  @Test
  @Parity({"TG-5", "AC-taskgroups.4"})
  void aRepeatedCancelAtTheEndDoesNotShortenTheWait(TestLoop t) {
    t.run(
        () -> {
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
                                    sleep(ofMillis(50));
                                    t.note("child ended");
                                  }
                                });
                          }));
          for (int i = 0; i < 3; i++) {
            sleep(ofMillis(5));
            task.cancel("again");
          }
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
          t.note("cancelled");
          assertThat(task.cancelRequests()).isEqualTo(3);
        });

    assertThat(t.trail()).containsExactly("child ended@55", "cancelled@55");
  }

  @Test
  @Parity("TG-11")
  void cancelEndsTheBlockWithoutAnError(TestLoop t) {
    t.run(
        () -> {
          Object result =
              TaskGroup.run(
                  group -> {
                    var child = group.spawn(() -> newPromise().join());
                    t.loop().callLater(ofMillis(10), group::cancel);
                    t.loop().callLater(ofMillis(10), group::cancel);
                    groups.add(group);
                    return child.join();
                  });
          assertThat(result).isNull();
          groups.getFirst().cancel();
          t.note("end");
          assertThat(currentTask().orElseThrow().cancelRequests()).isZero();
          sleep(ofMillis(1));
        });

    assertThat(t.trail()).containsExactly("end@10");
  }

  @Test
  @Parity("TG-11")
  void cancelFromTheBodyAndWhileTheGroupEnds(TestLoop t) {
    t.run(
        () -> {
          TaskGroup.run(
              group -> {
                group.spawn(() -> newPromise().join());
                group.cancel();
                t.note("until the next wait");
              });
          t.note("first");
          TaskGroup.run(
              group -> {
                group.spawn(() -> newPromise().join());
                t.loop().callLater(ofMillis(5), group::cancel);
              });
          t.note("second");
          sleep(ofMillis(1));
        });

    assertThat(t.trail()).containsExactly("until the next wait@0", "first@0", "second@5");
  }

  @Test
  @Parity("TG-11")
  void anExternalCancelBesideTheGroupsOwnIsNotLost(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () ->
                      TaskGroup.run(
                          group -> {
                            groups.add(group);
                            newPromise().join();
                          }));
          yieldNow();
          groups.getFirst().cancel();
          task.cancel("outside");
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
          assertThat(task.cancelRequests()).isEqualTo(1);
        });
  }

  @Test
  void aStageThatCannotBeCancelledIsReportedAndTheOthersAreCancelled(TestLoop t) {
    var stage =
        new CompletableFuture<String>() {
          @Override
          public boolean cancel(boolean mayInterrupt) {
            throw new IllegalStateException("no");
          }
        };
    t.run(
        () ->
            assertThatThrownBy(
                    () ->
                        TaskGroup.run(
                            group -> {
                              group.spawn(() -> Aio.wrap(stage).join());
                              group.spawn(() -> newPromise().join());
                              yieldNow();
                              throw new IOException("body");
                            }))
                .isInstanceOf(ExceptionGroup.class));

    assertThat(t.errorMessages())
        .containsExactly("the cancel of what " + t.loop() + " waited for threw");
    assertThat(t.errors().getFirst().exception()).hasMessage("no");
  }
}
