package io.greenloop.sync;

import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.testing.Seeds;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A queue without places. */
class RendezvousTest {
  @Test
  void aPutWaitsUntilItsItemIsTaken(TestLoop t) {
    t.run(
        () -> {
          var queue = Queue.<String>rendezvous();
          assertThat(queue.isFull()).isTrue();
          assertThat(queue.tryPut("nobody waits")).isFalse();
          var putter =
              spawn(
                  () -> {
                    queue.put("a");
                    t.note("put");
                  });
          yieldNow();
          assertThat(queue.size()).isZero();
          t.note("got " + queue.get());
          putter.join();
          assertThat(queue.tryGet()).isEmpty();
        });

    assertThat(t.trail()).containsExactly("got a@0", "put@0");
  }

  @Test
  void aGetWaitsForAPutWhichDoesNotWaitThen(TestLoop t) {
    t.run(
        () -> {
          var queue = Queue.<String>rendezvous();
          var getter = spawn(() -> queue.get());
          yieldNow();
          assertThat(queue.isFull()).isFalse();
          assertThat(queue.tryPut("a")).isTrue();
          assertThat(queue.tryPut("b")).isFalse();
          assertThat(getter.join()).isEqualTo("a");
          queue.taskDone();
          queue.join();
        });
  }

  @Test
  void anItemOfACancelledGetterIsForTheNextGet(TestLoop t) {
    t.run(
        () -> {
          var queue = Queue.<String>rendezvous();
          var getter = spawn(() -> queue.get());
          yieldNow();
          queue.put("a");
          var putter = spawn(() -> queue.put("b"));
          getter.cancel();
          yieldNow();
          yieldNow();

          assertThat(getter.isCancelled()).isTrue();
          assertThat(List.of(queue.get(), queue.get())).containsExactly("a", "b");
          putter.join();
        });
  }

  @Test
  void closingMakesBothSidesFail(TestLoop t) {
    t.run(
        () -> {
          var queue = Queue.<String>rendezvous();
          var putter = spawn(() -> queue.put("a"));
          yieldNow();
          queue.close();

          assertThatThrownBy(putter::join).isExactlyInstanceOf(QueueClosedException.class);
          assertThatThrownBy(queue::get).isExactlyInstanceOf(QueueClosedException.class);
        });
  }

  @Seeds(50)
  void nothingIsLostOrDoubledInAnySchedule(TestLoop t, long seed) {
    t.run(
        () -> {
          var queue = Queue.<Integer>rendezvous();
          var taken = new ArrayList<Integer>();
          var putters = new ArrayList<io.greenloop.Task<?>>();
          var getters = new ArrayList<io.greenloop.Task<?>>();
          for (int i = 0; i < 12; i++) {
            int item = i;
            putters.add(spawn(() -> queue.put(item)));
            getters.add(
                spawn(
                    () -> {
                      taken.add(queue.get());
                    }));
          }
          yieldNow();
          for (int i = 0; i < 12; i += 3) {
            getters.get((int) ((i + seed) % 12)).cancel();
          }
          var rest = spawn(() -> queue.iterator().forEachRemaining(taken::add));
          for (var putter : putters) {
            Aio.waitUntil(List.of(putter));
          }
          queue.close();
          rest.join();

          assertThat(taken).hasSize(12).doesNotHaveDuplicates();
        });
  }
}
