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

import io.greenloop.ChildOptions.OnFailure;
import io.greenloop.sync.Queue;
import io.greenloop.testing.Exploration;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Children that the group does not wait for, or whose failure is no failure of the group. */
class ChildOptionsTest {
  private static final ChildOptions DAEMON = ChildOptions.DEFAULT.daemon();
  private static final ChildOptions IGNORED = ChildOptions.DEFAULT.onFailure(OnFailure.IGNORE);
  private static final ChildOptions CANCELS = ChildOptions.DEFAULT.onFailure(OnFailure.CANCEL);

  private static ThrowingRunnable untilCancelled(TestLoop t, String name, int cleanupMillis) {
    return () -> {
      try {
        newPromise().join();
      } finally {
        sleep(ofMillis(cleanupMillis));
        t.note(name);
      }
    };
  }

  private static ThrowingRunnable failsAfter(int millis, String message) {
    return () -> {
      sleep(ofMillis(millis));
      throw new IOException(message);
    };
  }

  @Test
  void anIgnoredFailureLeavesTheGroupAlone(TestLoop t) {
    t.run(
        () -> {
          var failing = new ArrayList<Task<?>>();
          String result =
              TaskGroup.run(
                  group -> {
                    failing.add(group.spawn(IGNORED, failsAfter(1, "ignored")));
                    var other =
                        group.spawn(
                            () -> {
                              sleep(ofMillis(10));
                              t.note("other");
                              return "result";
                            });
                    return other.join();
                  });
          assertThat(result).isEqualTo("result");
          assertThatThrownBy(failing.getFirst()::join).hasMessage("ignored");
        });

    assertThat(t.trail()).containsExactly("other@10");
    assertThat(t.errors()).isEmpty();
  }

  @Test
  void anIgnoredFailureThatNobodyLooksAtIsReportedAndNotLost(TestLoop t) {
    t.run(() -> TaskGroup.run(group -> group.spawn(IGNORED, failsAfter(1, "unseen"))));

    assertThat(t.errors()).hasSize(1);
    assertThat(t.errors().getFirst().exception()).hasMessage("unseen");
  }

  @Test
  void aFailureThatCancelsEndsTheGroupWithoutAnError(TestLoop t) {
    t.run(
        () -> {
          var failing = new ArrayList<Task<?>>();
          Object result =
              TaskGroup.run(
                  group -> {
                    failing.add(group.spawn(CANCELS, failsAfter(5, "enough")));
                    group.spawn(untilCancelled(t, "child", 0));
                    return newPromise().join();
                  });
          assertThat(result).isNull();
          assertThat(currentTask().orElseThrow().cancelRequests()).isZero();
          assertThatThrownBy(failing.getFirst()::join).hasMessage("enough");
          sleep(ofMillis(1)); // nothing is pending any more
        });

    assertThat(t.trail()).containsExactly("child@5");
  }

  @Test
  void aDaemonIsCancelledAndWaitedForWhenTheOthersHaveEnded(TestLoop t) {
    t.run(
        () -> {
          TaskGroup.run(
              group -> {
                group.spawn(DAEMON, untilCancelled(t, "daemon", 5));
                group.spawn(
                    () -> {
                      sleep(ofMillis(20));
                      t.note("child");
                    });
                sleep(ofMillis(10));
                t.note("block");
              });
          t.note("end");
        });

    assertThat(t.trail()).containsExactly("block@10", "child@20", "daemon@25", "end@25");
  }

  @Test
  void joinDoesNotWaitForDaemons(TestLoop t) {
    t.run(
        () ->
            TaskGroup.run(
                group -> {
                  group.spawn(DAEMON, untilCancelled(t, "daemon", 0));
                  group.spawn(() -> sleep(ofMillis(20)));
                  group.join();
                  t.note("joined");
                  sleep(ofMillis(5));
                }));

    assertThat(t.trail()).containsExactly("joined@20", "daemon@25");
  }

  @Test
  void ofACancelledGroupTheDaemonsLastUntilTheOthersHaveCleanedUp(TestLoop t) {
    t.run(
        () ->
            TaskGroup.run(
                group -> {
                  var requests = new Queue<String>();
                  group.spawn(
                      DAEMON,
                      () -> {
                        while (true) {
                          t.note(requests.get());
                        }
                      });
                  group.spawn(
                      () -> {
                        try {
                          newPromise().join();
                        } finally {
                          sleep(ofMillis(10));
                          requests.put("served");
                          yieldNow();
                        }
                      });
                  yieldNow();
                  group.cancel();
                }));

    assertThat(t.trail()).containsExactly("served@10");
  }

  @Test
  void aFailingDaemonFailsTheGroup(TestLoop t) {
    t.run(
        () -> {
          var failure =
              catchThrowableOfType(
                  ExceptionGroup.class,
                  () ->
                      TaskGroup.run(
                          group -> {
                            group.spawn(DAEMON, failsAfter(5, "daemon"));
                            group.spawn(untilCancelled(t, "child", 0));
                            newPromise().join();
                          }));
          assertThat(failure.exceptions())
              .extracting(Throwable::getMessage)
              .containsExactly("daemon");
        });

    assertThat(t.trail()).containsExactly("child@5");
  }

  @Test
  void whatADaemonThrowsWhenItIsCancelledAtTheEndIsAFailureToo(TestLoop t) {
    t.run(
        () -> {
          var failure =
              catchThrowableOfType(
                  ExceptionGroup.class,
                  () ->
                      TaskGroup.run(
                          group -> {
                            group.spawn(
                                DAEMON,
                                () -> {
                                  try {
                                    newPromise().join();
                                  } catch (CancelledError cancel) {
                                    throw new IOException("cleanup");
                                  }
                                });
                            yieldNow();
                          }));
          assertThat(failure.exceptions())
              .extracting(Throwable::getMessage)
              .containsExactly("cleanup");
        });
  }

  @Test
  void aDaemonCannotSpawnWhenTheOthersHaveEnded(TestLoop t) {
    t.run(
        () ->
            TaskGroup.run(
                group -> {
                  group.spawn(
                      DAEMON,
                      () -> {
                        try {
                          newPromise().join();
                        } finally {
                          assertThatThrownBy(() -> group.spawn(() -> sleep(ofMillis(1))))
                              .isInstanceOf(IllegalStateException.class)
                              .hasMessageEndingWith("has finished");
                          t.note("refused");
                        }
                      });
                  yieldNow();
                }));

    assertThat(t.trail()).containsExactly("refused@0");
  }

  /** Whenever the cancel from outside comes: no child survives, daemons end last, it is thrown. */
  @Test
  void aCancelAtAnyPointLeavesNoChildAndEndsTheDaemonLast() {
    Exploration.of(200)
        .run(
            (t, seed) -> {
              List<String> ended = new ArrayList<>();
              t.run(
                  () -> {
                    var task =
                        spawn(
                            () ->
                                TaskGroup.run(
                                    group -> {
                                      group.spawn(
                                          DAEMON,
                                          () -> {
                                            try {
                                              newPromise().join();
                                            } finally {
                                              ended.add("daemon");
                                            }
                                          });
                                      group.spawn(
                                          () -> {
                                            try {
                                              sleep(ofMillis(6));
                                            } finally {
                                              sleep(ofMillis(2));
                                              ended.add("child");
                                            }
                                          });
                                      sleep(ofMillis(3));
                                    }));
                    sleep(ofMillis(1 + seed % 9));
                    boolean asked = task.cancel("outside");
                    Throwable thrown = catchThrowable(task::join);
                    if (asked) {
                      assertThat(thrown).isInstanceOf(CancelledError.class);
                    } else {
                      assertThat(thrown).isNull();
                    }
                    assertThat(ended.indexOf("child")).isLessThan(ended.indexOf("daemon"));
                    assertThat(Aio.allTasks()).hasSize(1);
                  });
            });
  }

  @Test
  void aDaemonMayJoinItsGroup(TestLoop t) {
    t.run(
        () -> {
          TaskGroup.run(
              group -> {
                group.spawn(
                    DAEMON,
                    () -> {
                      group.join();
                      t.note("others done");
                    });
                group.spawn(() -> sleep(ofMillis(10)));
              });
          t.note("block done");
        });

    assertThat(t.trail()).containsExactly("others done@10", "block done@10");
  }

  @Test
  void manyMayJoinOneGroup(TestLoop t) {
    t.run(
        () -> {
          var joining = new ArrayList<Task<?>>();
          TaskGroup.run(
              group -> {
                group.spawn(() -> sleep(ofMillis(10)));
                for (int i = 0; i < 3; i++) {
                  String name = "joiner " + i;
                  joining.add(
                      spawn(
                          () -> {
                            group.join();
                            t.note(name);
                          }));
                }
                joining.add(spawn(() -> group.join()));
                yieldNow();
                joining.getLast().cancel(); // takes its own wait with it, nobody else's
                group.join();
                t.note("body");
              });
          for (Task<?> task : joining.subList(0, 3)) {
            task.join();
          }
          assertThat(joining.getLast().isCancelled()).isTrue();
        });

    assertThat(t.trail()).containsExactly("joiner 0@10", "joiner 1@10", "joiner 2@10", "body@10");
  }
}
