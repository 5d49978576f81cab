package io.greenloop.gevent;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

@RealTime
class GeventExecutorTest {
  private interface ThrowingBody {
    void run(TestLoop t) throws Exception;
  }

  private static void run(ThrowingBody body) {
    try (var t = TestLoop.real()) {
      t.run(() -> body.run(t));
    }
  }

  @Test
  @Parity({"GE-1.9.9", "GE-C50"})
  void whoWaitsForAJobParksAndOthersRun() {
    run(
        t -> {
          var gate = new CountDownLatch(1);
          try (var executor = new ThreadPoolExecutor(2)) {
            var job =
                executor.submit(
                    () -> {
                      gate.await();
                      return Thread.currentThread().getName();
                    });
            assertThatThrownBy(() -> job.get(5, MILLISECONDS))
                .isExactlyInstanceOf(TimeoutException.class)
                .hasMessage("a job did not end within 5 MILLISECONDS");
            assertThat(job.isDone()).isFalse();
            assertThat(job.cancel(true)).isFalse();
            Gevent.spawn(gate::countDown); // can run only if the wait below parks
            assertThat(job.get()).startsWith("gevent-threadpool-");
            assertThat(Gevent.await(List.of(job.result()))).hasSize(1);
            assertThat(job.isCancelled()).isFalse();
          }
        });
  }

  @Test
  @Parity({"GE-1.9.9", "GE-C50"})
  void callbacksRunInTheHubAndMustNotWait() {
    run(
        t -> {
          try (var executor = new ThreadPoolExecutor(1)) {
            var seen = new ArrayList<Object>();
            var job = executor.submit(() -> 42);
            job.addDoneCallback(done -> Gevent.sleep(java.time.Duration.ofMillis(1)));
            job.addDoneCallback(done -> seen.add(io.greenloop.Task.currentOrNull()));
            job.addDoneCallback(done -> seen.add(done.isDone()));
            assertThat(job.get()).isEqualTo(42);
            job.addDoneCallback(done -> seen.add("late"));
            Gevent.sleep();
            Gevent.sleep();
            assertThat(seen).containsExactly(null, true, "late");
            assertThat(t.errors())
                .extracting(error -> String.valueOf(error.exception()).split(":")[0])
                .containsExactly("io.greenloop.gevent.BlockingSwitchOutError");
          }
        });
  }

  @Test
  @Parity("GE-1.9.9")
  void failuresComeWrappedAndAnEndedExecutorRefuses() {
    run(
        t -> {
          var executor = new ThreadPoolExecutor(2);
          var failure = new IllegalStateException("of the job");
          var job =
              executor.submit(
                  () -> {
                    throw failure;
                  });
          assertThatThrownBy(job::get)
              .isExactlyInstanceOf(ExecutionException.class)
              .hasCause(failure);
          assertThatThrownBy(() -> job.result().get()).isSameAs(failure);
          assertThat(executor.invokeAll(List.of(() -> 1, () -> 2)))
              .extracting(java.util.concurrent.Future::get)
              .containsExactly(1, 2);
          assertThat(executor.awaitTermination(1, MILLISECONDS)).isFalse();
          executor.shutdown();
          assertThat(executor.isShutdown()).isTrue();
          assertThat(executor.awaitTermination(20, SECONDS)).isTrue();
          assertThat(executor.isTerminated()).isTrue();
          assertThat(executor.shutdownNow()).isEmpty();
          assertThatThrownBy(() -> executor.submit(() -> 1))
              .isExactlyInstanceOf(RejectedExecutionException.class)
              .hasMessageEndingWith(": it was shut down");
        });
  }

  @Test
  @Parity("GE-1.9.9")
  void anotherThreadIsRefused() {
    run(
        t -> {
          try (var executor = new ThreadPoolExecutor(2)) {
            var thrown =
                executor.submit(
                    () -> {
                      try {
                        executor.submit(() -> 1);
                        return "accepted";
                      } catch (InvalidThreadUseError refused) {
                        return "refused";
                      }
                    });
            assertThat(thrown.get()).isEqualTo("refused");
          }
        });
  }

  @Test
  void whatACommandThrowsIsReportedAndWhatAJobThrowsIsNot() {
    run(
        t -> {
          var lost = new IllegalStateException("nobody waits for it");
          try (var executor = new ThreadPoolExecutor(1)) {
            executor.execute(
                () -> {
                  throw lost;
                });
            executor.submit(
                () -> {
                  throw new IllegalStateException("the job keeps it");
                });
          }
          assertThat(t.errors()).singleElement().extracting(e -> e.exception()).isSameAs(lost);
        });
  }

  @Test
  void whoWaitedForAPlaceWhenItWasClosedIsRefused() {
    run(
        t -> {
          var gate = new CountDownLatch(1);
          var ran = new AtomicBoolean();
          var executor = new ThreadPoolExecutor(1);
          executor.submit(
              () -> {
                gate.await();
                return 1;
              });
          var second = executor.submit(() -> 2);
          var third = Gevent.spawn(() -> executor.execute(() -> ran.set(true)));
          Gevent.sleep(); // it waits: there is one thread, and one more place
          var closer = Gevent.spawn(executor::close);
          Gevent.sleep();
          gate.countDown();
          closer.get();
          assertThat(second.get()).isEqualTo(2);
          assertThatThrownBy(third::get)
              .isExactlyInstanceOf(RejectedExecutionException.class)
              .hasMessageEndingWith(": it was shut down");
          assertThat(executor.isTerminated()).isTrue();
          assertThat(ran).isFalse();
          assertThat(t.errors()).hasSize(1); // the greenlet that was refused
        });
  }

  @Test
  void aLimitThatNoClockReachesIsNone() {
    run(
        t -> {
          var executor = new ThreadPoolExecutor(1);
          for (TimeUnit unit : TimeUnit.values()) {
            assertThat(executor.submit(() -> 1).get(Long.MAX_VALUE, unit)).isEqualTo(1);
          }
          executor.shutdown();
          for (TimeUnit unit : TimeUnit.values()) {
            assertThat(executor.awaitTermination(Long.MAX_VALUE, unit)).isTrue();
          }
        });
  }
}
