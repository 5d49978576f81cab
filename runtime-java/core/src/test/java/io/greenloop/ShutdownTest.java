package io.greenloop;

import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What happens between the end of main and the close of the loop. */
class ShutdownTest {
  private static Task<?> leftover(TestLoop t, String name, ThrowingRunnable cleanup) {
    return spawn(
        TaskOptions.named(name),
        () -> {
          try {
            newPromise().join();
          } finally {
            t.note(name + " cancelled");
            cleanup.run();
          }
          return 0;
        });
  }

  @Test
  @Parity({"RUN-2", "AC-runners.3"})
  void leftoversAreCancelledOnceAndWaitedFor(TestLoop t) {
    t.run(
        () -> {
          leftover(t, "a", () -> sleep(ofMillis(20)));
          leftover(t, "b", () -> t.note("b cleaned up"));
          sleep(ofMillis(1));
          t.note("main ends");
        });

    assertThat(t.trail())
        .containsExactly("main ends@1", "a cancelled@1", "b cancelled@1", "b cleaned up@1");
  }

  @Test
  @Parity({"RUN-2", "AC-runners.3"})
  void alsoWhenMainFailed(TestLoop t) {
    assertThatThrownBy(
            () ->
                t.run(
                    () -> {
                      leftover(t, "a", () -> {});
                      sleep(ofMillis(1));
                      throw new IOException("main");
                    }))
        .hasMessage("main");

    assertThat(t.trail()).containsExactly("a cancelled@1");
  }

  @Test
  @Parity({"RUN-2", "AC-runners.4", "AC-runners.5"})
  void failuresDuringTheCancelAreReportedAndTheLaterStepsStillTaken(TestLoop t) {
    t.run(
        () -> {
          var bad =
              leftover(
                  t,
                  "bad",
                  () -> {
                    throw new IOException("cleanup");
                  });
          EventLoop.current().onShutdown(() -> t.note("closed 1"));
          EventLoop.current()
              .onShutdown(
                  () -> {
                    throw new IOException("closer");
                  });
          EventLoop.current().onShutdown(() -> t.note("closed 3"));
          var gone = EventLoop.current().onShutdown(() -> t.note("never"));
          assertThat(gone.remove()).isTrue();
          sleep(ofMillis(1));
          assertThat(bad.isDone()).isFalse();
        });

    assertThat(t.trail()).containsExactly("bad cancelled@1", "closed 3@1", "closed 1@1");
    var errors = t.errors();
    assertThat(errors).hasSize(2);
    assertThat(errors.get(0).message())
        .isEqualTo("task 'bad' failed while the loop was shutting down");
    assertThat(errors.get(0).exception()).hasMessage("cleanup");
    assertThat(errors.get(0).task().name()).isEqualTo("bad");
    assertThat(errors.get(1).message()).isEqualTo("closing at the end of " + t.loop() + " failed");
    assertThat(errors.get(1).exception()).hasMessage("closer");
  }

  @Test
  @Parity("RUN-2")
  void tasksThatCleanupSpawnsAreCancelledToo(TestLoop t) {
    t.run(
        () -> {
          leftover(t, "a", () -> leftover(t, "child of cleanup", () -> {}));
          sleep(ofMillis(1));
        });

    assertThat(t.trail()).containsExactly("a cancelled@1", "child of cleanup cancelled@1");
    assertThat(t.loop().allTasks()).isEmpty();
  }

  @Test
  @Parity("RUN-2")
  void theDefaultExecutorEndsBeforeTheLoopCloses(TestLoop t) {
    t.run(
        () ->
            Aio.toThread(
                () -> {
                  t.note("job");
                  return null;
                }));

    assertThat(t.trail()).hasSize(1);
  }

  @Test
  @Parity({"RUN-2", "LOOP-13"})
  void aFatalErrorInTheCleanupIsThrownAfterEveryStep() {
    var t = TestLoop.virtual();
    assertThatThrownBy(
            () ->
                t.run(
                    () -> {
                      leftover(
                          t,
                          "fatal",
                          () -> {
                            throw new ExitRequest(7);
                          });
                      leftover(t, "other", () -> sleep(ofMillis(5)));
                      EventLoop.current().onShutdown(() -> t.note("closed"));
                      sleep(ofMillis(1));
                    }))
        .isInstanceOf(ExitRequest.class);

    assertThat(t.trail()).containsExactly("fatal cancelled@1", "other cancelled@1", "closed@6");
    assertThat(t.loop().isClosed()).isTrue();
    t.close();
  }

  @Test
  @Parity({"LOOP-10", "AC-base-events.5"})
  void tasksThatArePendingAtACloseByHandAreReported(TestLoop t) {
    t.loop().spawn(TaskOptions.named("stuck"), () -> newPromise().join());
    t.loop().spawn(TaskOptions.named("sleeping"), () -> newPromise().join());
    t.loop().callSoon(t.loop()::stop);
    t.loop().runForever();

    t.loop().close();

    assertThat(t.errorMessages())
        .containsExactly(
            t.loop()
                + " closed with pending tasks, which never go on: task 'stuck', task 'sleeping';"
                + " run them to their end, or use a Runner, which cancels them");
  }
}
