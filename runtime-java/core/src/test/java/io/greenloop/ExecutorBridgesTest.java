package io.greenloop;

import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What is between the loop and java.util.concurrent. */
class ExecutorBridgesTest {
  private static final ScopedValue<String> USER = ScopedValue.newInstance();
  private static final ScopedValue<String> UNBOUND = ScopedValue.newInstance();

  @Test
  @Parity("CTX-1")
  void listedScopedValuesAreBoundAgainInATask(TestLoop t) {
    t.run(
        () -> {
          Task<String> task =
              ScopedValue.where(USER, "ann")
                  .call(() -> spawn(TaskOptions.DEFAULT.rebind(USER, UNBOUND), () -> USER.get()));
          Task<Boolean> plain =
              ScopedValue.where(USER, "ann").call(() -> spawn(() -> USER.isBound()));

          assertThat(task.join()).isEqualTo("ann");
          assertThat(plain.join()).isFalse();
        });
  }

  @Test
  void cancellingAnInterruptibleJobInterruptsItAndNothingElse(TestLoop t) throws Exception {
    var started = new CountDownLatch(1);
    var interrupted = new CountDownLatch(1);
    var interruptedNext = new AtomicBoolean();
    try (var pool = java.util.concurrent.Executors.newSingleThreadExecutor()) {
      t.run(
          () -> {
            LoopFuture<Void> job =
                Aio.runInterruptible(
                    pool,
                    () -> {
                      started.countDown();
                      try {
                        new CountDownLatch(1).await();
                      } catch (InterruptedException e) {
                        interrupted.countDown();
                      }
                      return null;
                    });
            LoopFuture<Void> neverRan =
                Aio.runInterruptible(
                    pool,
                    () -> {
                      interruptedNext.set(true);
                      return null;
                    });
            Aio.blocking(() -> started.await(10, TimeUnit.SECONDS));
            neverRan.cancel();
            job.cancel();
            yieldNow();

            assertThat(job.isCancelled()).isTrue();
            assertThat(Aio.blocking(() -> interrupted.await(10, TimeUnit.SECONDS))).isTrue();
            boolean next = Aio.runInExecutor(pool, Thread::interrupted).join();
            assertThat(next || interruptedNext.get()).isFalse();
          });
    }
  }

  @Test
  @RealTime
  @Parity("LOOP-11")
  void theShutdownInterruptsWhatMayBeInterruptedAndNamesTheRest(TestLoop t) {
    var started = new CountDownLatch(3);
    var release = new CountDownLatch(1);
    var interrupted = new CountDownLatch(1);
    t.run(
        () -> {
          Aio.currentTask().orElseThrow().setName("main");
          LoopFuture<Integer> waiting =
              Aio.runInterruptible(
                  null,
                  () -> {
                    started.countDown();
                    try {
                      new CountDownLatch(1).await();
                      return 1;
                    } catch (InterruptedException e) {
                      interrupted.countDown();
                      throw e;
                    }
                  });
          Callable<Integer> deaf =
              () -> {
                started.countDown();
                release.await();
                return 2;
              };
          Aio.toThread(deaf);
          Aio.runInExecutor(Thread.ofPlatform().daemon()::start, deaf); // none of the pool's
          Aio.blocking(() -> started.await(10, TimeUnit.SECONDS));
          t.loop().shutdownExecutor(java.time.Duration.ofMillis(20));

          assertThat(Aio.blocking(() -> interrupted.await(10, TimeUnit.SECONDS))).isTrue();
          assertThatThrownBy(waiting::join).isInstanceOf(CancelledError.class);
          release.countDown();
        });
    assertThat(t.errorMessages())
        .singleElement()
        .asString()
        .endsWith(
            " did not end within PT0.02S; interrupted: [io.greenloop.ExecutorBridgesTest of task"
                + " 'main']; still running: [io.greenloop.ExecutorBridgesTest of task 'main']");
  }

  @Test
  void aPlainFutureIsWaitedForAndItsFailureIsTheOriginal(TestLoop t) {
    var failure = new IllegalStateException("boom");
    t.run(
        () -> {
          Future<String> good = ForkJoinPool.commonPool().submit(() -> "good");
          assertThat(Aio.wrap(good).join()).isEqualTo("good");
          var bad =
              new FutureTask<String>(
                  () -> {
                    throw failure;
                  });
          bad.run();
          assertThatThrownBy(() -> Aio.wrap(bad).join()).isSameAs(failure);
          assertThat(Aio.wrap(CompletableFuture.completedFuture(1)).join()).isEqualTo(1);
        });
  }

  @Test
  void aCancelGoesThroughAPlainFutureBothWays(TestLoop t) {
    t.run(
        () -> {
          var endless = new FutureTask<>(() -> "never run");
          LoopFuture<String> waiting = Aio.wrap(endless);
          waiting.cancel();
          yieldNow();
          assertThat(endless.isCancelled()).isTrue();

          var cancelled = new FutureTask<>(() -> "never run");
          LoopFuture<String> told = Aio.wrap(cancelled);
          cancelled.cancel(true);
          assertThatThrownBy(told::join).isInstanceOf(CancelledError.class);
          assertThat(told.isCancelled()).isTrue();
        });
  }

  @Test
  void theLoopAsAnExecutorRunsJobsAsTasksAtTheirTimes(TestLoop t) {
    t.run(
        () -> {
          var executor = t.loop().asExecutor();
          var _ = executor.schedule(() -> t.note("late"), 20, TimeUnit.MILLISECONDS);
          Future<String> now = executor.submit(() -> Aio.currentTask().get().name());
          var ticks = new ArrayList<Object>();
          var beat =
              executor.scheduleAtFixedRate(
                  () -> {
                    ticks.add(t.loop().time());
                    t.note("tick");
                  },
                  5,
                  10,
                  TimeUnit.MILLISECONDS);
          assertThat(Aio.wrap(now).join()).startsWith("Task-");
          Aio.sleep(java.time.Duration.ofMillis(27));
          beat.cancel(false);
          executor.shutdown();

          assertThat(ticks).hasSize(3);
          assertThat(executor.isTerminated()).isTrue();
          assertThatThrownBy(() -> executor.execute(() -> {}))
              .isInstanceOf(RejectedExecutionException.class)
              .hasMessageEndingWith("is shut down");
        });
    assertThat(t.trail()).containsExactly("tick@5", "tick@15", "late@20", "tick@25");
  }

  @Test
  void itsJobsFailWaitAndAreCancelledAsElsewhere(TestLoop t) {
    var failure = new IllegalStateException("boom");
    t.run(
        () -> {
          var executor = t.loop().asExecutor();
          var failing =
              executor.submit(
                  () -> {
                    throw failure;
                  });
          assertThatThrownBy(() -> Aio.wrap(failing).join()).isSameAs(failure);
          var waiting = executor.submit(() -> Aio.sleep(java.time.Duration.ofHours(1)));
          var delayed = executor.schedule(() -> t.note("never"), 1, TimeUnit.HOURS);
          yieldNow();
          yieldNow();
          assertThat(executor.shutdownNow()).containsExactly((Runnable) delayed);
          assertThat(waiting.isCancelled()).isTrue();
          yieldNow();
          yieldNow();
          assertThat(executor.isTerminated()).isTrue();
          assertThat(Aio.allTasks()).hasSize(1);
        });
    assertThat(t.trail()).isEmpty();
  }

  @Test
  void otherThreadsUseTheLoopAsTheirExecutor(TestLoop t) {
    t.run(
        () -> {
          var executor = t.loop().asExecutor();
          int sum =
              Aio.toThread(
                      () -> {
                        int s = 0;
                        for (int i = 0; i < 100; i++) {
                          int n = i;
                          s += executor.submit(() -> n).get(10, TimeUnit.SECONDS);
                        }
                        return s;
                      })
                  .join();
          assertThat(sum).isEqualTo(4950);
        });
  }
}
