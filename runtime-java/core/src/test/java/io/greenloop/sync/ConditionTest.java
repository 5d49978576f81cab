package io.greenloop.sync;

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
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConditionTest {
  private final Condition condition = new Condition();

  private Task<@Nullable Void> waiter(TestLoop t, String who) {
    return spawn(
        () -> {
          try (var _ = condition.acquire()) {
            try {
              condition.waitFor();
              t.note(who + " " + condition.isLocked());
            } catch (CancelledError cancelled) {
              t.note(who + " cancelled " + cancelled.reason() + " " + condition.isLocked());
              throw cancelled;
            }
          }
        });
  }

  private void turns(int count) {
    for (int i = 0; i < count; i++) {
      yieldNow();
    }
  }

  @Test
  @Parity({"SYNC-6", "SYNC-8", "AC-locks.2"})
  void notifiedTasksGoOnInOrderWhenTheLockIsFree(TestLoop t) {
    t.run(
        () -> {
          waiter(t, "a");
          waiter(t, "b");
          waiter(t, "c");
          turns(3);
          try (var _ = condition.acquire()) {
            condition.notify(2);
            turns(3);
            t.note("still held");
          }
          turns(4);
          t.note("two");
          try (var _ = condition.acquire()) {
            condition.notifyOne();
          }
          turns(3);
        });

    assertThat(t.trail())
        .containsExactly("still held@0", "a true@0", "b true@0", "two@0", "c true@0");
  }

  @Test
  @Parity({"SYNC-8", "AC-locks.2"})
  void notifyEveryoneAndMoreThanThereAre(TestLoop t) {
    t.run(
        () -> {
          waiter(t, "a");
          waiter(t, "b");
          turns(2);
          try (var _ = condition.acquire()) {
            condition.notifyEveryone();
          }
          turns(4);
          waiter(t, "c");
          turns(1);
          try (var _ = condition.acquire()) {
            condition.notify(2048);
          }
          turns(2);
        });

    assertThat(t.trail()).containsExactly("a true@0", "b true@0", "c true@0");
  }

  @Test
  @Parity({"SYNC-6", "SYNC-8", "AC-locks.2"})
  void withoutTheLockItIsAnError(TestLoop t) {
    String free =
        ": lock@"
            + Integer.toHexString(System.identityHashCode(condition.lock()))
            + " is not held; acquire it first";
    t.run(
        () -> {
          assertThatThrownBy(condition::waitFor)
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage("Condition.waitFor" + free);
          assertThatThrownBy(condition::notifyOne)
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage("Condition.notify" + free);
          assertThatThrownBy(condition::notifyEveryone)
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage("Condition.notify" + free);
        });
  }

  @Test
  @Parity("SYNC-6")
  void inACallbackItIsRefusedAndTheLockStaysHeld(TestLoop t) {
    condition.acquire();
    t.loop().callSoon(condition::waitFor);
    t.runUntilIdle();

    assertThat(condition.isLocked()).isTrue();
    assertThat(t.errors())
        .singleElement()
        .satisfies(
            error ->
                assertThat(error.exception())
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("Condition.waitFor on " + t.loop() + " in a callback"));
  }

  @Test
  @Parity({"SYNC-6", "AC-locks.1"})
  void aCancelledWaiterHoldsTheLockAndKeepsTheReason(TestLoop t) {
    t.run(
        () -> {
          var waiter = waiter(t, "a");
          turns(1);

          waiter.cancel("why");
          turns(2);

          assertThatThrownBy(waiter::join)
              .isExactlyInstanceOf(CancelledError.class)
              .hasMessage("why");
          assertThat(condition.isLocked()).isFalse();
        });

    assertThat(t.trail()).containsExactly("a cancelled why true@0");
  }

  @Test
  @Parity({"SYNC-6", "AC-locks.1"})
  void cancelsWhileTheLockIsAcquiredAgainAreHeldBackAndTheLastIsThrown(TestLoop t) {
    t.run(
        () -> {
          var waiter = waiter(t, "a");
          turns(1);
          condition.acquire();

          waiter.cancel("first");
          turns(1);
          waiter.cancel("second");
          turns(1);
          waiter.cancel("third");
          turns(2);
          assertThat(waiter.isDone()).isFalse();
          condition.release();
          turns(2);

          assertThat(waiter.isCancelled()).isTrue();
        });

    assertThat(t.trail()).containsExactly("a cancelled third true@0");
  }

  @Test
  @Parity({"SYNC-7", "AC-locks.1"})
  void aNotifiedWaiterThatIsCancelledBeforeItRunsPassesTheNotificationOn(TestLoop t) {
    t.run(
        () -> {
          var first = waiter(t, "a");
          var second = waiter(t, "b");
          turns(2);
          try (var _ = condition.acquire()) {
            condition.notifyOne();
          }
          first.cancel();
          turns(4);

          assertThat(first.isCancelled()).isTrue();
          second.join();
        });

    assertThat(t.trail()).containsExactly("a cancelled null true@0", "b true@0");
  }

  @Test
  @Parity({"SYNC-7", "AC-locks.1"})
  void aNotifiedWaiterThatIsCancelledWhileItWaitsForTheLockPassesTheNotificationOn(TestLoop t) {
    t.run(
        () -> {
          var first = waiter(t, "a");
          var second = waiter(t, "b");
          turns(2);
          condition.acquire();
          condition.notifyOne();
          turns(2); // the first one waits for the lock now
          first.cancel();
          turns(2);
          condition.release();
          turns(4);

          assertThat(first.isCancelled()).isTrue();
          second.join();
        });

    assertThat(t.trail()).containsExactly("a cancelled null true@0", "b true@0");
  }

  @Test
  @Parity({"SYNC-7", "AC-locks.2"})
  void waitForAPredicateLooksAgainAfterEachNotification(TestLoop t) {
    var level = new AtomicInteger();
    t.run(
        () -> {
          var waiter =
              spawn(
                  () -> {
                    try (var _ = condition.acquire()) {
                      condition.waitFor(() -> level.get() == 2);
                      t.note("level " + level);
                    }
                  });
          for (int i = 0; i < 2; i++) {
            Aio.sleep(ofMillis(10));
            try (var _ = condition.acquire()) {
              level.incrementAndGet();
              condition.notifyOne();
            }
          }
          waiter.join();
        });

    assertThat(t.trail()).containsExactly("level 2@20");
  }

  @Test
  @Parity({"SYNC-8", "AC-locks.2"})
  void aLockMayBeSharedAndATimeLimitLeavesItHeld(TestLoop t) {
    var lock = new Lock();
    var one = new Condition(lock);
    var other = new Condition(lock);
    t.run(
        () -> {
          assertThat(one.lock()).isSameAs(lock);
          try (var _ = one.acquire()) {
            assertThat(other.isLocked()).isTrue();
            assertThatThrownBy(() -> Aio.timeout(ofMillis(5), () -> other.waitFor()))
                .isExactlyInstanceOf(AsyncTimeoutException.class);
            assertThat(lock.isLocked()).isTrue();
          }
          assertThat(lock.isLocked()).isFalse();
        });
  }

  @Test
  void whatIsThrownIntoOneThatTakesTheLockBackComesWithTheLock(TestLoop t) {
    t.run(
        () -> {
          var thrown = new IOException("thrown into it");
          var a = waiter(t, "a");
          yieldNow();
          var b =
              spawn(
                  () -> {
                    try (var _ = condition.acquire()) {
                      condition.notifyOne();
                      Aio.sleep(ofMillis(10));
                      t.note("b leaves");
                    }
                  });
          turns(3); // a is notified, and waits for the lock
          a.throwInto(thrown);
          var c =
              spawn(
                  () -> {
                    try (var _ = condition.acquire()) {
                      t.note("c is in");
                    }
                  });
          b.join();
          c.join();

          assertThatThrownBy(a::join).isSameAs(thrown);
          assertThat(condition.isLocked()).isFalse();
        });

    assertThat(t.trail()).containsExactly("b leaves@10", "c is in@10");
  }
}
