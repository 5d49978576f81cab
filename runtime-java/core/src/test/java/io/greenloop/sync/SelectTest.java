package io.greenloop.sync;

import static io.greenloop.Aio.currentTask;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.LoopExit;
import io.greenloop.Promise;
import io.greenloop.Task;
import io.greenloop.testing.Seeds;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SelectTest {
  private final Queue<String> left = new Queue<>();
  private final Queue<String> right = new Queue<>();

  private Select<String> either() {
    return new Select<String>().get(left, x -> "left " + x).get(right, x -> "right " + x);
  }

  @Test
  void itTakesOneItemAndLeavesTheOtherQueueAlone(TestLoop t) {
    t.run(
        () -> {
          Task<String> chosen = spawn(() -> either().run());
          yieldNow();
          right.put("b");
          left.put("a"); // in the window before it runs

          assertThat(chosen.join()).isEqualTo("right b");
          assertThat(left.size()).isEqualTo(1);
          assertThat(right.isEmpty()).isTrue();
        });
  }

  @Test
  void ofSeveralThatAreReadyTheFirstNamedWinsWithoutParking(TestLoop t) {
    t.run(
        () -> {
          spawn(() -> t.note("other"));
          right.put("b");
          left.put("a");

          t.note(either().run());
          t.note(either().run());
          t.note(either().orElse(() -> "nothing").run());
          yieldNow();
        });

    assertThat(t.trail()).containsExactly("left a@0", "right b@0", "nothing@0", "other@0");
  }

  @Test
  void futuresPutsTimersAndAnyWaiterCanBeSelected(TestLoop t) {
    t.run(
        () -> {
          Promise<Integer> promise = Aio.newPromise();
          var full = Queue.<String>rendezvous();
          var event = new Event();
          var select =
              new Select<String>()
                  .done(promise, done -> "done " + done.getNow())
                  .put(full, "x", () -> "put")
                  .<Event>on(event::waitFor, e -> "event")
                  .after(ofMillis(5), () -> "time");
          t.note(select.run());
          spawn(() -> t.note("got " + full.get()));
          t.note(select.run());
          yieldNow();
          event.set();
          t.note(select.run());
          promise.complete(1);
          t.note(select.run());
        });

    assertThat(t.trail()).containsExactly("time@5", "got x@5", "put@5", "event@5", "done 1@5");
  }

  @Test
  void aClosedQueueEndsIt(TestLoop t) {
    t.run(
        () -> {
          Task<String> chosen = spawn(() -> either().run());
          yieldNow();
          left.close();

          assertThatThrownBy(chosen::join).isExactlyInstanceOf(QueueClosedException.class);
          right.put("b");
          assertThat(right.size()).isEqualTo(1); // it does not wait there any more
        });
  }

  @Test
  void nothingSelectedIsAnErrorAndNobodyWhoCouldServeIsProvenSo(TestLoop t) {
    assertThatThrownBy(() -> new Select<String>().run())
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("Select: nothing is selected; add a clause first");
    assertThatThrownBy(() -> t.run(() -> either().run()))
        .isInstanceOf(LoopExit.class)
        .hasMessageContaining("waits for one of 2 things");
  }

  @Test
  void itNeverMeetsItself() {
    String name = left.toString().substring(0, left.toString().indexOf(' '));
    assertThatThrownBy(() -> new Select<String>().get(left, x -> x).put(left, "a", () -> "put"))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Select.put: this selection gets from " + name);
    assertThatThrownBy(() -> new Select<String>().put(left, "a", () -> "put").get(left, x -> x))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Select.get: this selection puts into " + name);
  }

  @Test
  void aLongLivedFutureKeepsNothingOfPastRuns(TestLoop t) {
    t.run(
        () -> {
          Promise<Integer> shutdown = Aio.newPromise();
          var ran = new ArrayList<String>();
          var select =
              new Select<String>()
                  .get(left, x -> x)
                  .done(
                      shutdown,
                      done -> {
                        ran.add("done");
                        return "done";
                      });
          for (int i = 0; i < 3; i++) {
            spawn(() -> left.put("a"));
            select.run();
          }
          shutdown.complete(1);
          yieldNow();

          assertThat(ran).isEmpty();
        });
  }

  @Seeds(20)
  void aCancelAtAnyPointLosesNothing(TestLoop t, long seed) {
    t.run(
        () -> {
          for (int turns = 0; turns < 12; turns++) {
            var taken = new ArrayList<Integer>();
            var queues = List.of(new Queue<Integer>(1), Queue.<Integer>rendezvous());
            Task<@Nullable Void> victim = spawn(() -> takeAll(queues, taken));
            Task<@Nullable Void> other = spawn(() -> takeAll(queues, taken));
            var putters = new ArrayList<Task<?>>();
            for (int i = 0; i < 8; i++) {
              int item = i;
              putters.add(spawn(() -> queues.get(item % 2).put(item)));
            }
            for (int i = 0; i < turns; i++) {
              yieldNow();
            }
            victim.cancel();
            for (var putter : putters) {
              putter.join();
            }
            for (int i = 0; i < 20 && taken.size() < 8; i++) {
              yieldNow();
            }

            assertThat(taken).as("cancelled after %s turns", turns).hasSize(8);
            assertThat(taken).doesNotHaveDuplicates();
            other.cancel();
            Aio.waitUntil(List.of(victim, other));
          }
        });
  }

  @Test
  void aPutWhoseItemWasTakenWhenTheCancelCameHasHappened(TestLoop t) {
    t.run(
        () -> {
          var queue = Queue.<String>rendezvous();
          Task<?> self = currentTask().orElseThrow();
          spawn(
              () -> {
                t.note(queue.tryGet().orElseThrow());
                self.cancel("too late");
              });

          String result = new Select<String>().put(queue, "a", () -> "put").run();

          assertThat(result).isEqualTo("put");
          assertThatThrownBy(() -> yieldNow())
              .isExactlyInstanceOf(CancelledError.class)
              .hasMessage("too late");
          self.uncancel();
        });

    assertThat(t.trail()).containsExactly("a@0");
  }

  private static void takeAll(List<Queue<Integer>> queues, List<Integer> taken) {
    var select =
        new Select<Integer>().get(queues.get(0), item -> item).get(queues.get(1), item -> item);
    while (true) {
      taken.add(select.run());
      yieldNow();
    }
  }
}
