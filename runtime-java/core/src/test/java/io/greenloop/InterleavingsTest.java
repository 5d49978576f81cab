package io.greenloop;

import static io.greenloop.Aio.blocking;
import static io.greenloop.Aio.currentTask;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.testing.FullMode;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two things that happen in the same turn, in the order that is seldom seen. */
class InterleavingsTest {
  private static final CountDownLatch NEVER = new CountDownLatch(1);

  @Test
  void theStopOfARunThatEndedFatallyDoesNotStopTheNextOne() {
    try (var loop = EventLoop.create()) {
      Promise<Integer> promise = loop.newPromise();
      var exit = new ExitRequest(3);
      loop.callSoon(
          () -> {
            promise.complete(1);
            throw exit;
          });
      assertThat(catchThrowable(() -> loop.runUntilComplete(promise))).isSameAs(exit);

      String second =
          loop.runUntilComplete(
              () -> {
                yieldNow();
                yieldNow();
                return "done";
              });

      assertThat(second).isEqualTo("done");
    }
  }

  @Test
  void aCancelFromOutsideWhileAGroupCancelsItsChildrenIsThrown(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    TaskGroup.run(
                        group -> {
                          group.spawn(
                              () -> {
                                try {
                                  newPromise().join();
                                } finally {
                                  sleep(ofMillis(20));
                                }
                              });
                          yieldNow();
                          group.cancel();
                        });
                    t.note("never");
                  });
          sleep(ofMillis(5));
          task.cancel("outside");

          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
        });

    assertThat(t.trail()).isEmpty();
  }

  @Test
  @RealTime
  @Timeout(20)
  void eachCancelInterruptsForeignCodeAgain(TestLoop t) {
    var interrupts = new AtomicInteger();
    t.run(
        () -> {
          var task =
              spawn(
                  () ->
                      blocking(
                          () -> {
                            while (interrupts.get() < 2) {
                              try {
                                NEVER.await();
                              } catch (InterruptedException swallowed) {
                                interrupts.incrementAndGet();
                              }
                            }
                            return 0;
                          }));
          yieldNow();
          task.cancel();
          while (interrupts.get() < 1) {
            yieldNow();
          }
          task.cancel();

          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
        });

    assertThat(interrupts).hasValue(2);
  }

  private static final class SleepsWhenInitialised {
    static final Throwable REFUSED = catchThrowable(() -> sleep(ofMillis(5)));
  }

  @Test
  @FullMode("a virtual thread of the JDK's scheduler is compensated for while it is pinned")
  void aPendingCancelSurvivesARefusedWaitAndLeavesNoEntry(TestLoop t) {
    t.run(
        () -> {
          Task<?> self = currentTask().orElseThrow();
          self.cancel("pending");

          assertThat(SleepsWhenInitialised.REFUSED).isInstanceOf(IllegalStateException.class);
          assertThat(catchThrowable(() -> sleep(ofMillis(7)))).isInstanceOf(CancelledError.class);
          t.note("cancelled");
          self.uncancel();
          sleep(ofMillis(10)); // a stray entry would end it at once
          t.note("slept");
        });

    assertThat(t.trail()).containsExactly("cancelled@0", "slept@10");
  }

  @Test
  @RealTime
  @Timeout(20)
  void callbacksThatTakeLongDoNotKeepAChannelWaitingFor64Turns() throws Exception {
    var pipe = Pipe.open();
    var turns = new AtomicInteger();
    var heardAt = new AtomicInteger();
    try (var source = pipe.source();
        var sink = pipe.sink();
        var loop = EventLoop.create()) {
      source.configureBlocking(false);
      sink.write(ByteBuffer.allocate(1));
      loop.callSoon(
          () -> {
            loop.addReader(
                source,
                () -> {
                  heardAt.set(turns.get());
                  loop.removeReader(source);
                  loop.stop();
                });
            busyTurn(loop, turns);
          });

      loop.runForever();
    }

    assertThat(heardAt.get()).isLessThan(10);
  }

  private static void busyTurn(EventLoop loop, AtomicInteger turns) {
    turns.incrementAndGet();
    long until = System.nanoTime() + 200_000;
    while (System.nanoTime() < until) {
      Thread.onSpinWait();
    }
    if (turns.get() < 1_000) {
      loop.callSoon(() -> busyTurn(loop, turns));
    }
  }

  @Test
  void anErrorOfOneCloserLetsTheOthersClose() {
    var trail = new ArrayList<String>();
    var runner = new Runner();
    runner.run(
        () -> {
          EventLoop loop = EventLoop.current();
          loop.setExceptionHandler((on, error) -> trail.add(error.exception().getMessage()));
          loop.onShutdown(() -> trail.add("first"));
          loop.onShutdown(
              () -> {
                throw new AssertionError("broken");
              });
          return 0;
        });
    runner.close();

    assertThat(trail).containsExactly("broken", "first");
  }

  @Test
  void aFatalThrowOfTheExceptionHandlerEndsTheRunAndTheNextRunHasAHub() {
    var exit = new ExitRequest(3);
    try (var loop = EventLoop.create()) {
      loop.setExceptionHandler(
          (on, error) -> {
            throw exit;
          });
      loop.callSoon(
          () -> {
            throw new IllegalStateException("callback");
          });
      assertThat(catchThrowable(() -> loop.runUntilComplete(() -> NEVER.getCount())))
          .isSameAs(exit);

      var ran = new ArrayList<String>();
      loop.callSoon(() -> ran.add("callback"));
      loop.runUntilComplete(
          () -> {
            yieldNow();
            return 0;
          });

      assertThat(ran).containsExactly("callback");
    }
  }

  @Test
  void anInterruptAtTheVeryEndOfARunForeverDoesNotStopTheNextOne() {
    Thread runner = Thread.currentThread();
    var ran = new ArrayList<String>();
    try (var loop = EventLoop.create()) {
      loop.callSoon(
          () -> {
            loop.stop();
            runner.interrupt();
            while (runner.isInterrupted() || runner.getState() != Thread.State.WAITING) {
              Thread.onSpinWait(); // until it has posted its request, in this last turn
            }
          });
      loop.runForever();
      assertThat(Thread.interrupted()).isTrue();

      loop.callSoon(
          () ->
              loop.callSoon(
                  () ->
                      loop.callSoon(
                          () -> {
                            ran.add("all");
                            loop.stop();
                          })));
      loop.runForever();
    }
    assertThat(ran).containsExactly("all");
  }
}
