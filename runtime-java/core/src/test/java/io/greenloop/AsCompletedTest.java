package io.greenloop;

import static io.greenloop.Aio.asCompleted;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.internal.loop.LoopCores;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class AsCompletedTest {
  private static Task<Integer> after(int millis) {
    return spawn(
        () -> {
          sleep(ofMillis(millis));
          return millis;
        });
  }

  @Test
  @Parity({"TASK-33", "AC-tasks-the-rest.8", "AC-tasks-the-rest.9"})
  void givesTheVeryTasksInOrderOfCompletion(TestLoop t) {
    t.run(
        () -> {
          var tasks = List.of(after(30), after(10), after(20));
          var seen = new ArrayList<Task<Integer>>();
          for (Task<Integer> task : asCompleted(tasks)) {
            assertThat(task.isDone()).isTrue();
            t.note(task.join());
            seen.add(task);
          }
          assertThat(seen).containsExactly(tasks.get(1), tasks.get(2), tasks.get(0));
        });

    assertThat(t.trail()).containsExactly("10@10", "20@20", "30@30");
  }

  @Test
  @Parity("TASK-33")
  void duplicatesCountOnceAndNothingGivesNothing(TestLoop t) {
    t.run(
        () -> {
          var task = after(1);
          int count = 0;
          for (Task<Integer> each : asCompleted(List.of(task, task))) {
            assertThat(each).isSameAs(task);
            count++;
          }
          assertThat(count).isEqualTo(1);
          assertThat(asCompleted(List.<Task<?>>of()).hasNext()).isFalse();
          assertThatThrownBy(() -> asCompleted(List.<Task<?>>of()).next())
              .isInstanceOf(NoSuchElementException.class)
              .hasMessage("nextDone: all have been given");
        });
  }

  @Test
  @Parity("AC-tasks-the-rest.8")
  void severalPlacesMayBeAwaitedAtOnceAndBackwards(TestLoop t) {
    t.run(
        () -> {
          var tasks = List.of(after(30), after(10), after(20));
          var places = asCompleted(tasks);
          var first = places.nextDone();
          var second = places.nextDone();
          var third = places.nextDone();

          assertThat(third.join()).isSameAs(tasks.get(0));
          assertThat(second.join()).isSameAs(tasks.get(2));
          assertThat(first.join()).isSameAs(tasks.get(1));
          t.note("end");
        });

    assertThat(t.trail()).containsExactly("end@30");
  }

  @Test
  @Parity({"TASK-33", "AC-tasks-the-rest.9"})
  void aLoopThatWasLeftEarlyMayBeResumed(TestLoop t) {
    t.run(
        () -> {
          var tasks = List.of(after(30), after(10), after(20));
          var iterator = asCompleted(tasks);
          for (Task<Integer> task : iterator) {
            t.note("first loop " + task.join());
            break;
          }
          assertThat(tasks.get(0).cancelRequests()).isZero();
          for (Task<Integer> task : iterator) {
            t.note("second loop " + task.join());
          }
        });

    assertThat(t.trail())
        .containsExactly("first loop 10@10", "second loop 20@20", "second loop 30@30");
  }

  @Test
  @Parity({"TASK-33", "AC-tasks-the-rest.10"})
  void eachOneThatIsNotDoneInTimeIsATimeoutAndNothingIsCancelled(TestLoop t) {
    t.run(
        () -> {
          var tasks = List.of(after(10), after(100), after(200));
          var iterator = asCompleted(ofMillis(50), tasks);

          assertThat(iterator.next()).isSameAs(tasks.get(0));
          for (int i = 0; i < 2; i++) {
            assertThat(iterator.hasNext()).isTrue();
            assertThatThrownBy(iterator::next)
                .isInstanceOf(AsyncTimeoutException.class)
                .hasMessage("asCompleted: time limit of PT0.05S passed; not done: 2");
            t.note("timeout");
          }
          assertThat(iterator.hasNext()).isFalse();
          assertThat(tasks.get(1).join()).isEqualTo(100);
        });

    assertThat(t.trail()).containsExactly("timeout@50", "timeout@50");
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity("AC-tasks-the-rest.10")
  void theTimerOfAnUnusedLimitIsRemoved(TestLoop t) {
    var core = LoopCores.of(t.loop());
    t.run(
        () -> {
          for (var task : asCompleted(ofMillis(50), List.of(after(10)))) {
            task.join();
          }
          assertThat(core.pendingTimers()).isZero();
          asCompleted(ofMillis(50), List.of(after(10))).close();
          yieldNow();
          assertThat(core.pendingTimers()).isEqualTo(1); // the sleep
        });
  }

  @Test
  @Parity("TASK-33")
  void aCancelInTheWakeUpWindowLosesNothing(TestLoop t) {
    t.run(
        () -> {
          Promise<Integer> promise = Aio.newPromise();
          var iterator = asCompleted(List.of(promise));
          var waiter = spawn(iterator::next);
          yieldNow();
          promise.complete(1);
          yieldNow(); // the place is filled, the waiter queued behind us
          waiter.cancel();
          assertThatThrownBy(waiter::join).isInstanceOf(CancelledError.class);

          assertThat(iterator.next()).isSameAs(promise);
        });
  }

  @Test
  void whatACancelledWaiterGivesBackGoesToTheNextOne(TestLoop t) {
    t.run(
        () -> {
          Promise<Integer> one = Aio.newPromise();
          Promise<Integer> two = Aio.newPromise();
          var iterator = asCompleted(List.of(one, two));
          var first = spawn(iterator::next);
          var second = spawn(iterator::next);
          yieldNow();
          one.complete(1);
          yieldNow(); // the place of the first is filled, it is queued behind us
          first.cancel();

          assertThat(Aio.waitFor(second, ofMillis(50))).isSameAs(one);
          assertThat(first.isCancelled()).isTrue();
          two.complete(2);
          assertThat(iterator.next()).isSameAs(two);
          assertThat(iterator.hasNext()).isFalse();
        });
  }

  @Test
  void closingItEndsTheWaitForTheNextOne(TestLoop t) {
    t.run(
        () -> {
          Promise<Integer> promise = Aio.newPromise();
          var iterator = asCompleted(List.of(promise));
          var waiter = spawn(iterator::next);
          yieldNow();

          iterator.close();

          assertThatThrownBy(() -> Aio.waitFor(waiter, ofMillis(50)))
              .isExactlyInstanceOf(CancelledError.class)
              .hasMessage("asCompleted: closed before the next one was done");
          assertThat(iterator.hasNext()).isFalse();
          assertThat(promise.isDone()).isFalse();
        });
  }
}
