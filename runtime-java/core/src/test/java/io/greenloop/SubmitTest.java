package io.greenloop;

import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.internal.loop.LoopCores;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Work handed to a loop from other threads. */
class SubmitTest {
  /** Runs {@code foreign} on another thread while the loop runs. */
  private static <T> T outside(Callable<T> foreign) {
    return Aio.toThread(foreign).join();
  }

  @Test
  @Parity({"TASK-35", "AC-tasks-the-rest.19"})
  void aValueComesBackToTheForeignThread(TestLoop t) {
    t.run(
        () -> {
          int value =
              outside(
                  () ->
                      t.loop()
                          .<Integer>submit(
                              () -> {
                                sleep(ofMillis(5));
                                return Aio.allTasks().size();
                              })
                          .get());
          assertThat(value).isEqualTo(2); // main and the submitted one
        });
  }

  @Test
  @Parity({"TASK-35", "AC-tasks-the-rest.19"})
  void anErrorComesBackToTheForeignThread(TestLoop t) {
    t.run(
        () -> {
          Throwable thrown =
              outside(
                  () ->
                      catchThrowable(
                          () ->
                              t.loop()
                                  .submit(
                                      () -> {
                                        throw new IOException("x");
                                      })
                                  .get()));
          assertThat(thrown)
              .isInstanceOf(ExecutionException.class)
              .hasCauseInstanceOf(IOException.class);
        });
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity({"TASK-35", "AC-tasks-the-rest.19"})
  void cancellingTheResultCancelsTheTask(TestLoop t) {
    t.run(
        () -> {
          Promise<String> started = newPromise();
          Promise<String> ended = newPromise();
          CompletableFuture<?> result =
              outside(
                  () ->
                      t.loop()
                          .submit(
                              () -> {
                                started.complete("");
                                try {
                                  return newPromise().join();
                                } catch (CancelledError cancel) {
                                  ended.complete("cancelled");
                                  throw cancel;
                                }
                              }));
          started.join();
          assertThat(outside(() -> result.cancel(true))).isTrue();
          assertThat(ended.join()).isEqualTo("cancelled");
        });
  }

  @Test
  @Parity({"TASK-35", "AC-tasks-the-rest.19"})
  void aCancelledTaskShowsAsCancelled(TestLoop t) {
    t.run(
        () -> {
          Throwable thrown =
              outside(
                  () ->
                      catchThrowable(
                          () ->
                              t.loop()
                                  .submit(
                                      () -> {
                                        Aio.currentTask().orElseThrow().cancel();
                                        sleep(ofMillis(1));
                                        return 0;
                                      })
                                  .get()));
          assertThat(thrown).isInstanceOf(CancellationException.class);
        });
  }

  @Test
  @Parity({"TASK-35", "AC-tasks-the-rest.19"})
  void aTimeoutOfTheForeignThreadLeavesTheTaskRunning(TestLoop t) {
    t.run(
        () -> {
          Promise<String> gate = newPromise();
          Promise<Throwable> seen = newPromise();
          CompletableFuture<String> result = outside(() -> t.loop().submit(() -> gate.join()));
          seen.complete(outside(() -> catchThrowable(() -> result.get(1, TimeUnit.MILLISECONDS))));
          assertThat(seen.join()).isInstanceOf(TimeoutException.class);
          gate.complete("still alive");
          assertThat(SubmitTest.<String>outside(result::get)).isEqualTo("still alive");
        });
  }

  @Test
  @Parity({"TASK-35", "AC-tasks-the-rest.19"})
  void aFactoryThatFailsIsDeliveredAndReported(TestLoop t) {
    t.run(
        () -> {
          t.loop()
              .setTaskFactory(
                  new TaskFactory() {
                    @Override
                    public <T> Task<T> create(
                        EventLoop loop, TaskOptions options, Callable<? extends T> body) {
                      throw new IllegalArgumentException("no tasks today");
                    }
                  });
          CompletableFuture<?> result = outside(() -> t.loop().submit(() -> 1));
          Throwable thrown = outside(() -> catchThrowable(result::get));
          t.loop().setTaskFactory(null);
          assertThat(thrown)
              .isInstanceOf(ExecutionException.class)
              .hasCauseInstanceOf(IllegalArgumentException.class);
        });
    assertThat(t.errors()).hasSize(1);
    assertThat(t.errors().getFirst().exception()).hasMessage("no tasks today");
  }

  @Test
  @Parity("TASK-35")
  void fromTheLoopsOwnThreadItIsRefusedBecauseWaitingWouldNeverEnd(TestLoop t) {
    t.run(
        () ->
            assertThatThrownBy(() -> t.loop().submit(() -> 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                    "submit on %s from that loop: waiting for it would never end; use spawn",
                    t.loop()));
  }

  @Test
  @Parity({"FUT-10", "AC-futures.4", "AC-futures.5"})
  void aWrappedStageGivesItsValueErrorOrCancel(TestLoop t) {
    t.run(
        () -> {
          assertThat(Aio.wrap(CompletableFuture.completedFuture("x")).join()).isEqualTo("x");
          assertThatThrownBy(Aio.wrap(CompletableFuture.failedFuture(new IOException("y")))::join)
              .isInstanceOf(IOException.class)
              .hasMessage("y");
          var cancelled = new CompletableFuture<String>();
          cancelled.cancel(true);
          assertThatThrownBy(Aio.wrap(cancelled)::join).isInstanceOf(CancelledError.class);

          var late = new CompletableFuture<String>();
          var wrapped = Aio.wrap(late);
          outside(() -> late.complete("from outside"));
          assertThat(wrapped.join()).isEqualTo("from outside");
          var dependent = new CompletableFuture<String>();
          var chained = Aio.wrap(dependent.thenApply(s -> s + s.charAt(9)));
          outside(() -> dependent.complete("x"));
          assertThat(catchThrowable(chained::join))
              .isInstanceOf(StringIndexOutOfBoundsException.class);
        });
  }

  @Test
  @Parity({"FUT-10", "AC-futures.4"})
  void cancellingTheWrapperCancelsTheSourceAndTheOtherWayRound(TestLoop t) {
    t.run(
        () -> {
          var source = new CompletableFuture<String>();
          var wrapper = Aio.wrap(source);
          wrapper.cancel();
          assertThat(source.isCancelled()).isTrue();
          assertThat(wrapper.isCancelled()).isTrue();

          Promise<String> promise = newPromise();
          CompletableFuture<String> view = promise.toCompletableFuture();
          outside(() -> view.cancel(true));
          Aio.yieldNow();
          Aio.yieldNow();
          assertThat(promise.isCancelled()).isTrue();

          Promise<String> done = newPromise();
          CompletableFuture<String> doneView = done.toCompletableFuture();
          done.complete("value");
          assertThat(SubmitTest.<String>outside(doneView::get)).isEqualTo("value");
        });
  }

  @Test
  @Parity({"FUT-10", "AC-futures.5"})
  void aCompletionAfterTheCancelIsLeftAlone(TestLoop t) {
    t.run(
        () -> {
          var source =
              new CompletableFuture<String>() {
                @Override
                public boolean cancel(boolean mayInterrupt) {
                  return false; // it goes on
                }
              };
          var wrapper = Aio.wrap(source);
          wrapper.cancel("not wanted");
          source.complete("late");
          Aio.yieldNow();
          assertThat(wrapper.isCancelled()).isTrue();
        });
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity({"FUT-10", "AC-events.2"})
  void aCompletionAfterTheLoopClosedIsDropped(TestLoop t) {
    var source = new CompletableFuture<String>();
    t.run(
        () -> {
          Aio.wrap(source);
        });
    assertThat(source.complete("late")).isTrue();
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity({"TASK-36", "FUT-10"})
  void ensureFutureGivesTheSameFutureATaskOrAnError(TestLoop t) {
    Promise<String> early = t.loop().newPromise();
    assertThat(t.loop().ensureFuture(early)).isSameAs(early);
    Task<Integer> beforeTheRun = t.loop().<Integer>ensureFuture(() -> 4);
    try (var other = EventLoop.create(LoopOptions.defaults().withName("other"))) {
      Promise<String> foreign = other.newPromise();
      t.run(
          () -> {
            assertThat(beforeTheRun.join()).isEqualTo(4);
            assertThat(Aio.ensureFuture(early)).isSameAs(early);
            var task = spawn(() -> 1);
            assertThat(Aio.ensureFuture(task)).isSameAs(task);
            assertThat(Aio.<Integer>ensureFuture(() -> 2).join()).isEqualTo(2);
            assertThatThrownBy(() -> Aio.ensureFuture(foreign))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching(
                    "ensureFuture: future@\\w+ \\(pending\\) belongs to loop 'other', not to loop"
                        + " 'loop-\\d+'");
          });
    }
  }

  @Test
  @Parity("TASK-36")
  void anythingElseThatIsAwaitableIsUnwrapped(TestLoop t) {
    t.run(
        () -> {
          Promise<String> inner = newPromise();
          var wrapper =
              new Awaitable<String>() {
                @Override
                public LoopFuture<String> asFuture() {
                  return inner;
                }

                @Override
                public boolean isDone() {
                  return inner.isDone();
                }
              };
          assertThat(Aio.ensureFuture(wrapper)).isSameAs(inner);
          inner.complete("x");
          assertThat(Aio.waitFor(wrapper, ofMillis(1))).isEqualTo("x");
        });
  }

  @Test
  void afterTheCloseAFinishedTaskGivesItsOutcomeAndAPendingOneIsRefused() {
    var loop = EventLoop.create();
    var finished = loop.spawn(() -> 1);
    loop.runUntilComplete(finished);
    Promise<Integer> failed = loop.newPromise();
    failed.completeExceptionally(new IOException("x"));
    Promise<Integer> cancelled = loop.newPromise();
    cancelled.cancel();
    Promise<Integer> pending = loop.newPromise();
    failed.exceptionNow();
    loop.close();

    assertThat(finished.toCompletableFuture()).isCompletedWithValue(1);
    assertThat(failed.toCompletableFuture().exceptionNow()).hasMessage("x");
    assertThat(cancelled.toCompletableFuture()).isCancelled();
    assertThat(pending.toCompletableFuture().exceptionNow())
        .isInstanceOf(LoopClosedException.class);
  }

  @Test
  void aCancelThatComesDuringTheEagerStartIsPassedOnOnce(TestLoop t) {
    t.loop().setTaskFactory(TaskFactories.eager());
    var result = new CompletableFuture<?>[1];
    result[0] =
        t.loop()
            .submit(
                () -> {
                  result[0].cancel(true);
                  try {
                    return newPromise().join();
                  } finally {
                    for (int i = 0; i < 5; i++) {
                      yieldNow();
                    }
                    t.note("cleaned up after " + Aio.currentTask().orElseThrow().cancelRequests());
                  }
                });

    t.runUntilIdle();

    assertThat(t.trail()).containsExactly("cleaned up after 1@0");
  }

  @Test
  void whatAnyThreadMayCallGoesThroughTheInboxDuringSetupToo(TestLoop t) {
    var core = LoopCores.of(t.loop());
    Promise<String> promise = t.loop().newPromise();
    var view = promise.toCompletableFuture();
    var steps = new ArrayList<TaskDriver.Steps<String>>();
    var driven =
        t.loop()
            .drive(
                TaskOptions.DEFAULT,
                new TaskDriver<String>() {
                  @Override
                  public void start(TaskDriver.Steps<String> own) {
                    steps.add(own);
                  }

                  @Override
                  public void cancel(String reason) {}
                });
    t.runUntilIdle();

    view.cancel(true);
    steps.getFirst().run(() -> steps.getFirst().succeed("done"));

    assertThat(core.readyEntries()).isZero(); // which another thread may be about to run
    t.runUntilIdle();
    assertThat(promise.isCancelled()).isTrue();
    assertThat(driven.getNow()).isEqualTo("done");
  }
}
