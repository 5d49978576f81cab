package io.greenloop.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.Task;
import io.greenloop.WaitQueue;
import io.greenloop.Waiter;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Waiters that are no parked tasks: what a Kotlin continuation is. */
class WaiterTest {
  private final List<String> seen = new ArrayList<>();

  private final class Noting<T extends @Nullable Object> extends Waiter<T> {
    private final String name;

    Noting(String name) {
      this.name = name;
    }

    @Override
    protected void onServed(T value) {
      seen.add(name + " served");
    }

    @Override
    protected void onFailed(Throwable failure) {
      seen.add(name + " failed " + failure.getClass().getSimpleName());
    }
  }

  @Test
  void aLockServesThemInTurn(TestLoop t) {
    t.run(
        () -> {
          var lock = new Lock();
          lock.acquire(new Noting<Permit>("a"));
          lock.acquire(new Noting<Permit>("b"));
          assertThat(seen).containsExactly("a served");

          lock.release();
          assertThat(seen).containsExactly("a served", "b served");
          lock.release();
          assertThat(lock.isLocked()).isFalse();
        });
  }

  @Test
  void anAbandonedOneLeavesOrPassesOnWhatItGotOnce(TestLoop t) {
    t.run(
        () -> {
          var semaphore = new Semaphore(1);
          var served = new Noting<Permit>("served");
          var waiting = new Noting<Permit>("waiting");
          var last = new Noting<Permit>("last");
          semaphore.acquire(served);
          semaphore.acquire(waiting);
          semaphore.acquire(last);

          assertThat(waiting.isWaiting()).isTrue();
          assertThat(waiting.abandon()).isTrue();
          assertThat(waiting.isWaiting()).isFalse();
          assertThat(served.abandon()).isFalse();
          assertThat(served.abandon()).isFalse();

          assertThat(seen).containsExactly("served served", "last served");
          assertThat(semaphore.permits()).isZero();
        });
  }

  @Test
  void thoseWhoseWordsFitAreServedAndTheOthersKeepTheirPlaces(TestLoop t) {
    t.run(
        () -> {
          var queue = new WaitQueue<String, Integer>("an item", (item, size) -> {});
          for (int size = 1; size <= 4; size++) {
            queue.add(new Noting<>(String.valueOf(size)), size);
          }

          queue.serveThose(size -> size % 2 == 0, "even");
          assertThat(seen).containsExactly("2 served", "4 served");
          assertThat(queue.size()).isEqualTo(2);
          queue.serveAll("all");
        });

    assertThat(seen).containsExactly("2 served", "4 served", "1 served", "3 served");
  }

  @Test
  void anEventServesAtOnceWhenItIsSet(TestLoop t) {
    t.run(
        () -> {
          var event = new Event();
          event.waitFor(new Noting<Event>("early"));
          assertThat(seen).isEmpty();
          event.set();
          event.waitFor(new Noting<Event>("late"));

          assertThat(seen).containsExactly("early served", "late served");
        });
  }

  @Test
  void aQueueServesGettersPuttersAndJoiners(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<Integer>(1);
          queue.put(1, new Noting<@Nullable Void>("put 1"));
          queue.put(2, new Noting<@Nullable Void>("put 2"));
          queue.join(new Noting<@Nullable Void>("join"));
          queue.get(new Noting<Integer>("get 1"));
          queue.get(new Noting<Integer>("get 2"));
          assertThat(seen)
              .containsExactly("put 1 served", "put 2 served", "get 1 served", "get 2 served");
          queue.taskDone();
          queue.taskDone();
          queue.join(new Noting<@Nullable Void>("join again"));
          queue.get(new Noting<Integer>("get 3"));
          queue.close();
          queue.get(new Noting<Integer>("get 4"));
          queue.put(3, new Noting<@Nullable Void>("put 3"));

          assertThat(seen.subList(4, seen.size()))
              .containsExactly(
                  "join served",
                  "join again served",
                  "get 3 failed QueueClosedException",
                  "get 4 failed QueueClosedException",
                  "put 3 failed QueueClosedException");
        });
  }

  @Test
  void aConditionServesThemAndAnAbandonedNotificationGoesToTheNext(TestLoop t) {
    t.run(
        () -> {
          var condition = new Condition();
          var first = new Noting<Condition>("first");
          condition.acquire();
          condition.waitFor(first);
          assertThat(condition.isLocked()).isFalse();
          condition.acquire();
          condition.waitFor(new Noting<Condition>("second"));
          condition.acquire();
          condition.notifyOne();
          assertThat(seen).containsExactly("first served");

          first.abandon();
          assertThat(seen).containsExactly("first served", "second served");
        });
  }

  @Test
  @Parity({"SYNC-12", "SYNC-13"})
  void aBarrierCountsThemAndParkedTasksAlike(TestLoop t) {
    t.run(
        () -> {
          var barrier = new Barrier(3);
          var gone = new Noting<Integer>("gone");
          barrier.waitFor(gone);
          Task<Integer> parked = Aio.spawn(() -> barrier.waitFor());
          Aio.yieldNow();
          gone.abandon();
          barrier.waitFor(new Noting<Integer>("a"));
          assertThat(barrier.waiting()).isEqualTo(2);
          barrier.waitFor(new Noting<Integer>("b"));
          assertThat(seen).containsExactly("a served", "b served");
          barrier.waitFor(new Noting<Integer>("early")); // while the parked one has not left

          assertThat(parked.join()).isEqualTo(0);
          barrier.reset();
          barrier.abort();
          barrier.waitFor(new Noting<Integer>("late"));

          assertThat(seen.subList(2, 4))
              .containsExactly(
                  "early failed BrokenBarrierException", "late failed BrokenBarrierException");
        });
  }

  @Test
  void aWaiterWaitsOnce() {
    var queue = new WaitQueue<String, String>("nothing", (value, brought) -> {});
    var waiter = new Noting<String>("a");
    queue.add(waiter, "x");
    assertThat(queue.firstBrought()).isEqualTo("x");

    assertThatThrownBy(() -> queue.add(waiter, "y"))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage(
            "add to nothing (1 waiting): this waiter is used up; make a new one for each wait");
    queue.serveFirst("z");
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.serveFirst("z")).isFalse();
    assertThatThrownBy(queue::firstBrought)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("firstBrought: nobody waits for nothing");
  }

  @Test
  void cancelledOnesInTheMiddleLeaveTheOthersInOrder() {
    var queue = new WaitQueue<String, @Nullable Void>("nothing", (value, none) -> {});
    var waiters = new ArrayList<Noting<String>>();
    for (int i = 0; i < 6; i++) {
      waiters.add(new Noting<>("w" + i));
      queue.add(waiters.get(i), null);
    }
    for (int i : new int[] {2, 0, 5}) {
      waiters.get(i).abandon();
    }
    assertThat(queue.size()).isEqualTo(3);
    queue.serveAll("x");

    assertThat(seen).containsExactly("w1 served", "w3 served", "w4 served");
  }
}
