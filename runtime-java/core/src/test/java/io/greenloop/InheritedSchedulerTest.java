package io.greenloop;

import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.FullMode;
import io.greenloop.testing.TestLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * Virtual threads that library code starts inside a task inherit its scheduler, and are handed to
 * the JDK's: they run as if started outside.
 */
@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class InheritedSchedulerTest {
  /** Where a thread runs: the JDK writes the carrier behind the at sign. */
  private static String carrier() {
    String text = Thread.currentThread().toString();
    return text.substring(text.indexOf('@') + 1).replaceAll("-\\d+$", "");
  }

  private static String carrierOfForked() {
    var carrier = new AtomicReference<String>();
    Thread forked = Thread.ofVirtual().start(() -> carrier.set(carrier()));
    Aio.blocking(
        () -> {
          forked.join();
          return 0;
        });
    return carrier.get();
  }

  @Test
  void aThreadForkedInATaskRunsOnTheJdksScheduler(TestLoop t) {
    t.run(() -> assertThat(carrierOfForked()).startsWith("ForkJoinPool"));
  }

  @Test
  @FullMode("a task's carrier is the loop's thread only in full mode")
  void theTaskItselfRunsOnTheLoopsThread(TestLoop t) {
    t.run(() -> assertThat(carrier()).startsWith("greenloop-loop"));
  }

  @Test
  void itRunsInParallelWhileTheTaskHoldsTheLoop(TestLoop t) {
    t.run(
        () -> {
          var ran = new AtomicBoolean();
          Thread.ofVirtual().start(() -> ran.set(true));
          while (!ran.get()) {
            Thread.onSpinWait(); // does not park: only another carrier can run it
          }
        });
  }

  @Test
  void itIsNoTaskAndOnNoLoop(TestLoop t) {
    t.run(
        () -> {
          var seen = new CompletableFuture<Object>();
          Thread.ofVirtual().start(() -> seen.complete(EventLoop.runningHere() == null));
          assertThat(Aio.<Object>blocking(seen::get)).isEqualTo(true);
          assertThat(Aio.allTasks()).hasSize(1);
        });
  }

  @Test
  void aScopeThatForksAndJoinsWorks(TestLoop t) {
    t.run(
        () -> {
          int sum =
              Aio.blocking(
                  () -> {
                    try (var scope = Executors.newVirtualThreadPerTaskExecutor()) {
                      var a = scope.submit(() -> work(1));
                      var b = scope.submit(() -> work(2));
                      return a.get() + b.get();
                    }
                  });
          assertThat(sum).isEqualTo(3);
        });
  }

  private static int work(int value) throws InterruptedException {
    Thread.sleep(1); // parks on the JDK's scheduler and comes back there
    assertThat(carrier()).startsWith("ForkJoinPool");
    return value;
  }

  @Test
  void threadsForkedByForkedOnesAndInCallbacksToo(TestLoop t) {
    t.run(
        () -> {
          var nested = new CompletableFuture<String>();
          Thread.ofVirtual()
              .start(() -> Thread.ofVirtual().start(() -> nested.complete(carrier())));
          assertThat(Aio.<String>blocking(nested::get)).startsWith("ForkJoinPool");

          var inCallback = new CompletableFuture<String>();
          t.loop().callSoon(() -> Thread.ofVirtual().start(() -> inCallback.complete(carrier())));
          yieldNow();
          assertThat(Aio.<String>blocking(inCallback::get)).startsWith("ForkJoinPool");
        });
  }

  @Test
  void itOutlivesItsTaskAndTheLoop(TestLoop t) throws Exception {
    var release = new CountDownLatch(1);
    var ended = new CompletableFuture<String>();
    t.run(
        () -> {
          spawn(
                  () ->
                      Thread.ofVirtual()
                          .start(
                              () -> {
                                awaitQuietly(release);
                                // One more, by a thread whose task and loop are gone.
                                Thread.ofVirtual().start(() -> ended.complete(carrier()));
                              }))
              .join();
        });
    assertThat(t.loop().isClosed()).isTrue();
    release.countDown();
    assertThat(ended.get(30, TimeUnit.SECONDS)).startsWith("ForkJoinPool");
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
