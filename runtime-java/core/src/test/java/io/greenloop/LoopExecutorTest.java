package io.greenloop;

import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.sync.Event;
import io.greenloop.testing.TestLoop;
import io.greenloop.testing.VirtualClock;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The edges of {@link EventLoop#asExecutor}: long delays, its end, the end of the loop. */
class LoopExecutorTest {
  private static void turns() {
    for (int i = 0; i < 6; i++) {
      yieldNow();
    }
  }

  @Test
  void aDelayWithoutEndIsNoDelayOfZero(TestLoop t) {
    t.run(
        () -> {
          var executor = t.loop().asExecutor();
          var never = executor.schedule(() -> t.note("ran"), Long.MAX_VALUE, TimeUnit.DAYS);
          turns();

          assertThat(never.getDelay(TimeUnit.DAYS)).isGreaterThan(36_500);
          executor.shutdownNow();
        });

    assertThat(t.trail()).isEmpty();
  }

  @Test
  void aPeriodWithoutEndRunsOnce(TestLoop t) {
    t.run(
        () -> {
          var executor = t.loop().asExecutor();
          sleep(ofHours(1));
          var _ =
              executor.scheduleAtFixedRate(
                  () -> t.note("ran"), 0, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
          turns();
          executor.shutdownNow();
        });

    assertThat(t.trail()).containsExactly("ran@3600000");
  }

  @Test
  void itIsTerminatedWhenTheLastJobHasCleanedUp(TestLoop t) {
    t.run(
        () -> {
          var executor = t.loop().asExecutor();
          var mayEnd = new Event();
          var _ =
              executor.submit(
                  () -> {
                    try {
                      sleep(ofHours(1));
                    } finally {
                      mayEnd.waitFor();
                    }
                  });
          turns();
          executor.shutdownNow();
          turns();
          assertThat(executor.isTerminated()).isFalse();

          mayEnd.set();
          turns();
          assertThat(executor.isTerminated()).isTrue();
        });
  }

  @Test
  void aJobWhoseTaskIsCancelledBeforeItsFirstStepEnds(TestLoop t) {
    t.run(
        () -> {
          var executor = t.loop().asExecutor();
          Future<?> job = executor.submit(() -> t.note("ran"));
          t.loop()
              .callSoon(
                  () ->
                      Aio.allTasks().stream()
                          .filter(task -> task.parent().isEmpty() && task.name().startsWith("Task"))
                          .reduce((_, last) -> last)
                          .orElseThrow()
                          .cancel());
          turns();
          executor.shutdown();

          assertThat(job.isCancelled()).isTrue();
          assertThat(executor.isTerminated()).isTrue();
        });

    assertThat(t.trail()).isEmpty();
  }

  @Test
  void whatAClosedLoopHasNotRunIsCancelled() {
    var loop = EventLoop.create();
    var executor = loop.asExecutor();
    var never = new Event();
    Future<?> waiting = executor.submit(() -> never.waitFor());
    Future<?> delayed = executor.schedule(() -> {}, 1, TimeUnit.HOURS);
    loop.runUntilComplete(loop.spawn(LoopExecutorTest::turns));
    Future<?> queued = executor.submit(() -> {});
    loop.close();
    executor.shutdown();

    assertThat(waiting.isCancelled()).isTrue();
    assertThat(delayed.isCancelled()).isTrue();
    assertThat(queued.isCancelled()).isTrue();
    assertThat(executor.isTerminated()).isTrue();
  }

  private static TestLoop withTasks(int most) {
    return TestLoop.of(
        LoopOptions.defaults().withName("L").withClock(new VirtualClock()).withMaxTasks(most));
  }

  @Test
  void aJobThatFindsNoRoomForItsTaskFails() {
    try (var t = withTasks(1)) {
      t.run(
          () -> {
            var executor = t.loop().asExecutor();
            var failed =
                catchThrowable(() -> Aio.wrap(executor.submit(() -> t.note("ran"))).join());
            executor.execute(() -> t.note("ran"));
            turns();
            executor.shutdown();

            assertThat(failed)
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageStartingWith("spawn: loop 'L' has 1 unfinished tasks");
            assertThat(executor.isTerminated()).isTrue();
          });

      assertThat(t.trail()).isEmpty();
      assertThat(t.errors()).hasSize(1); // nobody can look at what execute is refused
      assertThat(t.errors().getFirst().exception()).isInstanceOf(RejectedExecutionException.class);
    }
  }

  @Test
  void aPeriodicJobThatIsLateIsNoChildOfItsRunBefore() {
    try (var t = withTasks(2)) {
      t.run(
          () -> {
            var executor = t.loop().asExecutor();
            var parents = new ArrayList<Object>();
            var job =
                executor.scheduleAtFixedRate(
                    () -> {
                      parents.add(Aio.currentTask().orElseThrow().parent());
                      sleep(ofMillis(2));
                    },
                    0,
                    1,
                    TimeUnit.MILLISECONDS);
            sleep(ofMillis(9));
            job.cancel(true);

            assertThat(parents).hasSizeGreaterThan(3).containsOnly(Optional.empty());
          });
    }
  }

  @Test
  void aFatalThrowableOfAJobEndsTheRun(TestLoop t) {
    assertThatThrownBy(
            () ->
                t.run(
                    () -> {
                      t.loop()
                          .asExecutor()
                          .execute(
                              () -> {
                                throw new ExitRequest(3);
                              });
                      sleep(ofHours(1));
                    }))
        .isInstanceOf(ExitRequest.class);
  }

  @Test
  void aJobWhoseTaskIsCancelledWhileItWaitsIsCancelled(TestLoop t) {
    t.run(
        () -> {
          var executor = t.loop().asExecutor();
          var tasks = new ArrayList<Task<?>>();
          Future<?> job =
              executor.submit(
                  () -> {
                    tasks.add(Aio.currentTask().orElseThrow());
                    sleep(ofHours(1));
                  });
          turns();
          tasks.getFirst().cancel();
          turns();
          executor.shutdown();

          assertThat(job.isCancelled()).isTrue();
          assertThat(executor.isTerminated()).isTrue();
        });
  }
}
