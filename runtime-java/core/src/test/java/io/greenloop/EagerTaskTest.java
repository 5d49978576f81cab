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

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

class EagerTaskTest {
  private static final TaskOptions EAGER = TaskOptions.DEFAULT.eagerStart(true);

  private static <T> Task<T> eager(Callable<T> body) {
    return spawn(EAGER, body);
  }

  @Test
  @Parity({"TASK-17", "AC-eager-task-factory.1", "AC-tasks-the-rest.22"})
  void theFirstStepRunsInsideSpawnAndMayFinishTheTask(TestLoop t) {
    t.run(
        () -> {
          t.loop().callSoon(() -> t.note("queued before"));
          var task =
              eager(
                  () -> {
                    t.note("body");
                    return 7;
                  });
          t.note("spawned");
          assertThat(task.isDone()).isTrue();
          assertThat(task.getNow()).isEqualTo(7);
          assertThat(Aio.allTasks()).hasSize(1);
          yieldNow();
        });

    assertThat(t.trail()).containsExactly("body@0", "spawned@0", "queued before@0");
  }

  @Test
  @Parity({"TASK-17", "AC-eager-task-factory.2"})
  void oneThatWaitsGoesOnAsANormalTask(TestLoop t) {
    t.run(
        () -> {
          var task =
              eager(
                  () -> {
                    t.note("step 1");
                    sleep(ofMillis(5));
                    t.note("step 2");
                    return "x";
                  });
          t.note("spawned");
          assertThat(task.join()).isEqualTo("x");
        });

    assertThat(t.trail()).containsExactly("step 1@0", "spawned@0", "step 2@5");
  }

  @Test
  @Parity({"TASK-17", "AC-eager-task-factory.4"})
  void currentTaskIsSwappedAndRestored(TestLoop t) {
    t.run(
        () -> {
          var me = currentTask();
          List<Object> inside = new ArrayList<>();
          var task =
              eager(
                  () -> {
                    inside.add(currentTask().orElseThrow());
                    inside.add(Aio.allTasks().size());
                    return newPromise().join();
                  });
          assertThat(currentTask()).isEqualTo(me);
          assertThat(inside).containsExactly(task, 2);
          assertThat(Aio.allTasks()).hasSize(2);
        });
  }

  @Test
  @Parity("TASK-17")
  void exceptionsAreStoredNeverThrownBySpawn(TestLoop t) {
    t.run(
        () -> {
          var task =
              eager(
                  () -> {
                    throw new IOException("stored");
                  });
          assertThat(task.exceptionNow()).hasMessage("stored");
        });
  }

  @Test
  @Parity("TASK-17")
  void onALoopThatDoesNotRunItStartsWithTheRun(TestLoop t) {
    var task = t.loop().spawn(EAGER, () -> 1);
    assertThat(task.isDone()).isFalse();
    assertThat((int) t.loop().runUntilComplete((Awaitable<Integer>) task)).isEqualTo(1);
  }

  @Test
  @Parity({"TASK-17", "TASK-18", "AC-eager-task-factory.7", "AC-tasks-the-rest.22"})
  void theOptionBeatsTheFactory(TestLoop t) {
    t.loop().setTaskFactory(TaskFactories.eager());
    t.run(
        () -> {
          var lazy = spawn(TaskOptions.named("lazy one").eagerStart(false), () -> t.trail().size());
          assertThat(lazy.isDone()).isFalse();
          assertThat(lazy.name()).isEqualTo("lazy one");
          assertThat(spawn(() -> 1).isDone()).isTrue();
          lazy.join();
        });
  }

  @Test
  @Parity("AC-eager-task-factory.3")
  void cancelAfterItFinishedIsRefusedAfterItWaitsItIsNormal(TestLoop t) {
    t.run(
        () -> {
          var done = eager(() -> 7);
          assertThat(done.cancel()).isFalse();
          assertThat(done.getNow()).isEqualTo(7);

          var waiting = eager(() -> newPromise().join());
          assertThat(waiting.cancel()).isTrue();
          assertThatThrownBy(waiting::join).isInstanceOf(CancelledError.class);
        });
  }

  @Test
  @Parity({"CTX-6", "AC-eager-task-factory.5"})
  void theCreatorsVariablesAreUntouched(TestLoop t) {
    ContextVar<String> var = ContextVar.create("v");
    t.run(
        () -> {
          var.set("creator");
          eager(
              () -> {
                t.note(var.get());
                var.set("task");
                yieldNow();
                return t.trail();
              });
          t.note(var.get());
        });

    assertThat(t.trail()).containsExactly("creator@0", "creator@0");
  }

  @Test
  @Parity("AC-eager-task-factory.6")
  void deepNestingCompletesAndNoTaskCountsTwice(TestLoop t) {
    t.loop().setTaskFactory(TaskFactories.eager());
    t.run(
        () -> {
          assertThat(depth(30)).isEqualTo(30);
          assertThat(Aio.allTasks()).hasSize(1);
          assertThat(leaves(6)).isEqualTo(64);
        });
  }

  private static int depth(int n) {
    return n == 0 ? 0 : 1 + spawn(() -> depth(n - 1)).join();
  }

  private static int leaves(int depth) {
    if (depth == 0) {
      yieldNow();
      return 1;
    }
    return gather(spawn(() -> leaves(depth - 1)), spawn(() -> leaves(depth - 1))).join().stream()
        .mapToInt(x -> x)
        .sum();
  }

  @Test
  @Parity("TASK-17")
  void inACallbackTheFirstStepRunsInsideSpawnToo(TestLoop t) {
    t.loop()
        .callSoon(
            () -> {
              t.loop()
                  .spawn(
                      EAGER,
                      () -> {
                        t.note("step 1");
                        yieldNow();
                        t.note("step 2");
                        return 1;
                      });
              t.note("callback goes on, current " + currentTask());
            });
    t.loop().callSoon(() -> t.note("next callback"));
    t.runUntilIdle();

    assertThat(t.trail())
        .containsExactly(
            "step 1@0",
            "callback goes on, current Optional.empty@0",
            "next callback@0",
            "step 2@0");
  }

  @Test
  @Parity("TASK-17")
  void anEagerTaskMayBeCancelledByItsOwnFirstStep(TestLoop t) {
    t.run(
        () -> {
          var task =
              eager(
                  () -> {
                    currentTask().orElseThrow().cancel();
                    yieldNow();
                    return 1;
                  });
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
        });
  }
}
