package io.greenloop;

import static io.greenloop.Aio.sleep;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;

/** Running, stopping, closing, and finding a loop. */
class LoopLifecycleTest {
  @Test
  @Parity({"LOOP-7", "AC-base-events.4"})
  void stopLetsTheTurnFinishAndKeepsWhatCameLater(TestLoop t) {
    t.loop()
        .callSoon(
            () -> {
              t.loop().stop();
              t.note("stopping");
              t.loop().callSoon(() -> t.note("later"));
            });
    t.loop().callSoon(() -> t.note("same turn"));
    t.loop().runForever();
    assertThat(t.trail()).containsExactly("stopping@0", "same turn@0");

    t.runUntilIdle();
    assertThat(t.trail()).containsExactly("stopping@0", "same turn@0", "later@0");
  }

  @Test
  @Parity({"LOOP-7", "AC-base-events.4"})
  void stoppedBeforeTheRunItTakesOneTurn(TestLoop t) {
    t.loop().stop();
    t.loop()
        .callSoon(
            () -> {
              t.note("first turn");
              t.loop().callSoon(() -> t.note("second turn"));
            });
    t.loop().callLater(ofMillis(5), () -> t.note("timer"));
    t.loop().runForever();

    assertThat(t.trail()).containsExactly("first turn@0");
  }

  @Test
  @Parity({"LOOP-8", "AC-tasks-the-rest.3"})
  void stoppedEarlyARunUntilCompleteIsAnErrorAndTheTaskGoesOnLater(TestLoop t) {
    var task =
        t.loop()
            .spawn(
                TaskOptions.named("main"),
                () -> {
                  sleep(ofMillis(20));
                  return "value";
                });
    t.loop().callLater(ofMillis(10), t.loop()::stop);

    assertThatThrownBy(() -> t.loop().runUntilComplete((Awaitable<String>) task))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "runUntilComplete: " + t.loop() + " was stopped before task 'main' (pending) was done");
    assertThat(task.isDone()).isFalse();

    assertThat(t.loop().runUntilComplete((Awaitable<String>) task)).isEqualTo("value");
  }

  @Test
  @Parity("AC-tasks-the-rest.3")
  void aTaskOfAStoppedRunCanBeCancelledInALaterOne(TestLoop t) {
    var task = t.loop().spawn(() -> sleep(ofMillis(20)));
    t.loop().callSoon(t.loop()::stop);
    catchThrowable(() -> t.loop().runUntilComplete((Awaitable<?>) task));
    task.cancel();
    assertThatThrownBy(() -> t.loop().runUntilComplete((Awaitable<?>) task))
        .isInstanceOf(CancelledError.class);
  }

  @Test
  @Parity({"LOOP-8", "AC-base-events.5"})
  void runUntilCompleteRemovesItsCallbackInEveryCaseAndTheLoopStaysUsable(TestLoop t) {
    Promise<String> promise = t.loop().newPromise();
    t.loop().callSoon(t.loop()::stop);
    catchThrowable(() -> t.loop().runUntilComplete(promise)); // stopped early

    t.loop().callSoon(() -> promise.complete("x")); // must not stop the next run
    t.loop().callLater(ofMillis(10), () -> t.note("next run goes on"));
    t.runUntilIdle();

    assertThat(t.trail()).containsExactly("next run goes on@10");
    assertThat((int) t.loop().<Integer>runUntilComplete(() -> 1)).isEqualTo(1);
    assertThatThrownBy(
            () ->
                t.loop()
                    .runUntilComplete(
                        () -> {
                          throw new IOException("x");
                        }))
        .hasMessage("x");
    assertThat((int) t.loop().<Integer>runUntilComplete(() -> 2)).isEqualTo(2);
  }

  @Test
  @Parity({"LOOP-7", "LOOP-13", "AC-base-events.5"})
  void fatalErrorsLeaveTheRunFromCallbacksAndTasksAlikeAndTheLoopStaysUsable(TestLoop t) {
    t.loop()
        .callSoon(
            () -> {
              throw new ExitRequest(1);
            });
    t.loop().callSoon(() -> t.note("after the callback"));
    assertThatThrownBy(t.loop()::runForever).isInstanceOf(ExitRequest.class);
    t.runUntilIdle();
    assertThat(t.trail()).containsExactly("after the callback@0");

    Task<?> task =
        t.loop()
            .spawn(
                () -> {
                  throw new InterruptedByUserException("now");
                });
    assertThatThrownBy(t.loop()::runForever).isInstanceOf(InterruptedByUserException.class);
    assertThat(task.exceptionNow()).isInstanceOf(InterruptedByUserException.class);
    assertThat((int) t.loop().<Integer>runUntilComplete(() -> 3)).isEqualTo(3);
  }

  @Test
  @Parity("AC-tasks-cancellation.12")
  void aFatalErrorInACancelHandlerLeavesTheRunAndIsStored(TestLoop t) {
    var task =
        t.loop()
            .spawn(
                () -> {
                  try {
                    sleep(ofMillis(10));
                  } catch (CancelledError cancel) {
                    throw new ExitRequest(2);
                  }
                });
    t.loop().callLater(ofMillis(1), task::cancel);

    assertThatThrownBy(t.loop()::runForever).isInstanceOf(ExitRequest.class);
    assertThat(task.exceptionNow()).isInstanceOf(ExitRequest.class);
    assertThat(task.isCancelled()).isFalse();
  }

  @Test
  @Parity({"LOOP-10", "AC-events.8"})
  void closingARunningLoopIsRefusedClosingTwiceIsFine(TestLoop t) {
    t.loop()
        .runUntilComplete(
            () -> {
              assertThatThrownBy(t.loop()::close)
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessage("close: " + t.loop() + " runs; stop it first");
              return null;
            });
    assertThat(t.loop().isClosed()).isFalse();
    t.loop().close();
    t.loop().close();
    assertThat(t.loop().isClosed()).isTrue();
  }

  @Test
  @Parity({"LOOP-10", "LOOP-3", "AC-events.8"})
  void aClosedLoopRefusesEverythingAndRunsNothing(TestLoop t) throws Exception {
    t.loop().callSoon(() -> t.note("queued"));
    t.loop().callLater(ofMillis(1), () -> t.note("timer"));
    t.loop().close();

    String closed = ": " + t.loop() + " is closed; create a new one with EventLoop.create()";
    refused("callSoon" + closed, () -> t.loop().callSoon(() -> {}));
    refused("callSoonThreadsafe" + closed, () -> t.loop().callSoonThreadsafe(() -> {}));
    refused("callLater" + closed, () -> t.loop().callLater(ofMillis(1), () -> {}));
    refused("callAt" + closed, () -> t.loop().callAt(ofMillis(1), () -> {}));
    refused("spawn" + closed, () -> t.loop().spawn(() -> 1));
    refused("newPromise" + closed, () -> t.loop().newPromise());
    refused("runInExecutor" + closed, () -> t.loop().runInExecutor(null, () -> 1));
    refused("submit" + closed, () -> t.loop().submit(() -> 1));
    refused("wrap" + closed, () -> t.loop().wrap(new CompletableFuture<>()));
    refused("runInterruptible" + closed, () -> t.loop().runInterruptible(null, () -> 1));
    refused("onShutdown" + closed, () -> t.loop().onShutdown(() -> {}));
    refused("expectPosts" + closed, () -> t.loop().expectPosts());
    refused("resolve" + closed, () -> t.loop().resolve("localhost"));
    try (var channel = SocketChannel.open()) {
      refused("addReader" + closed, () -> t.loop().addReader(channel, () -> {}));
      refused("addWriter" + closed, () -> t.loop().addWriter(channel, () -> {}));
    }
    assertThatThrownBy(() -> t.loop().asExecutor().execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class)
        .cause()
        .hasMessage("callSoonThreadsafe" + closed);
    refused("runForever" + closed, t.loop()::runForever);
    refused("runUntilComplete" + closed, () -> t.loop().runUntilComplete(() -> 1));
    assertThat(t.trail()).isEmpty();
  }

  private static void refused(String message, ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(LoopClosedException.class).hasMessage(message);
  }

  @Test
  @Parity("LOOP-9")
  void runningItASecondTimeFromAnotherThreadIsRefused(TestLoop t) throws Exception {
    var running = new CountDownLatch(1);
    var release = new CompletableFuture<String>();
    Thread first =
        Thread.ofPlatform()
            .start(
                () ->
                    t.loop()
                        .runUntilComplete(
                            () -> {
                              running.countDown();
                              return Aio.wrap(release).join();
                            }));
    running.await();
    try {
      assertThatThrownBy(t.loop()::runForever)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("runForever: " + t.loop() + " runs already in another thread; use submit");
    } finally {
      release.complete("x");
      first.join();
    }
  }

  @Test
  @Parity("LOOP-12")
  void currentIsTheRunningLoopElseWhatWasSet(TestLoop t) {
    assertThatThrownBy(EventLoop::current)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "no event loop runs in thread '%s'; run code on one with Aio.run, or create one with"
                + " EventLoop.create()",
            Thread.currentThread().getName());
    try (var set = EventLoop.create()) {
      EventLoop.setCurrent(set);
      assertThat(EventLoop.current()).isSameAs(set);
      t.loop().callSoon(() -> t.note(EventLoop.current() == t.loop()));
      t.runUntilIdle();
      EventLoop.setCurrent(null);
      assertThatThrownBy(EventLoop::current).isInstanceOf(IllegalStateException.class);
      EventLoop.setCurrent(set);
    } // close takes it back
    assertThatThrownBy(EventLoop::current).isInstanceOf(IllegalStateException.class);
    assertThat(t.trail()).containsExactly("true@0");
  }

  @Test
  @Parity("AC-graph.3")
  void manyLoopsInManyThreadsAtOnce() throws Exception {
    var results = new ArrayList<CompletableFuture<Integer>>();
    for (int i = 0; i < 8; i++) {
      int n = i;
      var result = new CompletableFuture<Integer>();
      results.add(result);
      Thread.ofPlatform()
          .start(
              () ->
                  result.complete(
                      Aio.run(
                          () -> {
                            var tasks = new ArrayList<Task<Integer>>();
                            for (int k = 0; k < 50; k++) {
                              tasks.add(
                                  Aio.spawn(
                                      () -> {
                                        Aio.yieldNow();
                                        return n;
                                      }));
                            }
                            return Aio.gather(tasks).join().stream().mapToInt(x -> x).sum();
                          })));
    }
    for (int i = 0; i < 8; i++) {
      assertThat(results.get(i).get()).isEqualTo(50 * i);
    }
  }

  @Test
  @Parity("LOOP-7")
  void aLoopMayMoveFromThreadToThreadBetweenRuns(TestLoop t) throws Exception {
    for (int i = 0; i < 3; i++) {
      int n = i;
      Thread.ofPlatform()
          .start(
              () -> {
                t.loop()
                    .runUntilComplete(
                        () -> {
                          sleep(ofMillis(1));
                          return n;
                        });
                t.note(n);
              })
          .join();
    }
    assertThat(t.trail()).containsExactly("0@1", "1@2", "2@3");
  }

  @Test
  @RealTime
  void aTaskThatComesBackFromForeignCodeAtTheCloseRunsToItsEndElsewhere() throws Exception {
    var loop = EventLoop.create();
    var errors = new ArrayList<String>();
    loop.setExceptionHandler((_, error) -> errors.add(error.message()));
    var lock = new ReentrantLock();
    var mayEnd = new CountDownLatch(1);
    var behind =
        Thread.ofPlatform()
            .daemon()
            .unstarted(
                () -> {
                  lock.lock();
                  lock.unlock();
                });
    loop.runUntilComplete(
        () -> {
          Promise<String> gate = loop.newPromise();
          loop.spawn(
              () -> {
                lock.lock();
                gate.join();
                lock.unlock();
              });
          loop.spawn(
              TaskOptions.named("successor"),
              () -> {
                Aio.blocking(
                    () -> {
                      lock.lock();
                      return 0;
                    });
                lock.unlock();
                mayEnd.await();
                return 0;
              });
          sleep(ofMillis(1));
          behind.start();
          while (lock.getQueueLength() < 2) {
            Thread.onSpinWait();
          }
          gate.complete("go"); // its task runs in the last turn, and makes the successor ready
          return 0;
        });
    loop.close();

    assertThat(behind.join(Duration.ofSeconds(10))).isTrue();
    mayEnd.countDown();
    assertThat(errors)
        .containsExactly(
            "task 'successor' was still blocked outside the loop when "
                + loop
                + " closed; it runs to its end on the JDK's scheduler");
  }

  @Test
  @RealTime
  void aTaskThatRunsOnElsewhereIsNotOnItsClosedLoop() throws Exception {
    var loop = EventLoop.create();
    loop.setExceptionHandler((_, _) -> {});
    var go = new CountDownLatch(1);
    var thrown = new CompletableFuture<Throwable>();
    loop.runUntilComplete(
        () -> {
          loop.spawn(
              () -> {
                Aio.blocking(
                    () -> {
                      go.await();
                      return 0;
                    });
                thrown.complete(catchThrowable(() -> loop.callSoon(() -> {})));
              });
          sleep(ofMillis(1));
          return 0;
        });
    loop.close();
    go.countDown();

    assertThat(thrown.get(10, TimeUnit.SECONDS)).isInstanceOf(LoopClosedException.class);
  }

  @Test
  void whoClosesItWhileAnotherThreadClosesItHasNothingToDo() throws Exception {
    var closing = new CountDownLatch(1);
    var mayGoOn = new CountDownLatch(1);
    var loop = EventLoop.create();
    loop.setExceptionHandler(
        (_, _) -> {
          closing.countDown();
          try {
            mayGoOn.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    loop.newPromise().completeExceptionally(new IOException("unseen"));
    Thread first = Thread.ofPlatform().daemon().start(loop::close);
    closing.await();
    try {
      assertThat(catchThrowable(loop::close)).isNull();
    } finally {
      mayGoOn.countDown();
      first.join();
    }
    assertThat(loop.isClosed()).isTrue();
  }
}
