package io.greenloop.sync;

import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Task;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventTest {
  private final Event event = new Event();

  private Task<@Nullable Void> waiter(TestLoop t, String who) {
    return spawn(
        () -> {
          event.waitFor();
          t.note(who + " " + event.isSet());
        });
  }

  @Test
  @Parity("SYNC-5")
  void setWakesAllWaitersInOrderEvenIfClearFollows(TestLoop t) {
    t.run(
        () -> {
          waiter(t, "a");
          waiter(t, "b");
          yieldNow();

          event.set();
          event.clear();
          t.note("cleared");

          yieldNow();
        });

    assertThat(t.trail()).containsExactly("cleared@0", "a false@0", "b false@0");
  }

  @Test
  @Parity("SYNC-5")
  void waitingForASetEventDoesNotSuspend(TestLoop t) {
    t.run(
        () -> {
          spawn(() -> t.note("other"));
          event.set();
          event.set();
          event.waitFor();
          t.note("main");
          yieldNow();
        });

    assertThat(t.trail()).containsExactly("main@0", "other@0");
  }

  @Test
  @Parity("SYNC-5")
  void aCancelledWaiterIsNotWoken(TestLoop t) {
    t.run(
        () -> {
          var first = waiter(t, "first");
          waiter(t, "second");
          yieldNow();

          first.cancel();
          event.set();
          yieldNow();

          assertThat(first.isCancelled()).isTrue();
        });

    assertThat(t.trail()).containsExactly("second true@0");
  }

  @Test
  @Parity("SYNC-5")
  void itCanBeUsedAgain(TestLoop t) {
    t.run(
        () -> {
          event.set();
          event.clear();
          var waiter = waiter(t, "a");
          yieldNow();
          assertThat(waiter.isDone()).isFalse();

          event.set();
          waiter.join();
        });

    assertThat(t.trail()).containsExactly("a true@0");
  }
}
