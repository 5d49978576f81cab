package io.greenloop.sync;

import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.Task;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BarrierTest {
  private final Barrier barrier = new Barrier(3);

  private Task<@Nullable Void> arrive(TestLoop t, String who) {
    return spawn(
        () -> {
          try {
            t.note(who + " " + barrier.waitFor());
          } catch (BrokenBarrierException broken) {
            t.note(who + " broken");
          }
        });
  }

  private String id() {
    return "barrier@" + Integer.toHexString(System.identityHashCode(barrier));
  }

  private static void turns(int count) {
    for (int i = 0; i < count; i++) {
      yieldNow();
    }
  }

  @Test
  @Parity("SYNC-12")
  void itNeedsAtLeastOneParty() {
    assertThatThrownBy(() -> new Barrier(0))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("Barrier: parties = 0 (expected >= 1)");
  }

  @Test
  @Parity({"SYNC-12", "SYNC-14"})
  void eachGetsItsIndexAndTheLastOneDoesNotWait(TestLoop t) {
    t.run(
        () -> {
          arrive(t, "a");
          arrive(t, "b");
          yieldNow();
          assertThat(barrier.waiting()).isEqualTo(2);
          assertThat(barrier.parties()).isEqualTo(3);

          t.note("last " + barrier.waitFor());

          assertThat(barrier.waiting()).isZero();
          yieldNow();
        });

    assertThat(t.trail()).containsExactly("last 2@0", "a 0@0", "b 1@0");
  }

  @Test
  @Parity("SYNC-12")
  void whoArrivesWhileItDrainsWaitsUntilItIsEmpty(TestLoop t) {
    t.run(
        () -> {
          var all = new ArrayList<Task<@Nullable Void>>();
          for (String who : List.of("a", "b", "c", "d", "e", "f")) {
            all.add(arrive(t, who));
          }
          Aio.gather(all).join();
        });

    // d, e and f come while a and b have not left: without the wait f would be first after c.
    assertThat(t.trail()).containsExactly("c 2@0", "a 0@0", "b 1@0", "f 2@0", "d 0@0", "e 1@0");
  }

  @Test
  @Parity("SYNC-13")
  void aCancelledWaiterJustLeaves(TestLoop t) {
    t.run(
        () -> {
          var first = arrive(t, "a");
          arrive(t, "b");
          yieldNow();

          first.cancel();
          yieldNow();

          assertThat(first.isCancelled()).isTrue();
          assertThat(barrier.waiting()).isEqualTo(1);
          assertThat(barrier.isBroken()).isFalse();
          arrive(t, "c");
          arrive(t, "d");
          turns(3);
        });

    assertThat(t.trail()).containsExactly("d 2@0", "b 0@0", "c 1@0");
  }

  @Test
  @Parity("SYNC-13")
  void resetMakesWaitersFailAndTheBarrierUsable(TestLoop t) {
    t.run(
        () -> {
          arrive(t, "a");
          arrive(t, "b");
          yieldNow();

          barrier.reset();
          assertThat(barrier.waiting()).isZero();
          var next = List.of(arrive(t, "c"), arrive(t, "d"), arrive(t, "e"));
          Aio.gather(next).join();

          assertThat(barrier.isBroken()).isFalse();
        });

    assertThat(t.trail().subList(0, 2)).containsExactly("a broken@0", "b broken@0");
    assertThat(t.trail().subList(2, 5)).containsExactlyInAnyOrder("c 0@0", "d 1@0", "e 2@0");
  }

  @Test
  @Parity("SYNC-13")
  void resetWhileItDrainsBreaksThoseWhoHaveNotLeft(TestLoop t) {
    t.run(
        () -> {
          arrive(t, "a");
          arrive(t, "b");
          yieldNow();
          t.note("last " + barrier.waitFor());

          barrier.reset();
          turns(2);

          assertThat(barrier.isBroken()).isFalse();
          assertThat(barrier.waiting()).isZero();
        });

    assertThat(t.trail()).containsExactly("last 2@0", "a broken@0", "b broken@0");
  }

  @Test
  @Parity({"SYNC-13", "EXC-6"})
  void abortBreaksItUntilReset(TestLoop t) {
    t.run(
        () -> {
          arrive(t, "a");
          yieldNow();

          barrier.abort();

          assertThat(barrier.isBroken()).isTrue();
          assertThatThrownBy(barrier::waitFor)
              .isExactlyInstanceOf(BrokenBarrierException.class)
              .hasMessage(
                  "Barrier.waitFor: " + id() + " was aborted; reset() makes it usable again");
          yieldNow();
          barrier.reset();
          Aio.gather(List.of(arrive(t, "b"), arrive(t, "c"), arrive(t, "d"))).join();
        });

    assertThat(t.trail()).containsExactly("a broken@0", "d 2@0", "b 0@0", "c 1@0");
  }
}
