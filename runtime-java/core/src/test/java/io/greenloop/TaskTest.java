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

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a task is: its start, its name, its stack, who may complete it. */
class TaskTest {
  @Test
  @Parity("TASK-1")
  void tasksStartInOrderOfCreationAndNotBeforeTheCreatorWaits(TestLoop t) {
    t.run(
        () -> {
          var a = spawn(() -> t.note("a"));
          var b = spawn(() -> t.note("b"));
          t.note("created");
          b.join();
          assertThat(a.isDone()).isTrue();
        });

    assertThat(t.trail()).containsExactly("created@0", "a@0", "b@0");
  }

  @Test
  @Parity("TASK-1")
  void aTaskSpawnedBeforeTheRunStartsWithIt(TestLoop t) {
    var task = t.loop().spawn(() -> "value");
    assertThat(task.isDone()).isFalse();

    assertThat(t.loop().<String>runUntilComplete(task)).isEqualTo("value");
  }

  @Test
  @Parity("TASK-1")
  void spawnNeedsALoop() {
    assertThatThrownBy(() -> spawn(() -> "x"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "spawn: no event loop runs in thread '%s'; call it from a task, or start one with"
                + " Aio.run",
            Thread.currentThread().getName());
  }

  @Test
  @Parity({"TASK-1", "TASK-18", "AC-base-events.7"})
  void aTaskFactoryGetsTheLoopTheOptionsAndTheBody(TestLoop t) {
    var seen = new ArrayList<Object>();
    TaskFactory factory =
        new TaskFactory() {
          @Override
          public <T> Task<T> create(
              EventLoop loop, TaskOptions options, Callable<? extends T> body) {
            seen.add(loop);
            seen.add(options);
            return TaskFactories.lazy().create(loop, options, body);
          }
        };
    t.loop().setTaskFactory(factory);
    assertThat(t.loop().taskFactory()).isSameAs(factory);
    var options = TaskOptions.named("worker");

    var task = t.loop().spawn(options, () -> 1);

    assertThat(seen).containsExactly(t.loop(), options);
    assertThat(task.name()).isEqualTo("worker");
    t.loop().setTaskFactory(null);
    assertThat(t.loop().taskFactory()).isSameAs(TaskFactories.lazy());
    assertThat((int) t.loop().runUntilComplete((Awaitable<Integer>) task)).isEqualTo(1);
  }

  @Test
  @Parity("TASK-18")
  void whatATaskFactoryThrowsIsThrownBySpawn(TestLoop t) {
    t.loop()
        .setTaskFactory(
            new TaskFactory() {
              @Override
              public <T> Task<T> create(
                  EventLoop loop, TaskOptions options, Callable<? extends T> body) {
                throw new IllegalArgumentException("no tasks today");
              }
            });

    assertThatThrownBy(() -> t.loop().spawn(() -> 1)).hasMessage("no tasks today");
    t.loop().setTaskFactory(null);
  }

  @Test
  @Parity("TASK-2")
  void namesAreNumberedUnlessGivenAndMayChange(TestLoop t) {
    t.run(
        () -> {
          var first = spawn(() -> 1);
          var second = spawn(() -> 2);
          int n = Integer.parseInt(first.name().substring("Task-".length()));
          assertThat(second.name()).isEqualTo("Task-" + (n + 1));

          var named = spawn(TaskOptions.named(42), () -> 3);
          assertThat(named.name()).isEqualTo("42");
          named.setName(List.of("a"));
          assertThat(named.name()).isEqualTo("[a]");
          assertThat(named.toString()).isEqualTo("task '[a]' (pending)");
          currentTask().orElseThrow().setName("renamed while running");
          assertThat(currentTask().orElseThrow().name()).isEqualTo("renamed while running");
        });
  }

  @Test
  @Parity({"TASK-13", "AC-tasks-the-rest.1"})
  void awaitingItselfIsAnErrorInTheTask(TestLoop t) {
    t.run(
        () -> {
          var task = spawn(TaskOptions.named("self"), () -> currentTask().orElseThrow().join());

          assertThatThrownBy(task::join)
              .isInstanceOf(IllegalStateException.class)
              .hasMessage("join: task 'self' cannot wait for itself; return from it instead");
        });
  }

  @Test
  @Parity({"TASK-13", "AC-tasks-the-rest.1", "FUT-9"})
  void awaitingAFutureOfAnotherLoopIsAnErrorInTheTask(TestLoop t) {
    try (var other = EventLoop.create(LoopOptions.defaults().withName("other"))) {
      Promise<String> foreign = other.newPromise();

      Throwable thrown = t.run(() -> spawn(() -> catchThrowable(foreign::join)).join());

      assertThat(thrown)
          .isInstanceOf(WrongThreadException.class)
          .hasMessageMatching(
              "join on loop 'other' called from thread '.*'; use callSoonThreadsafe to hand work to"
                  + " the loop");
    }
  }

  @Test
  @Parity({"TASK-14", "AC-tasks-the-rest.2"})
  void aTaskHasNoMethodThatCompletesIt() {
    var publicNames =
        Arrays.stream(Task.class.getMethods()).map(m -> m.getName()).distinct().toList();

    assertThat(publicNames)
        .doesNotContain(
            "complete", "completeExceptionally", "tryComplete", "tryCompleteExceptionally");
    assertThat(Promise.class.isAssignableFrom(Task.class)).isFalse();
  }

  @Test
  @Parity("TASK-15")
  void aSuspendedTaskShowsItsWholeStack(TestLoop t) {
    t.run(
        () -> {
          var task = spawn(TaskTest::waitForever);
          yieldNow();

          var methods =
              Arrays.stream(task.stackTrace()).map(StackTraceElement::getMethodName).toList();
          assertThat(methods).containsSubsequence("sleep", "deeper", "waitForever");

          task.cancel();
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
          assertThat(task.stackTrace()).isEmpty();
        });
  }

  private static String waitForever() {
    return deeper();
  }

  private static String deeper() {
    sleep(ofMillis(1_000_000));
    return "";
  }

  @Test
  @Parity("TASK-15")
  void aFailedTaskShowsWhereItFailed(TestLoop t) {
    t.run(
        () -> {
          var failed = spawn(TaskOptions.named("f"), () -> fail());
          assertThatThrownBy(failed::join).hasMessage("disk on fire");
          var done = spawn(TaskOptions.named("d"), () -> 1);
          done.join();

          assertThat(failed.stackTrace()[0].getMethodName()).isEqualTo("fail");
          assertThat(done.stackTrace()).isEmpty();
          assertThat(printed(done)).isEqualTo("No stack for task 'd' (finished)\n");
          assertThat(printed(failed))
              .startsWith("Stack for task 'f' (finished)\n\tat io.greenloop.TaskTest.fail(");
        });
  }

  private static String fail() throws IOException {
    throw new IOException("disk on fire");
  }

  private static String printed(Task<?> task) {
    var bytes = new ByteArrayOutputStream();
    task.printStack(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  @Parity({"TASK-16", "AC-tasks-cancellation.14"})
  void theCurrentTaskIsRightAroundEverySuspension(TestLoop t) {
    t.run(
        () -> {
          var tasks = new ArrayList<Task<?>>();
          for (int i = 0; i < 3; i++) {
            int me = i;
            tasks.add(
                spawn(
                    () -> {
                      for (int step = 0; step < 3; step++) {
                        assertThat(currentTask()).containsSame(tasks.get(me));
                        yieldNow();
                        assertThat(currentTask()).containsSame(tasks.get(me));
                        sleep(ofMillis(1));
                      }
                      assertThat(currentTask()).containsSame(tasks.get(me));
                    }));
          }
          for (Task<?> task : tasks) {
            task.join();
          }
        });
  }

  @Test
  @Parity("TASK-16")
  void thereIsNoCurrentTaskInACallbackAndNoneWithoutALoop(TestLoop t) {
    t.loop().callSoon(() -> t.note(currentTask()));
    t.runUntilIdle();

    assertThat(t.trail()).containsExactly("Optional.empty@0");
    assertThatThrownBy(Aio::currentTask)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "currentTask: no event loop runs in thread '%s'; call it from a task, or start one"
                + " with Aio.run",
            Thread.currentThread().getName());
  }

  @Test
  @Parity({"TASK-16", "AC-graph.3"})
  void allTasksAreTheUnfinishedOnesSeenFromAnyThread(TestLoop t) {
    t.run(
        () -> {
          var done = spawn(() -> 1);
          done.join();
          var waiting = spawn(() -> newPromise().join());
          var me = currentTask().orElseThrow();

          assertThat(Aio.allTasks()).isEqualTo(Set.of(me, waiting));
          Set<Task<?>> elsewhere = Aio.toThread(() -> t.loop().allTasks()).join();
          assertThat(elsewhere).isEqualTo(Set.of(me, waiting));
        });
  }

  @Test
  @Parity("AC-tasks-the-rest.20")
  void aTaskThatNobodyHoldsStillFinishes(TestLoop t) {
    t.run(
        () -> {
          spawnAndForget(t);
          yieldNow();
          for (int i = 0; i < 3; i++) {
            System.gc();
          }
          sleep(ofMillis(20));
        });

    assertThat(t.trail()).containsExactly("finished@10");
  }

  private static void spawnAndForget(TestLoop t) {
    spawn(
        () -> {
          sleep(ofMillis(10));
          t.note("finished");
        });
  }

  @Test
  @Parity("AC-threads.2")
  void aTaskMayBeAwaitedTwiceItsBodyRunsOnce(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    t.note("ran");
                    return 7;
                  });
          assertThat(task.join()).isEqualTo(7);
          assertThat(task.join()).isEqualTo(7);
        });

    assertThat(t.trail()).containsExactly("ran@0");
  }

  @Test
  void parentsAndWaitsShow(TestLoop t) {
    t.run(
        () -> {
          var me = currentTask().orElseThrow();
          var child = spawn(() -> newPromise().join());
          var sleeper = spawn(() -> sleep(ofMillis(5)));
          assertThat(child.parent()).containsSame(me);
          assertThat(child.waitsFor()).isEmpty();
          yieldNow();
          assertThat(child.waitsFor().orElseThrow().toString())
              .matches("future@\\w+ \\(pending\\)");
          assertThat(sleeper.waitsFor()).contains("sleep");
        });
  }

  /** Spawns its successor and ends. */
  private static void successor(int left) {
    spawn(
        TaskOptions.named("step " + left),
        () -> {
          if (left == 0) {
            throw new IOException("the last one");
          }
          successor(left - 1);
          return 0;
        });
  }

  @Test
  void oneThatSpawnsItsSuccessorIsNotHeldByIt(TestLoop t) {
    t.run(
        () -> {
          var ended = new ArrayList<WeakReference<Object>>();
          var last = new ArrayList<Task<?>>();
          spawn(
              () -> {
                ended.add(new WeakReference<>(currentTask().orElseThrow()));
                last.add(spawn(() -> newPromise().join()));
                assertThat(last.getFirst().parent()).isPresent();
                return new byte[1];
              });
          sleep(ofMillis(1));

          while (ended.getFirst().get() != null) {
            System.gc();
            yieldNow();
          }
          assertThat(last.getFirst().parent()).isEmpty();
        });
  }

  @Test
  void theReportOfOneWithAThousandAncestorsNamesTheNearest(TestLoop t) {
    t.run(
        () -> {
          successor(1000);
          sleep(ofMillis(1));
        });

    assertThat(t.errorMessages())
        .containsExactly(
            "nobody looked at the failure of task 'step 0'"
                + IntStream.rangeClosed(1, 16)
                    .mapToObj(i -> ", spawned by task 'step " + i + "'")
                    .collect(Collectors.joining())
                + ", and so on");
  }
}
