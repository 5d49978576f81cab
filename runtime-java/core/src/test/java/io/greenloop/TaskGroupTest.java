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
import org.junit.jupiter.api.Test;

/** Groups whose children, body and surroundings behave; failures are in TaskGroupFailureTest. */
class TaskGroupTest {
  private final List<TaskGroup> groups = new ArrayList<>();

  @Test
  @Parity({"TG-1", "TG-5", "AC-taskgroups.1"})
  void allChildrenAreDoneAtItsEnd(TestLoop t) {
    t.run(
        () -> {
          var children = new ArrayList<Task<Integer>>();
          String result =
              TaskGroup.run(
                  group -> {
                    for (int i = 1; i <= 3; i++) {
                      int n = i;
                      children.add(
                          group.spawn(
                              () -> {
                                sleep(ofMillis(10 * n));
                                return n;
                              }));
                    }
                    t.note("body ended");
                    return "result";
                  });
          t.note(result);
          assertThat(children).extracting(Task::getNow).containsExactly(1, 2, 3);
        });

    assertThat(t.trail()).containsExactly("body ended@0", "result@30");
  }

  @Test
  @Parity({"TG-1", "AC-taskgroups.12"})
  void itNeedsATask(TestLoop t) {
    assertThatThrownBy(() -> TaskGroup.run(group -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "TaskGroup.run: no event loop runs in thread '%s'; call it from a task, or start one"
                + " with Aio.run",
            Thread.currentThread().getName());
    t.loop()
        .callSoon(
            () ->
                t.note(
                    catchThrowable(() -> TaskGroup.run(group -> {}))
                        .getMessage()
                        .replaceAll("loop-\\d+", "L")));
    t.runUntilIdle();
    assertThat(t.trail())
        .containsExactly(
            "TaskGroup.run on loop 'L' in a callback: there is no task to park; spawn one for code"
                + " that waits@0");
  }

  @Test
  @Parity({"TG-2", "AC-taskgroups.12"})
  void spawningIntoAFinishedGroupIsRefused(TestLoop t) {
    t.run(
        () -> {
          currentTask().orElseThrow().setName("main");
          TaskGroup.run(
              group -> {
                groups.add(group);
              });

          assertThatThrownBy(() -> groups.getFirst().spawn(() -> t.note("never")))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage("TaskGroup.spawn: the group of task 'main' has finished");
          groups.getFirst().cancel(); // harmless
        });

    assertThat(t.trail()).isEmpty();
  }

  @Test
  @Parity({"TG-2", "AC-taskgroups.12"})
  void spawningAfterAFailureIsRefused(TestLoop t) {
    t.run(
        () -> {
          currentTask().orElseThrow().setName("main");
          var group =
              catchThrowableOfType(
                  ExceptionGroup.class,
                  () ->
                      TaskGroup.run(
                          g -> {
                            g.spawn(
                                () -> {
                                  throw new IOException("first");
                                });
                            try {
                              sleep(ofMillis(10));
                            } catch (CancelledError cancel) {
                              assertThatThrownBy(() -> g.spawn(() -> t.note("never")))
                                  .isInstanceOf(IllegalStateException.class)
                                  .hasMessage(
                                      "TaskGroup.spawn: the group of task 'main' is being"
                                          + " cancelled");
                              throw cancel;
                            }
                          }));
          assertThat(group.exceptions()).hasSize(1);
        });

    assertThat(t.trail()).isEmpty();
  }

  @Test
  @Parity({"TG-2", "AC-taskgroups.11"})
  void childrenMaySpawnAlsoWhileTheGroupEnds(TestLoop t) {
    t.run(
        () -> {
          TaskGroup.run(
              group -> {
                group.spawn(
                    () -> {
                      sleep(ofMillis(10));
                      group.spawn(
                          () -> {
                            sleep(ofMillis(10));
                            t.note("grandchild");
                          });
                    });
              });
          t.note("end");
        });

    assertThat(t.trail()).containsExactly("grandchild@20", "end@20");
  }

  @Test
  @Parity("AC-taskgroups.11")
  void aHydraOfSpawnersIsStillStoppable(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () ->
                      TaskGroup.run(
                          group -> {
                            for (int i = 0; i < 5; i++) {
                              hydra(group);
                            }
                          }));
          sleep(ofMillis(50));
          task.cancel();
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
          assertThat(Aio.allTasks()).hasSize(1);
        });
  }

  private static void hydra(TaskGroup group) {
    group.spawn(
        () -> {
          sleep(ofMillis(10));
          hydra(group);
        });
  }

  @Test
  @Parity("AC-taskgroups.11")
  void finishedChildrenAreReleasedEarly(TestLoop t) {
    t.run(
        () ->
            TaskGroup.run(
                group -> {
                  var child = new java.lang.ref.WeakReference<>(group.spawn(() -> new byte[1000]));
                  sleep(ofMillis(1));
                  for (int i = 0; i < 50 && child.get() != null; i++) {
                    System.gc();
                    Aio.yieldNow();
                  }
                  assertThat(child.get()).isNull();
                }));
  }

  @Test
  @Parity({"TG-4", "AC-taskgroups.2"})
  void aChildCancelledByHandIsNoFailure(TestLoop t) {
    t.run(
        () -> {
          TaskGroup.run(
              group -> {
                var victim = group.spawn(() -> newPromise().join());
                group.spawn(
                    () -> {
                      sleep(ofMillis(10));
                      t.note("sibling lives");
                    });
                yieldNow();
                victim.cancel();
                sleep(ofMillis(5));
                t.note("body goes on");
              });
          t.note("end");
        });

    assertThat(t.trail()).containsExactly("body goes on@5", "sibling lives@10", "end@10");
  }

  @Test
  @Parity("TG-5")
  void joinInTheBodyWaitsForTheChildrenThereAre(TestLoop t) {
    t.run(
        () ->
            TaskGroup.run(
                group -> {
                  group.spawn(() -> sleep(ofMillis(10)));
                  group.join();
                  t.note("joined");
                  group.spawn(() -> sleep(ofMillis(10)));
                }));

    assertThat(t.trail()).containsExactly("joined@10");
  }

  @Test
  @Parity({"TG-10", "AC-eager-task-factory.6"})
  void eagerChildrenCountAndAFailingOneAbortsOneTurnLater(TestLoop t) {
    t.loop().setTaskFactory(TaskFactories.eager());
    t.run(
        () -> {
          TaskGroup.run(
              group -> {
                var done = group.spawn(() -> 7);
                assertThat(done.isDone()).isTrue();
              });
          var failure =
              catchThrowableOfType(
                  ExceptionGroup.class,
                  () ->
                      TaskGroup.run(
                          group -> {
                            group.spawn(
                                () -> {
                                  throw new IOException("eager");
                                });
                            t.note("spawn returned");
                            group.spawn(() -> 1); // not aborting yet
                            yieldNow();
                            yieldNow();
                            t.note("never");
                          }));
          assertThat(failure.exceptions())
              .extracting(Throwable::getMessage)
              .containsExactly("eager");
          TaskGroup.run(
              group -> {
                nest(group, 20);
              });
        });

    assertThat(t.trail()).containsExactly("spawn returned@0");
  }

  private static void nestedGroup(int depth) {
    TaskGroup.run(
        inner -> {
          nest(inner, depth);
        });
  }

  private static void nest(TaskGroup group, int depth) {
    if (depth > 0) {
      group.spawn(() -> nestedGroup(depth - 1));
      group.spawn(Aio::yieldNow);
    }
  }

  @Test
  @Parity("CTX-3")
  void childrenHaveContextsOfTheirOwnTheBodyHasTheCallers(TestLoop t) {
    ContextVar<String> var = ContextVar.create("v");
    t.run(
        () -> {
          var.set("caller");
          TaskGroup.run(
              group -> {
                group.spawn(() -> t.note(var.set("child")));
                yieldNow();
                var.set("body");
              });
          t.note(var.get());
        });

    assertThat(t.trail()).containsExactly("caller@0", "body@0");
  }
}
