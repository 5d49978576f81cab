package io.greenloop;

import static io.greenloop.Aio.currentTask;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import io.greenloop.testing.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Aio.run and Runner. */
class RunnerTest {
  private static RunOptions virtual() {
    return RunOptions.DEFAULT.loopFactory(
        () -> EventLoop.create(LoopOptions.defaults().withClock(new VirtualClock())));
  }

  @Test
  @Parity({"RUN-1", "AC-runners.1"})
  void valuesAndErrorsPassUnchangedAndTheLoopIsClosed() {
    var loops = new AtomicReference<EventLoop>();
    var value = new Object();
    Object result =
        Aio.run(
            () -> {
              loops.set(EventLoop.current());
              return value;
            });
    assertThat(result).isSameAs(value);
    assertThat(loops.get().isClosed()).isTrue();

    var failure = new IOException("mine");
    assertThatThrownBy(
            () ->
                Aio.run(
                    () -> {
                      loops.set(EventLoop.current());
                      throw failure;
                    }))
        .isSameAs(failure);
    assertThat(loops.get().isClosed()).isTrue();
  }

  @Test
  @Parity({"RUN-1", "LOOP-9", "AC-runners.2", "AC-runners.8", "AC-base-events.8", "AC-events.8"})
  void runningInsideARunningLoopIsRefused() {
    Aio.run(
        () -> {
          String here = EventLoop.current().toString();
          assertThatThrownBy(() -> Aio.run(() -> 1))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "Aio.run cannot be called from "
                      + here
                      + ", which runs in this thread; call the body directly, or spawn it");
          try (var other = EventLoop.create(LoopOptions.defaults().withName("other"))) {
            assertThatThrownBy(() -> other.runUntilComplete(() -> 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                    "runUntilComplete on loop 'other': "
                        + here
                        + " runs in this thread already; wait with join() instead");
            assertThatThrownBy(other::runForever)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                    "runForever on loop 'other': "
                        + here
                        + " runs in this thread already; wait with join() instead");
          }
          assertThatThrownBy(() -> EventLoop.current().runForever())
              .isInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "runForever on "
                      + here
                      + ": it runs in this thread already; wait with join() instead");
        });
  }

  @Test
  @Parity({"RUN-3", "AC-runners.7"})
  void aRunnerIsLazyReusableAndClosesOnce() {
    var made = new AtomicReference<EventLoop>();
    var runner =
        new Runner(
            RunOptions.DEFAULT.loopFactory(
                () -> {
                  made.set(EventLoop.create());
                  return made.get();
                }));
    assertThat(made.get()).isNull();

    EventLoop first = runner.run(EventLoop::current);
    EventLoop second = runner.run(EventLoop::current);
    assertThat(first).isSameAs(second).isSameAs(runner.loop()).isSameAs(made.get());
    assertThat(first.isClosed()).isFalse();

    runner.close();
    runner.close();
    assertThat(first.isClosed()).isTrue();
    assertThatThrownBy(() -> runner.run(() -> 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Runner is closed; make a new one");
    assertThatThrownBy(runner::loop)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Runner is closed; make a new one");
  }

  @Test
  @Parity("RUN-3")
  void aRunnerThatWasNeverUsedClosesWithoutALoop() {
    new Runner(
            RunOptions.DEFAULT.loopFactory(
                () -> {
                  throw new AssertionError("not needed");
                }))
        .close();
  }

  @Test
  @Parity({"RUN-3", "AC-runners.8"})
  void aRunnerIsRefusedInsideItsOwnRun() {
    try (var runner = new Runner()) {
      runner.run(
          () -> {
            assertThatThrownBy(() -> runner.run(() -> 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                    "Runner.run cannot be called from "
                        + EventLoop.current()
                        + ", which runs in this thread; call the body directly, or spawn it");
            assertThatThrownBy(runner::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                    "Runner.close: " + EventLoop.current() + " runs; let its run end first");
            return null;
          });
    }
  }

  @Test
  @Parity({"RUN-4", "AC-runners.6"})
  void allRunsShareOneContextUnlessOneIsGiven() {
    ContextVar<String> var = ContextVar.create("v", "default");
    try (var runner = new Runner()) {
      runner.run(() -> var.set("set in run 1"));
      assertThat(runner.run(var::get)).isEqualTo("set in run 1");
      assertThat(var.get()).isEqualTo("default");

      var own = new TaskContext();
      runner.run(() -> var.set("in its own"), own);
      assertThat(runner.run(var::get, own)).isEqualTo("in its own");
      assertThat(runner.run(var::get)).isEqualTo("set in run 1");
    }
  }

  @Test
  @Parity({"RUN-5", "LOOP-12"})
  void withoutAFactoryTheLoopIsInstalledUntilCloseWithOneItIsNot() {
    try (var runner = new Runner()) {
      EventLoop loop = runner.loop();
      assertThat(EventLoop.current()).isSameAs(loop);
    }
    assertThatThrownBy(EventLoop::current)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "no event loop runs in thread '%s'; run code on one with Aio.run, or create one with"
                + " EventLoop.create()",
            Thread.currentThread().getName());

    try (var runner = new Runner(virtual())) {
      runner.loop();
      assertThatThrownBy(EventLoop::current).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  @Parity("RUN-7")
  void mainIsATaskWithANameThatCanBeCancelled() {
    Throwable thrown =
        catchThrowable(
            () ->
                Aio.run(
                    virtual(),
                    () -> {
                      Task<?> main = currentTask().orElseThrow();
                      assertThat(main.name()).startsWith("Task-");
                      assertThat(Aio.allTasks()).containsExactly(main);
                      main.cancel("by itself");
                      sleep(ofMillis(1));
                    }));
    assertThat(thrown).isInstanceOf(CancelledError.class).hasMessage("by itself");
  }

  @Test
  @Parity("AC-runners.11")
  void anyAwaitableMayBeRun(TestLoop t) {
    Promise<String> promise = t.loop().newPromise();
    t.loop().callLater(ofMillis(5), () -> promise.complete("x"));

    String result = t.loop().runUntilComplete(promise);

    assertThat(result).isEqualTo("x");
  }

  @Test
  @Parity("AC-runners.12")
  void theResultIsNotFormatted() {
    Object result =
        Aio.run(
            RunOptions.DEFAULT.debug(true),
            () ->
                new Object() {
                  @Override
                  public String toString() {
                    throw new AssertionError("formatted");
                  }
                });
    assertThat(result == null).isFalse();
  }

  @Test
  @Parity("RUN-1")
  void debugIsTheLoopsDefaultUnlessGiven() {
    assertThat((boolean) Aio.run(() -> EventLoop.current().isDebug())).isFalse();
    assertThat(
            (boolean) Aio.run(RunOptions.DEFAULT.debug(true), () -> EventLoop.current().isDebug()))
        .isTrue();
  }

  @Test
  void aTimeLimitCancelsMainAndThrowsAfterItsCleanup() {
    var clock = new VirtualClock();
    var options =
        RunOptions.DEFAULT
            .timeout(ofMillis(10))
            .loopFactory(() -> EventLoop.create(LoopOptions.defaults().withClock(clock)));
    var cleanup = new AtomicReference<Duration>();
    assertThatThrownBy(
            () ->
                Aio.run(
                    options,
                    () -> {
                      try {
                        newPromise().join();
                      } finally {
                        sleep(ofMillis(5));
                        cleanup.set(clock.elapsed());
                      }
                    }))
        .isInstanceOf(AsyncTimeoutException.class)
        .hasMessage("run: time limit of PT0.01S passed");
    assertThat(cleanup.get()).isEqualTo(ofMillis(15));
  }

  @Test
  @RealTime
  void interruptingTheCallerCancelsMain() throws Exception {
    var running = new CompletableFuture<Void>();
    var outcome = new CompletableFuture<Throwable>();
    Thread caller =
        Thread.ofPlatform()
            .start(
                () ->
                    outcome.complete(
                        catchThrowable(
                            () ->
                                Aio.run(
                                    () -> {
                                      running.complete(null);
                                      // A timer far away: nothing to prove a dead-lock by.
                                      sleep(Duration.ofHours(1));
                                    }))));
    running.get();
    caller.interrupt();

    assertThat(outcome.get())
        .isInstanceOf(CancelledError.class)
        .hasMessage("the thread that runs the loop was interrupted");
    caller.join();
  }

  @Test
  void aRunOnAVirtualThreadWorksToo() throws Exception {
    var result = new CompletableFuture<String>();
    Thread.ofVirtual()
        .start(() -> result.complete(Aio.run(virtual(), () -> spawn(() -> "x").join())));
    assertThat(result.get()).isEqualTo("x");
  }
}
