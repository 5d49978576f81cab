package io.greenloop.sync;

import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.CancelledError;
import io.greenloop.Task;
import io.greenloop.testing.Parity;
import io.greenloop.testing.Seeds;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Parity({"Q-6", "AC-queues.6"})
class QueueCloseTest {
  static Stream<Function<Integer, Queue<Integer>>> kinds() {
    return Stream.of(
        Queue::new,
        LifoQueue::new,
        size -> new PriorityQueue<>(size, Comparator.<Integer>naturalOrder()));
  }

  private static String closed(String operation, Queue<?> queue) {
    String kind = queue.getClass().getSimpleName();
    return "Queue."
        + operation
        + ": "
        + Character.toLowerCase(kind.charAt(0))
        + kind.substring(1)
        + "@"
        + Integer.toHexString(System.identityHashCode(queue))
        + " is closed";
  }

  private static void assertClosed(
      String operation,
      Queue<?> queue,
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isExactlyInstanceOf(QueueClosedException.class)
        .hasMessage(closed(operation, queue));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aClosedQueueGivesWhatIsLeftThenFails(Function<Integer, Queue<Integer>> kind) {
    try (var t = TestLoop.virtual()) {
      t.run(
          () -> {
            var queue = kind.apply(0);
            queue.put(1);
            queue.close();
            queue.close();

            assertThat(queue.isClosed()).isTrue();
            assertClosed("put", queue, () -> queue.put(2));
            assertClosed("put", queue, () -> queue.tryPut(2));
            assertThat(queue.get()).isEqualTo(1);
            assertClosed("get", queue, queue::get);
            assertClosed("get", queue, queue::tryGet);
          });
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void waitingGettersFailWhenAnEmptyQueueIsClosed(Function<Integer, Queue<Integer>> kind) {
    try (var t = TestLoop.virtual()) {
      t.run(
          () -> {
            var queue = kind.apply(0);
            var getter = spawn(() -> queue.get());
            yieldNow();

            queue.close();

            assertClosed("get", queue, getter::join);
            queue.join();
          });
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void waitingPuttersFailAndJoinWaitsForWhatIsLeft(Function<Integer, Queue<Integer>> kind) {
    try (var t = TestLoop.virtual()) {
      t.run(
          () -> {
            var queue = kind.apply(1);
            queue.put(1);
            var putter = spawn(() -> queue.put(2));
            var joiner = spawn(() -> queue.join());
            yieldNow();

            queue.close();

            assertClosed("put", queue, putter::join);
            assertThat(queue.get()).isEqualTo(1);
            yieldNow();
            assertThat(joiner.isDone()).isFalse();
            queue.taskDone();
            joiner.join();
          });
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void closeNowDropsWhatIsLeftAndCountsItAsDone(Function<Integer, Queue<Integer>> kind) {
    try (var t = TestLoop.virtual()) {
      t.run(
          () -> {
            var queue = kind.apply(2);
            queue.put(1);
            queue.put(2);
            var putter = spawn(() -> queue.put(3));
            var joiner = spawn(() -> queue.join());
            yieldNow();

            queue.closeNow();
            queue.closeNow();

            joiner.join();
            assertClosed("put", queue, putter::join);
            assertClosed("get", queue, queue::get);
            assertThat(queue.isEmpty()).isTrue();
          });
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void closeNowLeavesItemsInWorkUnfinished(Function<Integer, Queue<Integer>> kind) {
    try (var t = TestLoop.virtual()) {
      t.run(
          () -> {
            var queue = kind.apply(0);
            queue.put(1);
            queue.put(2);
            queue.get();
            var joiner = spawn(() -> queue.join());
            yieldNow();

            queue.closeNow();
            yieldNow();

            assertThat(joiner.isDone()).isFalse();
            queue.taskDone();
            joiner.join();
          });
    }
  }

  @Test
  void anItemInTheHandsOfACancelledGetterIsDroppedByCloseNow(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<Integer>();
          var getter = spawn(() -> queue.get());
          yieldNow();

          queue.put(1);
          queue.closeNow();
          getter.cancel();
          queue.join();

          assertThat(queue.isEmpty()).isTrue();
          assertThat(getter.isCancelled()).isTrue();
        });
  }

  @Test
  @Parity("Q-7")
  void iteratingTakesItemsUntilTheQueueIsClosed(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<Integer>(1);
          spawn(
              () -> {
                try (queue) {
                  for (int i = 0; i < 3; i++) {
                    queue.put(i);
                  }
                }
              });
          var seen = new ArrayList<Integer>();
          for (int item : queue) {
            seen.add(item);
          }

          assertThat(seen).containsExactly(0, 1, 2);
        });
  }

  @Seeds(50)
  @Parity({"Q-3", "AC-queues.2", "AC-queues.3"})
  void nothingIsLostOrDoubledInAnySchedule(TestLoop t, long seed) {
    var random = new java.util.Random(seed);
    int items = 60;
    t.run(
        () -> {
          var queue = new Queue<Integer>(random.nextInt(4));
          var taken = new ArrayList<Integer>();
          var getters = new ArrayList<Task<?>>();
          for (int i = 0; i < 6; i++) {
            getters.add(
                spawn(
                    () -> {
                      while (true) {
                        try {
                          taken.add(queue.get());
                        } catch (CancelledError again) {
                          t.note("cancelled"); // it took nothing
                        } catch (QueueClosedException end) {
                          return null;
                        }
                      }
                    }));
          }
          var producers = new ArrayList<Task<?>>();
          for (int p = 0; p < 3; p++) {
            int from = p * items / 3;
            producers.add(
                spawn(
                    () -> {
                      for (int i = from; i < from + items / 3; i++) {
                        queue.put(i);
                      }
                    }));
          }
          while (!producers.stream().allMatch(Task::isDone)) {
            getters.get(random.nextInt(getters.size())).cancel();
            yieldNow();
          }
          for (int i = 0; taken.size() < items && i < 100; i++) {
            yieldNow();
          }
          queue.close();

          assertThat(taken).hasSize(items).doesNotHaveDuplicates();
        });
  }
}
