package io.greenloop.sync;

import static io.greenloop.Aio.currentTask;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.AsyncTimeoutException;
import io.greenloop.CancelledError;
import io.greenloop.Task;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.time.Duration;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class QueueTest {
  private static Task<@Nullable Void> getter(TestLoop t, Queue<String> queue, String who) {
    return spawn(() -> t.note(who + " got " + queue.get()));
  }

  private static Task<@Nullable Void> putter(TestLoop t, Queue<String> queue, String item) {
    return spawn(
        () -> {
          queue.put(item);
          t.note("put " + item);
        });
  }

  @Test
  @Parity("Q-1")
  void sizesAreExactAndZeroMeansNoBound(TestLoop t) {
    t.run(
        () -> {
          var bounded = new Queue<Integer>(2);
          assertThat(bounded.isEmpty()).isTrue();
          bounded.put(1);
          assertThat(bounded.isFull()).isFalse();
          bounded.put(2);
          assertThat(bounded.size()).isEqualTo(2);
          assertThat(bounded.isFull()).isTrue();
          assertThat(bounded.maxSize()).isEqualTo(2);

          for (var unbounded : new Queue<?>[] {new Queue<Integer>(), new Queue<Integer>(-1)}) {
            assertThat(unbounded.isFull()).isFalse();
          }
        });
  }

  @Test
  @Parity("Q-1")
  void lifoGivesTheNewestAndPriorityTheSmallestFirst(TestLoop t) {
    t.run(
        () -> {
          var lifo = new LifoQueue<Integer>();
          var sorted = new PriorityQueue<String>(Comparator.comparing(String::length));
          for (int i : new int[] {1, 3, 2}) {
            lifo.put(i);
          }
          for (String s : new String[] {"ccc", "a", "bb", "b"}) {
            sorted.put(s);
          }
          lifo.close();
          sorted.close();

          assertThat(lifo.stream()).containsExactly(2, 3, 1);
          assertThat(sorted).containsExactly("a", "b", "bb", "ccc"); // equal ones: as they came
        });
  }

  @Test
  @Parity({"Q-2", "AC-queues.1"})
  void putAndGetDoNotSuspendWhenTheyNeedNot(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<Integer>(1);
          spawn(() -> t.note("other"));
          queue.put(1);
          t.note("got " + queue.get());
          yieldNow();
        });

    assertThat(t.trail()).containsExactly("got 1@0", "other@0");
  }

  @Test
  @Parity({"Q-2", "AC-queues.1"})
  void anItemGoesToTheFirstGetterAtOnceAndCannotBeTaken(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>();
          getter(t, queue, "first");
          getter(t, queue, "second");
          yieldNow();

          queue.put("x");
          assertThat(queue.tryGet()).isEmpty();
          queue.put("y");
          yieldNow();
        });

    assertThat(t.trail()).containsExactly("first got x@0", "second got y@0");
  }

  @Test
  @Parity({"Q-2", "AC-queues.1", "AC-queues.3"})
  void aFreePlaceGoesToTheFirstPutterAtOnce(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>(1);
          queue.put("a");
          putter(t, queue, "b");
          putter(t, queue, "c");
          yieldNow();

          assertThat(queue.get()).isEqualTo("a");
          assertThat(queue.tryPut("barging")).isFalse();
          assertThat(queue.get()).isEqualTo("b");
          assertThat(queue.get()).isEqualTo("c");
          yieldNow();
        });

    assertThat(t.trail()).containsExactly("put b@0", "put c@0");
  }

  @Test
  @Parity({"Q-3", "AC-queues.2"})
  void anItemOfAGetterCancelledBeforeItRunsGoesToTheNext(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>();
          var first = getter(t, queue, "first");
          var second = getter(t, queue, "second");
          yieldNow();

          queue.put("x");
          first.cancel();
          second.join();

          assertThat(first.isCancelled()).isTrue();
          assertThat(queue.size()).isZero();
        });

    assertThat(t.trail()).containsExactly("second got x@0");
  }

  @Test
  @Parity({"Q-3", "AC-queues.2"})
  void orBackToTheFront(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>();
          var getter = getter(t, queue, "getter");
          yieldNow();

          queue.put("x");
          queue.put("y");
          getter.cancel();
          yieldNow();

          assertThat(queue.get()).isEqualTo("x");
          assertThat(queue.get()).isEqualTo("y");
        });

    assertThat(t.trail()).isEmpty();
  }

  @Test
  @Parity({"Q-3", "AC-queues.2"})
  void aPutterCancelledWhileItWaitsPutsNothing(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>(1);
          queue.put("a");
          var second = putter(t, queue, "b");
          var third = putter(t, queue, "c");
          yieldNow();

          second.cancel();
          yieldNow();

          assertThat(queue.get()).isEqualTo("a");
          assertThat(queue.get()).isEqualTo("c");
          assertThat(queue.tryGet()).isEmpty();
          third.join();
        });

    assertThat(t.trail()).containsExactly("put c@0");
  }

  @Test
  @Parity({"Q-3", "AC-queues.2"})
  void aPutterCancelledBeforeItRunsIsUndoneAndItsPlaceGoesToTheNext(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>(1);
          queue.put("a");
          var second = putter(t, queue, "b");
          putter(t, queue, "c");
          yieldNow();

          assertThat(queue.get()).isEqualTo("a");
          second.cancel();
          yieldNow();
          yieldNow();

          assertThat(second.isCancelled()).isTrue();
          assertThat(queue.get()).isEqualTo("c");
          assertThat(queue.tryGet()).isEmpty();
        });

    assertThat(t.trail()).containsExactly("put c@0");
  }

  @Test
  @Parity("AC-queues.5")
  void aPutterCancelledAfterItsItemWasTakenHasPutIt(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>(1);
          queue.put("a");
          var putter = putter(t, queue, "b");
          yieldNow();

          assertThat(queue.get()).isEqualTo("a");
          assertThat(queue.get()).isEqualTo("b");
          putter.cancel("too late");

          assertThatThrownBy(putter::join)
              .isExactlyInstanceOf(CancelledError.class)
              .hasMessage("too late");
          assertThat(queue.isEmpty()).isTrue();
        });

    assertThat(t.trail()).containsExactly("put b@0"); // the cancel came with the end of the task
  }

  @Test
  @Parity("AC-queues.5")
  void aPutWhoseItemWasTakenWhenItsTimeRanOutHasNotTimedOut(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>(1);
          queue.put("a");
          getter(t, queue, "first");
          getter(t, queue, "second");

          Aio.timeout(Duration.ZERO, () -> queue.put("b"));
          yieldNow(); // nothing is left of the limit's cancel

          assertThat(currentTask().orElseThrow().cancelRequests()).isZero();
        });

    assertThat(t.trail()).containsExactly("first got a@0", "second got b@0");
  }

  @Test
  @Parity({"Q-3", "AC-queues.4"})
  void timedOutWaitersDoNotPileUp(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>(1);
          for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> Aio.timeout(ofMillis(1), () -> queue.get()))
                .isExactlyInstanceOf(AsyncTimeoutException.class);
          }
          queue.put("a"); // to nobody
          assertThat(queue.size()).isEqualTo(1);
          for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> Aio.timeout(ofMillis(1), () -> queue.put("b")))
                .isExactlyInstanceOf(AsyncTimeoutException.class);
          }
          assertThat(queue.get()).isEqualTo("a");
          assertThat(queue.isEmpty()).isTrue();
        });
  }

  @Test
  @Parity("Q-4")
  void theTryFormsSaySo(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<Integer>(1);
          assertThat(queue.tryGet()).isEmpty();
          assertThat(queue.tryPut(1)).isTrue();
          assertThat(queue.tryPut(2)).isFalse();
          assertThat(queue.tryGet()).contains(1);
        });
  }

  @Test
  @Parity({"Q-5", "AC-queues.6"})
  void joinWaitsForTheWorkOnEveryItem(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<Integer>();
          queue.join(); // nothing was put in
          for (int i = 0; i < 4; i++) {
            queue.put(i);
          }
          for (int worker = 0; worker < 2; worker++) {
            spawn(
                () -> {
                  while (true) {
                    queue.get();
                    Aio.sleep(ofMillis(10));
                    queue.taskDone();
                  }
                });
          }
          t.note("start");
          queue.join();
          t.note("all done");
        });

    assertThat(t.trail()).containsExactly("start@0", "all done@20");
  }

  @Test
  @Parity({"Q-5", "AC-queues.6"})
  void taskDoneMoreOftenThanPutIsAnError(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<Integer>();
          queue.put(1);
          queue.get();
          queue.taskDone();
          assertThatThrownBy(queue::taskDone)
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "Queue.taskDone: no item of queue@"
                      + Integer.toHexString(System.identityHashCode(queue))
                      + " is unfinished; call it once for each item");
        });
  }
}
