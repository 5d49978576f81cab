package io.greenloop;

import static io.greenloop.Aio.gather;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.internal.fiber.Host;
import io.greenloop.internal.fiber.Residents;
import io.greenloop.internal.loop.LoopCores;
import io.greenloop.internal.watch.Watch;
import io.greenloop.sync.Queue;
import io.greenloop.testing.FullMode;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Nothing can wake us: proven, or not. */
class DeadLockTest {
  @Test
  void twoTasksThatWaitForEachOtherEndInAReport(TestLoop t) {
    assertThatThrownBy(
            () ->
                t.run(
                    () -> {
                      Aio.currentTask().orElseThrow().setName("main");
                      var tasks = new ArrayList<Task<Object>>();
                      tasks.add(spawn(TaskOptions.named("left"), () -> tasks.get(1).join()));
                      tasks.add(spawn(TaskOptions.named("right"), () -> tasks.get(0).join()));
                      tasks.getFirst().join();
                    }))
        .isInstanceOf(LoopExit.class)
        .hasMessage(
            "dead-lock: nothing can wake %s; who waits:\n"
                + "  task 'main' waits for task 'left'\n"
                + "  task 'left' waits for task 'right'\n"
                + "  task 'right' waits for task 'left'\n"
                + "  in a circle: task 'left' -> task 'right' -> task 'left'",
            t.loop());
  }

  @Test
  void mainMayCatchItAndGoOn(TestLoop t) {
    t.run(
        () -> {
          var tasks = new ArrayList<Task<Object>>();
          tasks.add(spawn(() -> tasks.get(1).join()));
          tasks.add(spawn(() -> tasks.get(0).join()));
          assertThatThrownBy(gather(List.copyOf(tasks))::join).isInstanceOf(LoopExit.class);
          assertThat(tasks.get(0).isDone()).isFalse();
          t.note("goes on");
        });

    assertThat(t.trail()).containsExactly("goes on@0");
  }

  @Test
  void aPromiseIsNoProofSomebodyOutsideMayCompleteIt(TestLoop t) {
    t.run(
        () -> {
          Promise<String> promise = newPromise();
          Thread.ofPlatform()
              .start(
                  () -> {
                    // The loop sleeps by now, or soon; either way it must be woken.
                    Thread.yield();
                    t.loop().callSoonThreadsafe(() -> promise.complete("rescued"));
                  });
          assertThat(spawn(() -> promise.join()).join()).isEqualTo("rescued");
        });
  }

  @Test
  void aThreadThatIsExpectedToFeedAQueueIsNoProof(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>();
          var reader = spawn(() -> queue.get());
          try (var _ = t.loop().expectPosts()) {
            Thread.ofPlatform()
                .start(
                    () -> {
                      while (!t.loop().core().isAsleep()) { // all wait now: the proof would be made
                        Thread.onSpinWait();
                      }
                      t.loop().callSoonThreadsafe(() -> queue.tryPut("fed"));
                    });
            assertThat(reader.join()).isEqualTo("fed");
          }
        });
  }

  @Test
  void onceNobodyIsExpectedAnyMoreItIsOne(TestLoop t) {
    assertThatThrownBy(
            () ->
                t.run(
                    () -> {
                      var queue = new Queue<String>();
                      Registration feeder = t.loop().expectPosts();
                      assertThat(feeder.remove()).isTrue();
                      assertThat(feeder.remove()).isFalse();
                      queue.get();
                    }))
        .isInstanceOf(LoopExit.class)
        .hasMessageContaining("an item of queue")
        .hasMessageEndingWith(
            "\nif another thread is going to wake them, tell the loop with expectPosts()");
  }

  @Test
  void aTimerIsNoProof(TestLoop t) {
    t.run(
        () -> {
          Promise<String> promise = newPromise();
          t.loop().callLater(ofMillis(10), () -> promise.complete("timer"));
          var task = spawn(() -> promise.join());
          assertThat(task.join()).isEqualTo("timer");
        });
  }

  @Test
  void anExecutorJobIsNoProof(TestLoop t) {
    var release = new CompletableFuture<String>();
    t.run(
        () -> {
          var job = Aio.toThread(release::get);
          var waiter = spawn(() -> job.join());
          Thread.ofPlatform().start(() -> release.complete("job"));
          assertThat(waiter.join()).isEqualTo("job");
        });
  }

  @Test
  void aTaskParkedInForeignCodeIsNoProof(TestLoop t) {
    var release = new CompletableFuture<String>();
    t.run(
        () -> {
          var parked = spawn(() -> Aio.blocking(release::get));
          Thread.ofPlatform().start(() -> release.complete("foreign"));
          assertThat(parked.join()).isEqualTo("foreign");
        });
  }

  @Test
  void runForeverNeverRaisesIt(TestLoop t) {
    var tasks = new ArrayList<Task<Object>>();
    tasks.add(t.loop().spawn(() -> tasks.get(1).join()));
    tasks.add(t.loop().spawn(() -> tasks.get(0).join()));
    t.runUntilIdle();
    t.runUntilIdle();
    assertThat(tasks.get(0).isDone()).isFalse();
    Thread.ofPlatform()
        .start(() -> t.loop().callSoonThreadsafe(() -> t.loop().callSoon(t.loop()::stop)));
    t.loop().runForever();
    assertThat(tasks.get(1).isDone()).isFalse();
  }

  @Test
  void aChainThatEndsInASleepIsNone(TestLoop t) {
    t.run(
        () -> {
          var sleeper = spawn(() -> sleep(ofMillis(100)));
          var waiter = spawn(() -> sleeper.join());
          spawn(() -> waiter.join()).join();
        });
  }

  @Test
  void aWaitThatHasNoNameShowsItsLine(TestLoop t) {
    var line = new StackTraceElement("example.Shop", "order", "Shop.kt", 12);
    t.loop()
        .drive(
            TaskOptions.named("suspends"),
            new TaskDriver<String>() {
              private TaskDriver.Steps<String> steps;

              @Override
              public void start(TaskDriver.Steps<String> own) {
                steps = own;
              }

              @Override
              public void cancel(String reason) {
                steps.fail(new CancelledError(reason));
              }

              @Override
              public StackTraceElement[] stackTrace() {
                return new StackTraceElement[] {
                  new StackTraceElement("kotlinx.coroutines.DelayKt", "delay", "Delay.kt", 1), line
                };
              }
            });
    t.runUntilIdle();

    assertThat(DeadLock.suspicion(t.loop(), 10))
        .endsWith(
            "\n  task 'suspends' waits for something in suspend code, at"
                + " example.Shop.order(Shop.kt:12)");
  }

  @Test
  void withoutProofTheReportIsLoggedOnceAfterTenSeconds(TestLoop t) throws Exception {
    var release = new CompletableFuture<Promise<String>>();
    var logged = new ArrayList<String>();
    var logger = java.util.logging.Logger.getLogger("io.greenloop");
    var handler =
        new java.util.logging.StreamHandler() {
          @Override
          public void publish(java.util.logging.LogRecord record) {
            logged.add(record.getMessage());
          }
        };
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    Thread runner =
        Thread.ofPlatform()
            .start(
                () ->
                    t.loop()
                        .runUntilComplete(
                            () -> {
                              Aio.currentTask().orElseThrow().setName("main");
                              Promise<String> promise = newPromise();
                              release.complete(promise);
                              return promise.join();
                            }));
    try (var watch = new Watch(new WatchedRun(t.loop()))) {
      Promise<String> promise = release.get();
      var core = LoopCores.of(t.loop());
      while (!core.isAsleep()) {
        Thread.onSpinWait();
      }
      for (int seconds = 0; seconds < 20; seconds++) {
        watch.look(TimeUnit.SECONDS.toNanos(seconds));
      }
      assertThat(logged)
          .singleElement()
          .asString()
          .matches(
              "loop 'loop-\\d+' has been idle for 10 s, and nothing known to it will wake it; who"
                  + " waits:\n  task 'main' waits for future@\\w+");
      t.loop().callSoonThreadsafe(() -> promise.complete("x"));
    } finally {
      runner.join();
      logger.removeHandler(handler);
      logger.setUseParentHandlers(true);
    }
  }

  /** Greenlets of a task, of which one has switched away. */
  private record OneAway() implements Residents {
    @Override
    public void hostEnded() {}

    @Override
    public @Nullable String running() {
      return null;
    }

    @Override
    public List<Resident> suspended(boolean withStacks) {
      return List.of(new Resident("greenlet 'holder'", List.of()));
    }

    @Override
    public boolean hasOwnContext() {
      return false;
    }

    @Override
    public @Nullable Object context() {
      return null;
    }

    @Override
    public void setContext(Object context) {}
  }

  @Test
  @FullMode("who waits for a monitor holds the loop there, and is named as its holder")
  void whoWaitsForAMonitorIsNamedWithTheGreenletsThatMayHoldIt(TestLoop t) throws Exception {
    var monitor = new Object();
    var begun = new CountDownLatch(1);
    Thread runner;
    String report;
    synchronized (monitor) {
      runner =
          Thread.ofPlatform()
              .start(
                  () ->
                      t.run(
                          () -> {
                            Aio.currentTask().orElseThrow().setName("main");
                            Host.current().attach(new OneAway());
                            begun.countDown();
                            synchronized (monitor) {
                              return monitor.hashCode();
                            }
                          }));
      begun.await();
      while (!LoopCores.of(t.loop()).isAsleep()) {
        Thread.onSpinWait();
      }
      report = DeadLock.suspicion(t.loop(), 10);
    }
    runner.join();

    assertThat(report)
        .contains(
            "\n  task 'main' waits for a monitor (synchronized), which one that has switched away"
                + " may hold: greenlet 'holder', at io.greenloop.DeadLockTest.");
  }
}
