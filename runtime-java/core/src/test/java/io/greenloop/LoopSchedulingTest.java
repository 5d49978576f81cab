package io.greenloop;

import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofNanos;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.internal.loop.LoopCores;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import io.greenloop.testing.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The turn, callSoon, timers, handles, the clock. */
class LoopSchedulingTest {
  @Test
  @Parity({"LOOP-1", "LOOP-2", "AC-base-events.1"})
  void callbacksRunInOrderOnceEach(TestLoop t) {
    for (int i = 0; i < 5; i++) {
      int n = i;
      t.loop().callSoon(() -> t.note(n));
    }
    t.runUntilIdle();
    t.runUntilIdle();

    assertThat(t.trail()).containsExactly("0@0", "1@0", "2@0", "3@0", "4@0");
  }

  @Test
  @Parity({"LOOP-1", "AC-base-events.3"})
  void aTurnRunsExactlyWhatWasQueuedWhenItBegan(TestLoop t) { // L2
    t.loop()
        .callSoon(
            () -> {
              t.note("first");
              t.loop().callSoon(() -> t.note("next turn"));
            });
    t.loop().callSoon(t.loop()::stop);
    t.loop().runForever();
    assertThat(t.trail()).containsExactly("first@0");

    t.runUntilIdle();
    assertThat(t.trail()).containsExactly("first@0", "next turn@0");
  }

  @Test
  @Parity("LOOP-1")
  void anEndlessChainOfCallbacksDoesNotStarveTimersOrForeignWork(TestLoop t) {
    var posted = new ArrayList<Thread>();
    t.run(
        () -> {
          Runnable[] chain = new Runnable[1];
          boolean[] stop = {false};
          chain[0] =
              () -> {
                if (!stop[0]) {
                  t.loop().callSoon(chain[0]);
                }
              };
          t.loop().callSoon(chain[0]);
          Promise<String> fromOutside = t.loop().newPromise();
          posted.add(
              Thread.ofPlatform()
                  .start(() -> t.loop().callSoonThreadsafe(() -> fromOutside.complete("in"))));
          assertThat(fromOutside.join()).isEqualTo("in");
          // Due at once: it comes although the chain never ends.
          Promise<String> timer = t.loop().newPromise();
          t.loop().callLater(ZERO, () -> timer.complete("timer"));
          assertThat(timer.join()).isEqualTo("timer");
          stop[0] = true;
        });
    assertThat(posted).hasSize(1);
  }

  @Test
  @Parity({"LOOP-3", "AC-events.1"})
  void callSoonThreadsafeKeepsTheOrderOfEachThreadAndWakesAnIdleLoop(TestLoop t) {
    t.run(
        () -> {
          Promise<String> last = t.loop().newPromise();
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 100; i++) {
                      int n = i;
                      t.loop().callSoonThreadsafe(() -> t.note(n));
                    }
                    t.loop().callSoonThreadsafe(() -> last.complete("done"));
                  });
          last.join();
        });

    assertThat(t.trail()).hasSize(100);
    assertThat(t.trail().getFirst()).isEqualTo("0@0");
    assertThat(t.trail()).isEqualTo(numbers(100));
  }

  private static List<String> numbers(int count) {
    var expected = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      expected.add(i + "@0");
    }
    return expected;
  }

  @Test
  @Parity({"LOOP-3", "AC-events.1"})
  void callSoonThreadsafeFromACallbackIsTheSameQueue(TestLoop t) {
    t.loop()
        .callSoon(
            () -> {
              t.loop().callSoonThreadsafe(() -> t.note("a"));
              t.loop().callSoon(() -> t.note("b"));
            });
    t.runUntilIdle();

    assertThat(t.trail()).containsExactly("a@0", "b@0");
  }

  @Test
  @Parity({"LOOP-3", "AC-events.1"})
  void aHandleMayBeCancelledByAnotherThread(TestLoop t) {
    t.run(
        () -> {
          var handle = t.loop().callSoonThreadsafe(() -> t.note("cancelled one"));
          Thread other = Thread.ofPlatform().start(handle::cancel);
          Aio.toThread(
                  () -> {
                    other.join();
                    return null;
                  })
              .join();
          assertThat(handle.isCancelled()).isTrue();
        });
  }

  @Test
  @Parity({"LOOP-4", "AC-base-events.1"})
  void equalDueTimesFireInSchedulingOrder(TestLoop t) { // L3
    t.loop().callLater(ofMillis(50), () -> t.note("late"));
    for (int i = 0; i < 20; i++) {
      int n = i;
      t.loop().callLater(ofMillis(20), () -> t.note(n));
    }
    t.runUntilIdle();

    var expected = new ArrayList<String>();
    for (int i = 0; i < 20; i++) {
      expected.add(i + "@20");
    }
    expected.add("late@50");
    assertThat(t.trail()).isEqualTo(expected);
  }

  @Test
  @Parity("LOOP-4")
  void aTimerFiresAtItsTimeNotATickBefore(TestLoop t) {
    t.loop().callLater(ofMillis(20), () -> t.note("x"));

    t.advance(ofMillis(20).minusNanos(1));
    assertThat(t.trail()).isEmpty();
    t.advance(ofNanos(1));
    assertThat(t.trail()).containsExactly("x@20");
  }

  @Test
  @Parity({"LOOP-4", "AC-base-events.1"})
  void zeroAndNegativeDelaysRunBehindWhatIsQueuedForTheNextTurn(TestLoop t) {
    t.loop()
        .callSoon(
            () -> {
              t.loop().callLater(ZERO, () -> t.note("zero"));
              t.loop().callLater(ofMillis(-5), () -> t.note("negative"));
              t.loop().callAt(t.loop().time().minusSeconds(1), () -> t.note("past"));
              t.loop().callSoon(() -> t.note("soon"));
            });
    t.runUntilIdle();

    assertThat(t.trail().getFirst()).isEqualTo("soon@0");
    assertThat(t.trail()).containsExactlyInAnyOrder("soon@0", "zero@0", "negative@0", "past@0");
    assertThat(t.trail().indexOf("zero@0")).isLessThan(t.trail().indexOf("negative@0"));
  }

  @Test
  @Parity({"LOOP-4", "LOOP-6", "AC-base-events.1"})
  void callAtIsOnTheClockOfTheLoop(TestLoop t) {
    Duration when = t.loop().time().plusMillis(30);
    var timer = t.loop().callAt(when, () -> t.note("x"));
    assertThat(timer.when()).isEqualTo(when);
    t.runUntilIdle();

    assertThat(t.trail()).containsExactly("x@30");
    assertThat(t.loop().time()).isEqualTo(when);
  }

  @Test
  @Parity("LOOP-4")
  void nullIsRefused(TestLoop t) {
    assertThatThrownBy(() -> t.loop().callLater(null, () -> {}))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> t.loop().callLater(ZERO, null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("callback");
    assertThatThrownBy(() -> t.loop().callSoon(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("callback");
  }

  @Test
  @Parity({"LOOP-5", "AC-events.8"})
  void cancellingAHandleIsIdempotentAndLegalAfterItRan(TestLoop t) {
    var ran = t.loop().callSoon(() -> t.note("ran"));
    var cancelled = t.loop().callSoon(() -> t.note("cancelled"));
    var timer = t.loop().callLater(ofMillis(5), () -> t.note("timer"));
    cancelled.cancel();
    cancelled.cancel();
    timer.cancel();
    timer.cancel();
    t.runUntilIdle();
    ran.cancel();

    assertThat(t.trail()).containsExactly("ran@0");
    assertThat(cancelled.isCancelled()).isTrue();
    assertThat(timer.isCancelled()).isTrue();
    assertThat(timer.when()).isEqualTo(ofMillis(5));
  }

  @Test
  @Parity({"LOOP-5", "AC-base-events.3"})
  void cancelledTimersLeaveAtOnceAndFreeTheirCallback(TestLoop t) {
    var core = LoopCores.of(t.loop());
    var timers = new ArrayList<TimerHandle>();
    for (int i = 0; i < 1000; i++) {
      timers.add(t.loop().callLater(Duration.ofHours(1), () -> {}));
    }
    timers.subList(1, 1000).forEach(TimerHandle::cancel);
    assertThat(core.pendingTimers()).isEqualTo(1);

    var freed = new java.lang.ref.WeakReference<>(new Object());
    var kept = t.loop().callLater(Duration.ofHours(1), holder(freed));
    kept.cancel();
    for (int i = 0; i < 100 && freed.get() != null; i++) {
      System.gc();
    }
    assertThat(freed.get()).isNull();
    assertThat(kept.isCancelled()).isTrue();
  }

  private static Runnable holder(java.lang.ref.WeakReference<Object> of) {
    Object held = of.get();
    return () -> held.hashCode();
  }

  @Test
  @Parity("LOOP-6")
  void anyOriginOfTheClockWillDoEvenCloseToTheOverflow() {
    var clock = new VirtualClock(Long.MAX_VALUE - ofMillis(15).toNanos());
    try (var t = TestLoop.of(LoopOptions.defaults().withClock(clock))) {
      t.loop().callLater(ofMillis(10), () -> t.note("before"));
      t.loop().callLater(ofMillis(20), () -> t.note("after"));
      t.runUntilIdle();

      assertThat(t.trail()).containsExactly("before@10", "after@20");
    }
  }

  @Test
  @Parity({"LOOP-13", "AC-events.8"})
  void aHandleShowsWhatItRuns(TestLoop t) {
    var handle = t.loop().callSoon(() -> {});
    var timer = t.loop().callLater(ofMillis(1), () -> {});
    assertThat(handle).hasToString("callback in io.greenloop.LoopSchedulingTest");
    assertThat(timer).hasToString("timer for callback in io.greenloop.LoopSchedulingTest");
    timer.cancel();
    assertThat(timer)
        .hasToString("timer for callback in io.greenloop.LoopSchedulingTest (cancelled)");
    t.runUntilIdle();
  }

  @Test
  @Parity({"LOOP-15", "AC-base-events.2"})
  void schedulingFromAForeignThreadIsAlwaysRefused(TestLoop t) {
    t.run(
        () -> {
          String name = "pool-2";
          Thread[] foreign = new Thread[1];
          var messages = new ArrayList<String>();
          foreign[0] =
              Thread.ofPlatform()
                  .name(name)
                  .start(
                      () -> {
                        messages.add(message(() -> t.loop().callSoon(() -> {})));
                        messages.add(message(() -> t.loop().callLater(ZERO, () -> {})));
                        messages.add(message(() -> t.loop().callAt(ZERO, () -> {})));
                        messages.add(message(() -> t.loop().spawn(() -> 1)));
                        messages.add(message(() -> t.loop().newPromise()));
                        messages.add(message(t.loop()::stop));
                        t.loop().callSoonThreadsafe(() -> t.note("threadsafe"));
                      });
          Aio.toThread(
                  () -> {
                    foreign[0].join();
                    return null;
                  })
              .join();
          for (int i = 0; i < 6; i++) {
            String operation =
                List.of("callSoon", "callLater", "callAt", "spawn", "newPromise", "stop").get(i);
            assertThat(messages.get(i))
                .isEqualTo(
                    operation
                        + " on "
                        + t.loop()
                        + " called from thread 'pool-2'; use callSoonThreadsafe to hand work to"
                        + " the loop");
          }
          spawn(Aio::yieldNow);
          yieldNow();
        });
    assertThat(t.trail()).containsExactly("threadsafe@0");
  }

  private static String message(Runnable call) {
    try {
      call.run();
      return "nothing";
    } catch (WrongThreadException e) {
      return e.getMessage();
    }
  }
}
