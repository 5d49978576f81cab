package io.greenloop;

import static io.greenloop.Aio.gather;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.FullMode;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.Seeds;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * L5: user code never runs on the bare carrier. If it did, a callback that waits for a lock whose
 * owner is a parked task would stop the loop for ever.
 */
@FullMode("in portable mode a lock that is held across a wait can dead-lock")
@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class LockContentionTest {
  private final ReentrantLock lock = new ReentrantLock();
  private final Object monitor = new Object();

  private void locked(Runnable body) {
    lock.lock();
    try {
      body.run();
    } finally {
      lock.unlock();
    }
  }

  private void monitored(Runnable body) {
    synchronized (monitor) {
      body.run();
    }
  }

  private List<Consumer<Runnable>> locks() {
    return List.of(this::locked, this::monitored);
  }

  @Test
  @RealTime
  void aCallbackWaitsForALockThatAParkedTaskHolds() {
    for (Consumer<Runnable> lock : locks()) {
      try (var t = TestLoop.real()) {
        t.run(
            () -> {
              var holder = spawn(() -> lock.accept(() -> sleep(ofMillis(20))));
              yieldNow();
              Promise<String> done = Aio.newPromise();
              t.loop().callSoon(() -> lock.accept(() -> done.complete("callback got it")));
              assertThat(done.join()).isEqualTo("callback got it");
              holder.join();
            });
      }
    }
  }

  @Test
  @RealTime
  void aTimerAndADoneCallbackToo() {
    for (Consumer<Runnable> lock : locks()) {
      try (var t = TestLoop.real()) {
        t.run(
            () -> {
              var holder = spawn(() -> lock.accept(() -> sleep(ofMillis(20))));
              yieldNow();
              Promise<String> byTimer = Aio.newPromise();
              Promise<String> byCallback = Aio.newPromise();
              t.loop().callLater(ofMillis(1), () -> lock.accept(() -> byTimer.complete("timer")));
              Promise<String> trigger = Aio.newPromise();
              trigger.whenDone(f -> lock.accept(() -> byCallback.complete("done callback")));
              trigger.complete("");
              assertThat(gather(byTimer, byCallback).join())
                  .containsExactly("timer", "done callback");
              holder.join();
            });
      }
    }
  }

  @Test
  @RealTime
  void theExceptionHandlerToo() {
    try (var t = TestLoop.real()) {
      Promise<String> handled = t.loop().newPromise();
      t.loop()
          .setExceptionHandler((loop, error) -> locked(() -> handled.complete("handler got it")));
      t.run(
          () -> {
            var holder = spawn(() -> locked(() -> sleep(ofMillis(20))));
            yieldNow();
            t.loop()
                .callSoon(
                    () -> {
                      throw new IllegalStateException("boom");
                    });
            assertThat(handled.join()).isEqualTo("handler got it");
            holder.join();
          });
    }
  }

  @Test
  @RealTime
  void aForeignThreadThatHoldsTheLockDoesNotHoldTheLoop() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var held = new CountDownLatch(1);
            var release = new CountDownLatch(1);
            var job =
                Aio.toThread(
                    () -> {
                      lock.lock();
                      held.countDown();
                      release.await();
                      lock.unlock();
                      return 1;
                    });
            held.await();
            t.loop().callSoon(() -> locked(() -> t.note("callback")));
            var task = spawn(() -> locked(() -> t.note("task")));
            yieldNow();
            yieldNow();
            sleep(ofMillis(1)); // the loop goes on
            assertThat(t.trail()).isEmpty();
            release.countDown();
            job.join();
            task.join();
            yieldNow();
          });
      assertThat(t.trail()).hasSize(2);
    }
  }

  @Seeds(10)
  @RealTime
  void contentionInjectedEverywhereNeverStopsTheLoop(long seed) {
    try (var t = TestLoop.real()) {
      var random = new SplittableRandom(seed);
      var entered = new AtomicInteger();
      t.run(
          () -> {
            var all = new ArrayList<LoopFuture<?>>();
            for (int i = 0; i < 60; i++) {
              Consumer<Runnable> use = locks().get(random.nextInt(2));
              boolean park = random.nextBoolean();
              Promise<String> done = Aio.newPromise();
              switch (random.nextInt(5)) {
                case 0 -> t.loop().callSoon(() -> enter(use, entered, done));
                case 1 ->
                    t.loop()
                        .callLater(ofMillis(random.nextInt(3)), () -> enter(use, entered, done));
                case 2 -> {
                  all.add(Aio.toThread(() -> inside(use, entered, Thread::yield)));
                  done.complete("");
                }
                case 3 -> {
                  all.add(spawn(() -> inside(use, entered, () -> pause(park))));
                  done.complete("");
                }
                default -> {
                  Thread.ofVirtual()
                      .start(
                          () -> {
                            inside(use, entered, Thread::yield);
                            t.loop().callSoonThreadsafe(() -> done.complete(""));
                          });
                }
              }
              all.add(done);
            }
            for (LoopFuture<?> each : all) {
              each.join();
            }
          });
      assertThat(entered).hasValue(60);
    }
  }

  private static void enter(Consumer<Runnable> lock, AtomicInteger entered, Promise<String> done) {
    inside(lock, entered, () -> {});
    done.complete("");
  }

  private static int inside(Consumer<Runnable> lock, AtomicInteger entered, Runnable body) {
    lock.accept(
        () -> {
          entered.incrementAndGet();
          body.run();
        });
    return 0;
  }

  /** Parks while the lock is held: in a wait of ours, or in one of the JDK. */
  private static void pause(boolean ours) {
    if (ours) {
      sleep(ofMillis(1));
    } else {
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
