package io.greenloop.sync;

import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.LoopExit;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.testing.Parity;
import io.greenloop.testing.Seeds;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LockTest {
  private final Lock lock = new Lock();

  private Task<@Nullable Void> holdFor(TestLoop t, String who) {
    return spawn(
        () -> {
          try (var _ = lock.acquire()) {
            t.note(who);
            Aio.sleep(ofMillis(10));
          }
        });
  }

  @Test
  @Parity({"SYNC-2", "SYNC-3"})
  void waitersGetItInTheOrderInWhichTheyCame(TestLoop t) {
    t.run(
        () -> {
          var all = new ArrayList<Task<@Nullable Void>>();
          for (String who : new String[] {"a", "b", "c"}) {
            all.add(holdFor(t, who));
          }
          Aio.gather(all).join();
        });

    assertThat(t.trail()).containsExactly("a@0", "b@10", "c@20");
  }

  @Test
  @Parity({"SYNC-2", "SYNC-14"})
  void aFreeLockIsTakenWithoutSuspending(TestLoop t) {
    t.run(
        () -> {
          spawn(() -> t.note("other task"));
          try (var _ = lock.acquire()) {
            t.note("held " + lock.isLocked());
          }
          t.note("held " + lock.isLocked());
          yieldNow();
        });

    assertThat(t.trail()).containsExactly("held true@0", "held false@0", "other task@0");
  }

  @Test
  @Parity("SYNC-2")
  void itIsNotReentrant(TestLoop t) {
    assertThatThrownBy(
            () ->
                t.run(
                    () -> {
                      lock.acquire();
                      lock.acquire();
                    }))
        .isExactlyInstanceOf(LoopExit.class);
  }

  @Test
  @Parity("SYNC-2")
  void anyTaskMayReleaseIt(TestLoop t) {
    t.run(
        () -> {
          lock.acquire();
          spawn(() -> lock.release()).join();

          assertThat(lock.isLocked()).isFalse();
        });
  }

  @Test
  @Parity("SYNC-3")
  void releasingAFreeLockIsAnError(TestLoop t) {
    t.run(
        () ->
            assertThatThrownBy(lock::release)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage(
                    "Lock.release: lock@"
                        + Integer.toHexString(System.identityHashCode(lock))
                        + " is not held; acquire it first"));
  }

  @Test
  @Parity("SYNC-3")
  void aNewcomerDoesNotOvertakeAWokenWaiter(TestLoop t) {
    t.run(
        () -> {
          lock.acquire();
          var waiter = holdFor(t, "waiter");
          yieldNow();

          lock.release(); // the waiter has it now, before it runs

          assertThat(lock.isLocked()).isTrue();
          assertThat(lock.tryAcquire()).isFalse();
          lock.acquire();
          t.note("newcomer");
          waiter.join();
        });

    assertThat(t.trail()).containsExactly("waiter@0", "newcomer@10");
  }

  @Test
  @Parity("SYNC-4")
  void aWaiterCancelledBetweenWokenAndRunningPassesItOn(TestLoop t) {
    t.run(
        () -> {
          lock.acquire();
          var first = holdFor(t, "first");
          var second = holdFor(t, "second");
          yieldNow();

          lock.release();
          first.cancel("too late");

          second.join();
          assertThatThrownBy(first::join)
              .isExactlyInstanceOf(CancelledError.class)
              .hasMessage("too late");
          assertThat(lock.isLocked()).isFalse();
        });

    assertThat(t.trail()).containsExactly("second@0");
  }

  @Test
  @Parity("SYNC-4")
  void aCancelledWaiterLeavesTheQueue(TestLoop t) {
    t.run(
        () -> {
          lock.acquire();
          var first = holdFor(t, "first");
          var second = holdFor(t, "second");
          yieldNow();

          first.cancel();
          yieldNow();
          lock.release();

          second.join();
          assertThat(first.isCancelled()).isTrue();
          assertThat(lock.isLocked()).isFalse();
        });

    assertThat(t.trail()).containsExactly("second@0");
  }

  @Seeds(50)
  @Parity("SYNC-4")
  void noOrderOfCancelAndReleaseLosesIt(TestLoop t, long seed) {
    var random = new java.util.Random(seed);
    var inside = new int[1];
    t.run(
        () -> {
          var tasks = new ArrayList<Task<@Nullable Void>>();
          for (int i = 0; i < 12; i++) {
            tasks.add(
                spawn(
                    () -> {
                      for (int round = 0; round < 5; round++) {
                        try (var _ = lock.acquire()) {
                          inside[0]++;
                          assertThat(inside[0]).isEqualTo(1);
                          yieldNow();
                        } finally {
                          inside[0] = 0;
                        }
                      }
                    }));
          }
          for (int i = 0; i < 40; i++) {
            yieldNow();
            tasks.get(random.nextInt(tasks.size())).cancel();
          }
          Aio.gatherSettled(tasks).join();

          assertThat(lock.isLocked()).isFalse();
          assertThat(lock.tryAcquire()).isTrue();
        });
  }

  @Test
  @Parity({"SYNC-1", "AC-locks.2"})
  void itBelongsToTheLoopOfItsFirstContendedUse(TestLoop t) {
    t.run(
        () -> {
          lock.acquire();
          var waiter = spawn(() -> lock.acquire());
          yieldNow();
          lock.release();
          waiter.join();
        });
    lock.release();

    try (var other = EventLoop.create()) {
      assertThatThrownBy(() -> other.runUntilComplete(() -> lock.tryAcquire()))
          .isExactlyInstanceOf(WrongThreadException.class)
          .hasMessageStartingWith("Lock.acquire on " + t.loop() + " called from thread '");
    }
  }

  @Test
  @Parity("SYNC-1")
  void anUncontendedLockBelongsToNoLoop(TestLoop t) {
    lock.acquire();
    t.run(() -> lock.release());
    try (var other = EventLoop.create()) {
      assertThat(other.<Boolean>runUntilComplete(() -> lock.tryAcquire())).isTrue();
    }
  }

  @Test
  void waitingInACallbackIsRefused(TestLoop t) {
    lock.acquire();
    t.loop().callSoon(lock::acquire);
    t.runUntilIdle();

    assertThat(t.errors())
        .singleElement()
        .satisfies(
            error ->
                assertThat(error.exception())
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage(
                        "Lock.acquire on "
                            + t.loop()
                            + " in a callback: there is no task to park; spawn one for code that"
                            + " waits"));
  }

  @Test
  void theDeadLockReportSaysWhoHoldsIt(TestLoop t) {
    var event = new Event();
    String id = Integer.toHexString(System.identityHashCode(lock));
    String eventId = Integer.toHexString(System.identityHashCode(event));

    assertThatThrownBy(
            () ->
                t.run(
                    () -> {
                      Aio.currentTask().orElseThrow().setName("main");
                      spawn(
                          TaskOptions.named("holder"),
                          () -> {
                            lock.acquire();
                            event.waitFor();
                            return null;
                          });
                      yieldNow();
                      lock.acquire();
                    }))
        .isExactlyInstanceOf(LoopExit.class)
        .hasMessage(
            "dead-lock: nothing can wake "
                + t.loop()
                + "; who waits:\n  task 'main' waits for lock@"
                + id
                + ", held by task 'holder'\n  task 'holder' waits for event@"
                + eventId
                + " (not set)\nif another thread is going to wake them, tell the loop with"
                + " expectPosts()");
  }
}
