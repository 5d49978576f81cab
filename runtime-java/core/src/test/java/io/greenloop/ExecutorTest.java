package io.greenloop;

import static io.greenloop.Aio.gather;
import static io.greenloop.Aio.runInExecutor;
import static io.greenloop.Aio.toThread;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Jobs on other threads. */
class ExecutorTest {
  @Test
  @Parity({"TASK-34", "LOOP-16", "LOOP-17", "AC-threads.1", "AC-events.2"})
  void aJobRunsOnANamedDaemonThreadOfTheLazyPool(TestLoop t) {
    t.run(
        () -> {
          Thread worker = toThread(Thread::currentThread).join();
          assertThat(worker.isDaemon()).isTrue();
          assertThat(worker.isVirtual()).isFalse();
          assertThat(worker.getName()).matches("greenloop-loop-\\d+-worker-1");
          assertThatThrownBy(
                  toThread(
                          () -> {
                            throw new IOException("in the job");
                          })
                      ::join)
              .isInstanceOf(IOException.class)
              .hasMessage("in the job");
        });
  }

  @Test
  @Parity({"LOOP-17", "AC-threads.1"})
  void thePoolIsBounded(TestLoop t) {
    int limit = Math.min(32, Runtime.getRuntime().availableProcessors() + 4);
    var running = new AtomicInteger();
    var most = new AtomicInteger();
    t.run(
        () -> {
          var jobs = new ArrayList<LoopFuture<Integer>>();
          for (int i = 0; i < 3 * limit; i++) {
            jobs.add(
                toThread(
                    () -> {
                      most.accumulateAndGet(running.incrementAndGet(), Math::max);
                      Thread.yield();
                      return running.decrementAndGet();
                    }));
          }
          gather(jobs).join();
        });
    assertThat(most.get()).isBetween(1, limit);
  }

  @Test
  @Parity({"TASK-34", "LOOP-16", "AC-events.2"})
  void aCancelDropsAJobThatHasNotStartedAndLeavesARunningOneAlone(TestLoop t) {
    var ran = new AtomicBoolean();
    var ended = new AtomicBoolean();
    t.run(
        () -> {
          var queue = new ArrayList<Runnable>();
          var notStarted = runInExecutor(queue::add, () -> ran.getAndSet(true));
          notStarted.cancel();
          queue.getFirst().run(); // the executor comes to it only now

          var started = new CountDownLatch(1);
          var release = new CountDownLatch(1);
          var job =
              toThread(
                  () -> {
                    started.countDown();
                    release.await();
                    ended.set(true);
                    return 1;
                  });
          Aio.blocking(
              () -> {
                started.await();
                return null;
              });
          job.cancel();
          assertThat(job.isCancelled()).isTrue();
          release.countDown();
        });

    assertThat(ran).isFalse();
    assertThat(ended).isTrue();
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity({"LOOP-17", "AC-base-events.7"})
  void theDefaultExecutorCanBeReplaced(TestLoop t) {
    t.run(
        () -> {
          try (var own =
              java.util.concurrent.Executors.newSingleThreadExecutor(
                  Thread.ofPlatform().daemon().name("mine").factory())) {
            t.loop().setDefaultExecutor(own);
            assertThat(toThread(() -> Thread.currentThread().getName()).join()).isEqualTo("mine");
            assertThatThrownBy(() -> t.loop().setDefaultExecutor(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("executor");
          }
        });
  }

  @Test
  @Parity("LOOP-16")
  void anExecutorThatRefusesIsAnErrorAtTheCall(TestLoop t) {
    t.run(
        () -> {
          assertThatThrownBy(
                  () ->
                      runInExecutor(
                          job -> {
                            throw new RejectedExecutionException("full");
                          },
                          () -> 1))
              .isInstanceOf(RejectedExecutionException.class)
              .hasMessage("full");
          assertThatThrownBy(() -> runInExecutor(null, null))
              .isInstanceOf(NullPointerException.class)
              .hasMessage("job");
        });
    assertThat(t.errors()).isEmpty(); // and the shutdown does not wait for it
  }

  @Test
  @Parity({"LOOP-11", "AC-base-events.7"})
  void afterItsShutdownUsingTheDefaultExecutorIsAnError(TestLoop t) {
    t.run(
        () -> {
          toThread(() -> 1).join();
          t.loop().shutdownExecutor(ofMillis(1000));
          assertThatThrownBy(() -> toThread(() -> 2))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "runInExecutor: the default executor of %s has been shut down; pass your own",
                  t.loop());
          assertThat(runInExecutor(Thread.ofVirtual()::start, () -> 3).join()).isEqualTo(3);
        });
  }

  @Test
  @RealTime
  @Parity({"LOOP-11", "RUN-2", "AC-base-events.7"})
  void aJobThatDoesNotEndInTimeIsNamedAndLetGo(TestLoop t) {
    var release = new CountDownLatch(1);
    t.run(
        () -> {
          Aio.currentTask().orElseThrow().setName("main");
          var started = new CountDownLatch(1);
          toThread(
              () -> {
                started.countDown();
                release.await();
                return 1;
              });
          Aio.blocking(
              () -> {
                started.await();
                return null;
              });
          t.loop().shutdownExecutor(ofMillis(20));
          release.countDown();
          yieldNow();
        });

    assertThat(t.errorMessages())
        .singleElement()
        .asString()
        .matches(
            "the default executor of loop 'loop-\\d+' did not end within PT0\\.02S; still running:"
                + " \\[io\\.greenloop\\.\\w+ of task 'main'\\]");
  }

  @Test
  @RealTime
  @Parity({"LOOP-10", "LOOP-16", "AC-events.2"})
  void aJobThatEndsAfterTheCloseIsDroppedSilently(TestLoop t) throws Exception {
    var release = new CountDownLatch(1);
    var ended = new CountDownLatch(1);
    t.loop()
        .runUntilComplete(
            () -> {
              t.loop()
                  .runInExecutor(
                      Thread.ofPlatform()::start,
                      () -> {
                        release.await();
                        ended.countDown();
                        return 1;
                      });
              return null;
            });
    t.loop().close();
    release.countDown();
    ended.await();
    assertThat(t.errors()).isEmpty();
  }

  private static LoopFuture<Integer> jobThatWaits(CountDownLatch started, CountDownLatch release) {
    return toThread(
        () -> {
          started.countDown();
          release.await();
          return 1;
        });
  }

  @Test
  @RealTime
  void theEndOfAJobDoesNotHideAnotherOneOfThatName(TestLoop t) {
    var started = new CountDownLatch(2);
    var releaseFirst = new CountDownLatch(1);
    var releaseSecond = new CountDownLatch(1);
    t.run(
        () -> {
          Aio.currentTask().orElseThrow().setName("main");
          var first = jobThatWaits(started, releaseFirst);
          jobThatWaits(started, releaseSecond);
          Aio.blocking(
              () -> {
                started.await();
                return null;
              });
          releaseFirst.countDown();
          first.join();
          t.loop().shutdownExecutor(ofMillis(20));
          releaseSecond.countDown();
          yieldNow();
        });

    assertThat(t.errorMessages())
        .singleElement()
        .asString()
        .endsWith("; still running: [io.greenloop.ExecutorTest of task 'main']");
  }
}
