package io.greenloop;

import static io.greenloop.Aio.asCompleted;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What a loop shares with the outside: nobody waits for ever, nothing is counted for ever. */
class OutsideWorkTest {
  private static final class Kill extends Error {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void whatWasSubmittedToALoopThatClosesFails() {
    CompletableFuture<Integer> result;
    try (var loop = EventLoop.create()) {
      result = loop.submit(() -> 1);
    }

    assertThat(result).isDone();
    assertThatThrownBy(result::join)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(LoopClosedException.class)
        .hasMessageContaining("was closed before what was submitted to it began");
  }

  @Test
  void theViewOfAFutureFailsWhenItsLoopCloses() {
    CompletableFuture<Integer> pending;
    CompletableFuture<Integer> done;
    try (var loop = EventLoop.create()) {
      pending = loop.<Integer>newPromise("a value").toCompletableFuture();
      Promise<Integer> promise = loop.newPromise();
      done = promise.toCompletableFuture();
      promise.complete(7); // its copy is queued, and dropped
    }

    assertThat(done).isCompletedWithValue(7);
    assertThat(pending).isDone();
    assertThatThrownBy(pending::join)
        .hasCauseInstanceOf(LoopClosedException.class)
        .hasMessageContaining("a value");
  }

  @Test
  void aStageThatNeverCompletesCountsUntilItsFutureIsCancelled(TestLoop t) {
    t.run(
        () -> {
          var wrapped = Aio.wrap(new CompletableFuture<>());
          assertThat(t.loop().core().outsideJobs()).isEqualTo(1);
          wrapped.cancel();
          assertThat(t.loop().core().outsideJobs()).isZero();
        });
  }

  @Test
  void aStageThatCannotBeCancelledIsOnlyLeftAlone(TestLoop t) {
    var stage =
        new CompletableFuture<Integer>() {
          @Override
          public CompletableFuture<Integer> toCompletableFuture() {
            throw new UnsupportedOperationException("report only");
          }
        };
    t.run(
        () -> {
          assertThat(Aio.wrap(stage).cancel()).isTrue();
          assertThat(t.loop().core().outsideJobs()).isZero();
        });
  }

  @Test
  void aJobThatItsExecutorForgetsCountsUntilItIsCancelled(TestLoop t) {
    t.run(
        () -> {
          var job = Aio.runInExecutor(forgotten -> {}, () -> 1);
          assertThat(t.loop().core().outsideJobs()).isEqualTo(1);
          job.cancel();
          assertThat(t.loop().core().outsideJobs()).isZero();
        });
  }

  @Test
  void aThrowIntoTheWaitForTheNextResultLosesNoResult(TestLoop t) {
    t.run(
        () -> {
          Promise<String> a = newPromise();
          Promise<String> b = newPromise();
          var consumer =
              spawn(
                  () -> {
                    var results = new ArrayList<String>();
                    var completed = asCompleted(List.of(a, b));
                    assertThat(catchThrowable(completed::next)).isInstanceOf(Kill.class);
                    while (completed.hasNext()) {
                      results.add(completed.next().join());
                    }
                    return results;
                  });
          yieldNow();
          consumer.throwInto(new Kill());
          a.complete("a");
          b.complete("b");

          assertThat(consumer.join()).containsExactly("a", "b");
        });
  }

  @Test
  void aThrowThatOvertakesAResultGivesItBack(TestLoop t) {
    t.run(
        () -> {
          Promise<String> a = newPromise();
          var consumer =
              spawn(
                  () -> {
                    var completed = asCompleted(List.of(a));
                    assertThat(catchThrowable(completed::next)).isInstanceOf(Kill.class);
                    return completed.next().join();
                  });
          yieldNow();
          a.complete("a");
          yieldNow(); // the consumer is woken, and has not run
          consumer.throwInto(new Kill());

          assertThat(consumer.join()).isEqualTo("a");
        });
  }

  @Test
  void aFatalEndOfACloserIsThrownAfterAllWereClosed() {
    var trail = new ArrayList<String>();
    var exit = new ExitRequest(3);
    var runner = new Runner();
    runner.run(
        () -> {
          EventLoop.current().onShutdown(() -> trail.add("first"));
          EventLoop.current()
              .onShutdown(
                  () -> {
                    throw exit;
                  });
          return 0;
        });

    assertThat(catchThrowable(runner::close)).isSameAs(exit);
    assertThat(trail).containsExactly("first");
  }

  @Test
  void ofTwoThreadsThatStartARunOnlyOneDoes() throws Exception {
    try (var loop = EventLoop.create()) {
      var inside = new CountDownLatch(1);
      var goOn = new CountDownLatch(1);
      loop.setTaskFactory( // between the check and the run
          new TaskFactory() {
            @Override
            public <T> Task<T> create(
                EventLoop on,
                TaskOptions options,
                java.util.concurrent.Callable<? extends T> body) {
              inside.countDown();
              uninterruptibly(goOn);
              return TaskFactories.lazy().create(on, options, body);
            }
          });
      var first = new AtomicReference<Object>();
      Thread other = Thread.ofPlatform().start(() -> first.set(loop.runUntilComplete(() -> "one")));
      uninterruptibly(inside);
      loop.setTaskFactory(null);

      Throwable second = catchThrowable(() -> loop.runUntilComplete(() -> "two"));
      Throwable close = catchThrowable(loop::close);
      goOn.countDown();
      other.join();

      assertThat(second)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("runs already in another thread");
      assertThat(close).hasMessageContaining("stop it first");
      assertThat(first.get()).isEqualTo("one");
    }
  }

  private static void uninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anExpressionLambdaIsABlockWithAResult(TestLoop t) {
    t.run(
        () -> {
          Task<String> child = TaskGroup.run(group -> group.spawn(() -> "value"));
          assertThat(child.getNow()).isEqualTo("value");
        });
  }

  @Test
  void aDeadLockIsOnlyReportedWhereThatIsAskedFor() {
    var reports = new ArrayList<String>();
    Promise<?>[] gate = new Promise<?>[1];
    Aio.run(
        RunOptions.DEFAULT.reportDeadLock(),
        () -> {
          EventLoop loop = EventLoop.current();
          gate[0] = loop.newPromise("the gate");
          loop.setExceptionHandler(
              (on, error) -> {
                reports.add(error.message());
                gate[0].complete(null);
              });
          gate[0].join();
          return 0;
        });

    assertThat(reports).hasSize(1);
    assertThat(reports.getFirst()).contains("dead-lock").contains("the gate");
  }
}
