package io.greenloop;

import static io.greenloop.Aio.gather;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.shield;
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
import java.util.List;
import org.junit.jupiter.api.Test;

class ShieldTest {
  @Test
  @Parity({"TASK-32", "AC-tasks-the-rest.17"})
  void aCancelOfTheWaiterDoesNotReachTheInner(TestLoop t) {
    t.run(
        () -> {
          var inner =
              spawn(
                  () -> {
                    sleep(ofMillis(10));
                    return "kept";
                  });
          var waiter = spawn(() -> shield(inner).join());
          yieldNow();
          waiter.cancel();
          assertThatThrownBy(waiter::join).isInstanceOf(CancelledError.class);
          assertThat(inner.cancelRequests()).isZero();
          assertThat(inner.join()).isEqualTo("kept");
        });
  }

  @Test
  @Parity({"TASK-32", "AC-tasks-the-rest.17"})
  void aCancelledInnerMakesTheOuterCancelled(TestLoop t) {
    t.run(
        () -> {
          Promise<String> inner = newPromise();
          var outer = shield(inner);
          inner.cancel("inner reason");
          assertThatThrownBy(outer::join)
              .isInstanceOf(CancelledError.class)
              .hasMessage("inner reason");
          assertThat(outer.isCancelled()).isTrue();
        });
  }

  @Test
  @Parity({"TASK-32", "AC-tasks-the-rest.17"})
  void resultsAndFailuresPass(TestLoop t) {
    t.run(
        () -> {
          Promise<String> fine = newPromise();
          Promise<String> bad = newPromise();
          var outerFine = shield(fine);
          var outerBad = shield(bad);
          fine.complete("x");
          bad.completeExceptionally(new IOException("y"));
          assertThat(outerFine.join()).isEqualTo("x");
          assertThatThrownBy(outerBad::join).isInstanceOf(IOException.class).hasMessage("y");
        });
  }

  @Test
  @Parity({"TASK-32", "AC-tasks-the-rest.17"})
  void whatIsDoneIsReturnedAsItIs(TestLoop t) {
    t.run(
        () -> {
          Promise<String> done = newPromise();
          done.complete("x");
          assertThat(shield(done)).isSameAs(done);
        });
  }

  @Test
  @Parity("AC-tasks-the-rest.17")
  void aShieldedGatherAndAGatherOfShields(TestLoop t) {
    t.run(
        () -> {
          Promise<Integer> a = newPromise();
          Promise<Integer> b = newPromise();
          var outer = shield(gather(List.of(a, b)));
          outer.cancel();
          assertThat(a.isDone()).isFalse();
          assertThat(b.isDone()).isFalse();

          var gathered = gather(List.of(shield(a), shield(b)));
          gathered.cancel();
          assertThat(catchThrowable(gathered::join)).isInstanceOf(CancelledError.class);
          assertThat(a.isDone()).isFalse();
          assertThat(b.isDone()).isFalse();
          a.complete(1);
          b.complete(2);
        });
  }

  @Test
  @Parity({"TASK-32", "AC-tasks-the-rest.18"})
  void aFailureAfterTheOuterWasCancelledIsReportedOnce(TestLoop t) {
    t.run(
        () -> {
          var inner =
              spawn(
                  TaskOptions.named("inner"),
                  () -> {
                    sleep(ofMillis(10));
                    throw new IOException("orphaned");
                  });
          for (int i = 0; i < 2; i++) {
            var outer = shield(inner);
            outer.cancel();
          }
          sleep(ofMillis(20));
        });

    assertThat(t.errorMessages())
        .containsExactly("task 'inner' failed after the waiter of its shield had been cancelled");
    assertThat(t.errors().getFirst().exception()).hasMessage("orphaned");
    assertThat(t.errors().getFirst().task().name()).isEqualTo("inner");
  }

  @Test
  @Parity("TASK-32")
  void itDoesNotSurviveTheShutdownOfTheLoop(TestLoop t) {
    t.run(
        () -> {
          spawn(
              () ->
                  shield(
                          spawn(
                              () -> {
                                try {
                                  newPromise().join();
                                } finally {
                                  t.note("inner cancelled");
                                }
                              }))
                      .join());
          sleep(ofMillis(1));
        });

    assertThat(t.trail()).containsExactly("inner cancelled@1");
  }

  @Test
  void cancelledShieldsLeaveOneEntryAtTheInner(TestLoop t) {
    t.run(
        () -> {
          Promise<String> inner = newPromise();
          for (int i = 0; i < 1000; i++) {
            shield(inner).cancel();
          }
          var core = LoopCores.of(t.loop());
          int before = core.readyEntries();

          inner.complete("x");

          assertThat(core.readyEntries() - before).isEqualTo(1);
        });
  }

  @Test
  void aFailureThatAnotherShieldPassesOnIsNotReported(TestLoop t) {
    t.run(
        () -> {
          Promise<String> inner = newPromise();
          var first = shield(inner);
          var second = shield(inner);
          first.cancel();

          inner.completeExceptionally(new IOException("seen"));

          assertThatThrownBy(second::join).hasMessage("seen");
        });
    assertThat(t.errors()).isEmpty();
  }

  @Test
  void aCancelAfterTheInnerHasFailedReportsTheFailureAsWell(TestLoop t) {
    t.run(
        () -> {
          Promise<String> inner = newPromise();
          var outer = shield(inner);
          inner.completeExceptionally(new IOException("late"));
          outer.cancel(); // the outer one was about to take it
          yieldNow();
        });
    assertThat(t.errorMessages())
        .singleElement()
        .asString()
        .endsWith(" failed after the waiter of its shield had been cancelled");
  }
}
