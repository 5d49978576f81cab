package io.greenloop;

import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.waitUntil;
import static io.greenloop.Aio.yieldNow;
import static io.greenloop.WaitMode.ALL_COMPLETED;
import static io.greenloop.WaitMode.FIRST_COMPLETED;
import static io.greenloop.WaitMode.FIRST_EXCEPTION;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.internal.loop.LoopCores;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaitUntilTest {
  private static Task<Integer> after(int millis, int value) {
    return spawn(
        () -> {
          sleep(ofMillis(millis));
          return value;
        });
  }

  private static Task<Integer> failsAfter(int millis) {
    return spawn(
        () -> {
          sleep(ofMillis(millis));
          throw new IOException("x");
        });
  }

  @Test
  @Parity("TASK-23")
  void returnsWhatIsDoneAndWhatIsPending(TestLoop t) {
    t.run(
        () -> {
          var a = after(10, 1);
          var b = after(20, 2);

          var first = waitUntil(FIRST_COMPLETED, null, List.of(a, b));
          t.note("first");
          assertThat(first.done()).containsExactly(a);
          assertThat(first.pending()).containsExactly(b);

          var all = waitUntil(List.of(a, b));
          t.note("all");
          assertThat(all.done()).containsExactly(a, b);
          assertThat(all.pending()).isEmpty();
        });

    assertThat(t.trail()).containsExactly("first@10", "all@20");
  }

  @Test
  @Parity({"TASK-23", "AC-tasks-the-rest.6"})
  void aTimeoutNeitherThrowsNorCancels(TestLoop t) {
    var core = LoopCores.of(t.loop());
    t.run(
        () -> {
          var quick = after(10, 1);
          var slow = after(100, 2);

          var result = waitUntil(ALL_COMPLETED, ofMillis(50), List.of(quick, slow));

          t.note("timeout");
          assertThat(result.done()).containsExactly(quick);
          assertThat(result.pending()).containsExactly(slow);
          assertThat(slow.join()).isEqualTo(2);
          waitUntil(ALL_COMPLETED, ofMillis(50), List.of(quick, slow));
          assertThat(core.pendingTimers()).isZero();
        });

    assertThat(t.trail()).containsExactly("timeout@50");
  }

  @Test
  @Parity({"TASK-23", "AC-tasks-the-rest.6"})
  void whatFinishesInTheTurnOfTheDeadlineCountsAsDone(TestLoop t) {
    t.run(
        () -> {
          var a = after(10, 1);
          yieldNow(); // its timer is set first
          var b = after(10, 2);

          var result = waitUntil(ALL_COMPLETED, ofMillis(10), List.of(a, b));

          assertThat(result.done()).containsExactlyInAnyOrder(a, b);
        });
  }

  @Test
  @Parity("TASK-23")
  void aCancelOfTheWaiterCancelsNoMember(TestLoop t) {
    t.run(
        () -> {
          var member = after(10, 1);
          var waiter = spawn(() -> waitUntil(List.of(member)));
          sleep(ofMillis(1));
          waiter.cancel();
          assertThatThrownBy(waiter::join).isInstanceOf(CancelledError.class);
          assertThat(member.join()).isEqualTo(1);
        });
  }

  @Test
  @Parity("TASK-23")
  void itTakesATurnEvenIfAllAreDone(TestLoop t) {
    t.run(
        () -> {
          var done = after(0, 1);
          done.join();
          t.loop().callSoon(() -> t.note("callback"));
          waitUntil(List.of(done));
          t.note("waited");
        });

    assertThat(t.trail()).containsExactly("callback@0", "waited@0");
  }

  @Test
  @Parity({"TASK-23", "AC-tasks-the-rest.7"})
  void wrongArgumentsAreRefused(TestLoop t) {
    t.run(
        () -> {
          assertThatThrownBy(() -> waitUntil(List.<Task<?>>of()))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("waitUntil: nothing to wait for; give at least one");

          assertThatThrownBy(() -> waitUntil(null, null, List.of(after(1, 1))))
              .isInstanceOf(NullPointerException.class)
              .hasMessage("mode");

          @SuppressWarnings({"unchecked", "rawtypes"})
          List<Task<?>> bodies = (List) List.of((Runnable) () -> {});
          assertThatThrownBy(() -> waitUntil(bodies))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage(
                  "waitUntil: io.greenloop.WaitUntilTest is a body, not a task; spawn it first");
        });
  }

  @Test
  @Parity({"TASK-24", "AC-tasks-the-rest.5"})
  void firstExceptionReturnsAtTheFirstFailure(TestLoop t) {
    t.run(
        () -> {
          var fine = after(5, 1);
          var bad = failsAfter(10);
          var slow = after(100, 2);

          var result = waitUntil(FIRST_EXCEPTION, null, List.of(fine, bad, slow));

          t.note("failed");
          assertThat(result.done()).containsExactly(fine, bad);
          assertThat(result.pending()).containsExactly(slow);
          assertThat(bad.exceptionNow()).hasMessage("x");
        });

    assertThat(t.trail()).containsExactly("failed@10");
  }

  @Test
  @Parity("TASK-24")
  void aCancelledMemberIsNoFailure(TestLoop t) {
    t.run(
        () -> {
          Task<Integer> gone = spawn(() -> Aio.<Integer>newPromise().join());
          var slow = after(20, 2);
          t.loop().callLater(ofMillis(5), gone::cancel);

          var result = waitUntil(FIRST_EXCEPTION, null, List.of(gone, slow));

          t.note("all");
          assertThat(result.done()).containsExactly(gone, slow);
        });

    assertThat(t.trail()).containsExactly("all@20");
  }

  @Test
  @Parity({"TASK-23", "AC-tasks-the-rest.4"})
  void doneIsWhatIsDoneAtTheWakeUp(TestLoop t) {
    t.run(
        () -> {
          Promise<Integer> a = newPromise();
          Promise<Integer> b = newPromise();
          t.loop()
              .callSoon(
                  () -> {
                    a.complete(1);
                    t.loop().callSoon(() -> b.complete(2)); // its own callback has not run yet
                  });

          var result = waitUntil(FIRST_COMPLETED, null, List.of(a, b));

          assertThat(result.done()).containsExactly(a, b);
        });
  }

  @Test
  @Parity("TASK-23")
  void membersCountOnceAndAreNotHeldAfterwards(TestLoop t) {
    t.run(
        () -> {
          var member = after(1, 1);
          var twice = new ArrayList<>(List.of(member, member));
          assertThat(waitUntil(twice).done()).containsExactly(member);
        });
  }
}
