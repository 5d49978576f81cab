package io.greenloop.eventlet;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.Aio;
import io.greenloop.AsyncTimeoutException;
import io.greenloop.Task;
import io.greenloop.TaskDriver;
import io.greenloop.TaskOptions;
import io.greenloop.greenlet.GreenletExit;
import io.greenloop.testing.FullMode;
import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TimeoutTest {
  @Test
  @Parity({"EV-1.5.1", "EV-1.5.2", "EV-1.5.3", "EV-C48"})
  void itStartsAtConstructionAndThrowsItselfIntoItsMaker(TestLoop t) {
    t.run(
        () -> {
          var timeout = Timeout.start(ofMillis(20));
          assertThat(timeout.isPending()).isTrue();
          Eventlet.sleep(ofMillis(19));

          assertThat(catchThrowable(() -> Eventlet.sleep(ofMillis(5)))).isSameAs(timeout);

          t.note("caught");
          assertThat(timeout.isPending()).isFalse();
          assertThat((Throwable) timeout).isNotInstanceOf(Exception.class);
        });

    assertThat(t.trail()).containsExactly("caught@20");
  }

  @Test
  @Parity({"EV-1.5.4", "EV-C49"})
  void aSilentOneTellsWhetherTheBodyCompleted(TestLoop t) {
    t.run(
        () -> {
          assertThat(Timeout.silent(ofMillis(5), () -> Eventlet.sleep(ofMillis(10)))).isFalse();
          assertThat(Timeout.silent(ofMillis(5), () -> Eventlet.sleep(ofMillis(4)))).isTrue();
          Eventlet.sleep(ofMillis(10));
          t.note("end");
        });

    assertThat(t.trail()).containsExactly("end@19");
  }

  @Test
  @Parity({"EV-1.5.5", "EV-C48"})
  void anotherThrowableMayBeThrownInstead(TestLoop t) {
    t.run(
        () -> {
          try (var timeout = Timeout.start(ofMillis(5), () -> new IOException("too slow"))) {
            assertThat(timeout.limit()).contains(ofMillis(5));
            assertThatThrownBy(() -> Eventlet.sleep(ofMillis(10)))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("too slow");
          }
        });
  }

  @Test
  @Parity({"EV-1.5.7", "EV-C49"})
  void neverNeverFires(TestLoop t) {
    t.run(
        () -> {
          try (var never = Timeout.never()) {
            assertThat(never.isPending()).isFalse();
            assertThat(never.limit()).isEmpty();
            Eventlet.sleep(ofSeconds(100_000));
          }
        });
  }

  @Test
  @Parity("EV-1.5.8")
  void zeroFiresAtTheNextYieldAndNotWithoutOne(TestLoop t) {
    t.run(
        () -> {
          var timeout = Timeout.start(ZERO);
          assertThat(catchThrowable(Eventlet::sleep)).isSameAs(timeout);
          try (var noYield = Timeout.start(ofMillis(-1))) {
            assertThat(noYield.isPending()).isTrue();
          }
          Eventlet.sleep();
        });
  }

  @Test
  @Parity({"EV-1.5.10", "EV-C49"})
  void theOneWhoseLimitIsOverIsToldByIdentity(TestLoop t) {
    t.run(
        () -> {
          var outer = Timeout.start(ofMillis(5));
          var seen =
              catchThrowable(
                  () -> Timeout.silent(ofMillis(50), () -> Eventlet.sleep(ofMillis(100))));
          assertThat(seen).isSameAs(outer);

          try (var wide = Timeout.start(ofMillis(50))) {
            assertThat(Timeout.silent(ofMillis(5), () -> Eventlet.sleep(ofMillis(100)))).isFalse();
            assertThat(wide.isPending()).isTrue();
          }
          t.note("end");
        });

    assertThat(t.trail()).containsExactly("end@10");
  }

  @Test
  @Parity({"EV-1.5.11", "EV-C49"})
  void cancelIsIdempotentAndItMayBeStartedAgain(TestLoop t) {
    t.run(
        () -> {
          var timeout = Timeout.start(ofMillis(5));
          assertThatThrownBy(timeout::start)
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage("start: this timeout (0.005 seconds) is pending; cancel it first");
          timeout.cancel();
          timeout.cancel();
          assertThat(timeout.isPending()).isFalse();
          Eventlet.sleep(ofMillis(10));

          timeout.start();
          assertThat(catchThrowable(() -> Eventlet.sleep(ofMillis(10)))).isSameAs(timeout);
          timeout.start();
          assertThat(catchThrowable(() -> Eventlet.sleep(ofMillis(10)))).isSameAs(timeout);
        });
  }

  @Test
  @Parity({"EV-1.5.12", "EV-C48"})
  void leavingTheBlockCancelsIt(TestLoop t) {
    t.run(
        () -> {
          Timeout kept;
          try (var timeout = Timeout.start(ofMillis(5))) {
            kept = timeout;
            Eventlet.sleep(ofMillis(1));
          }
          assertThat(kept.isPending()).isFalse();
          Eventlet.sleep(ofMillis(10));
        });
  }

  @Test
  @RealTime
  @Parity("EV-1.5.9")
  void aBodyThatDoesNotWaitIsNotInterrupted() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var timeout = Timeout.start(ofMillis(1));
            long end = System.nanoTime() + ofMillis(20).toNanos();
            while (System.nanoTime() < end) {
              Thread.onSpinWait();
            }
            assertThat(timeout.isPending()).isTrue();
            assertThat(catchThrowable(() -> Eventlet.sleep(ofMillis(20)))).isSameAs(timeout);
          });
    }
  }

  @Test
  @Parity("EV-1.5.14")
  void whoHasEndedIsLeftAlone(TestLoop t) {
    t.run(
        () -> {
          Eventlet.spawn(() -> Timeout.start(ofMillis(5))).await();
          Eventlet.sleep(ofMillis(10));
        });

    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity({"EV-1.5.15", "EV-1.5.16", "EV-C45"})
  void itsTextIsTheLimit(TestLoop t) {
    t.run(
        () -> {
          assertThat(text(ofSeconds(1))).isEqualTo("1 second");
          assertThat(text(ofSeconds(2))).isEqualTo("2 seconds");
          assertThat(text(ofMillis(500))).isEqualTo("0.5 seconds");
          assertThat(Timeout.never().getMessage()).isEmpty();
          assertThat(text(ofSeconds(1000))).isEqualTo("1000 seconds");
        });
  }

  @Test
  @Parity({"EV-1.5.15", "EV-1.5.16"})
  void aSilentOneSaysSo(TestLoop t) {
    t.run(
        () -> {
          boolean completed =
              Timeout.silent(
                  ofSeconds(2),
                  () -> {
                    var seen = (Timeout) catchThrowable(() -> Eventlet.sleep(ofSeconds(5)));
                    assertThat(seen).hasMessage("2 seconds (silent)");
                    assertThat(seen.isSilent()).isTrue();
                    assertThat(seen.limit()).contains(ofSeconds(2));
                    assertThat(seen.isPending()).isFalse();
                  });
          assertThat(completed).isTrue();
          try (var loud = Timeout.start(ofSeconds(2))) {
            assertThat(loud.isSilent()).isFalse();
            assertThat(loud.isPending()).isTrue();
          }
        });
  }

  private static @Nullable String text(java.time.Duration limit) {
    try (var timeout = Timeout.start(limit)) {
      return timeout.getMessage();
    }
  }

  @Test
  @Parity({"EV-1.5.17", "EV-C46"})
  void withTimeoutGivesTheFallbackForItsOwnLimitOnly(TestLoop t) {
    t.run(
        () -> {
          assertThat(Eventlet.withTimeout(ofMillis(5), () -> "in time")).isEqualTo("in time");
          assertThat(Eventlet.withTimeout(ofMillis(5), "fallback", () -> slow("no")))
              .isEqualTo("fallback");
          assertThatThrownBy(() -> Eventlet.withTimeout(ofMillis(5), () -> slow("no")))
              .isExactlyInstanceOf(Timeout.class)
              .hasMessage("0.005 seconds");

          var inner = Timeout.start(ofMillis(1));
          assertThat(
                  catchThrowable(
                      () -> Eventlet.withTimeout(ofMillis(5), "fallback", () -> slow("no"))))
              .isSameAs(inner);
        });
  }

  private static String slow(String value) {
    Eventlet.sleep(ofMillis(100));
    return value;
  }

  @Test
  @Parity({"EV-1.5.18", "EV-1.5.19", "EV-C47"})
  void isTimeoutKnowsAllKindsAndTheMarker(TestLoop t) {
    final class Own extends RuntimeException implements TimeoutLike {
      private static final long serialVersionUID = 1L;
    }
    assertThat(Timeouts.isTimeout(Timeout.never())).isTrue();
    assertThat(Timeouts.isTimeout(new SocketTimeoutException())).isTrue();
    assertThat(Timeouts.isTimeout(new java.util.concurrent.TimeoutException())).isTrue();
    assertThat(Timeouts.isTimeout(new AsyncTimeoutException("x"))).isTrue();
    assertThat(Timeouts.isTimeout(new Own())).isTrue();
    assertThat(Timeouts.isTimeout(new IOException())).isFalse();
  }

  @Test
  void theFirstIsDeliveredAndTheSecondAtTheNextWait(TestLoop t) {
    t.run(
        () -> {
          var victim =
              Eventlet.spawn(
                  () -> {
                    Timeout.start(ofMillis(10));
                    try {
                      Eventlet.sleep(ofMillis(1000));
                    } catch (Timeout over) {
                      t.note("timeout");
                    }
                    try {
                      Eventlet.sleep(ofMillis(1000));
                    } catch (GreenletExit exit) {
                      t.note("exit");
                    }
                  });
          Eventlet.sleep(ofMillis(20));
          victim.kill();
        });

    assertThat(t.trail()).containsExactly("timeout@10", "exit@20");
  }

  @Test
  @Parity("EV-1.5.21")
  void ofSeveralAtOnceEachIsDeliveredInItsTurnAtAWaitOfItsOwn(TestLoop t) {
    t.run(
        () -> {
          var victim =
              Eventlet.spawn(
                  () -> {
                    for (int i = 0; i < 3; i++) {
                      Throwable thrown = catchThrowable(() -> Eventlet.sleep(ofMillis(1000)));
                      t.note(thrown == null ? "slept" : thrown.getMessage());
                    }
                  });
          Eventlet.sleep();
          t.loop()
              .callSoon(
                  () -> {
                    victim.kill(new IOException("first"));
                    victim.kill(new IOException("second"));
                  });
          victim.await();
        });

    assertThat(t.trail()).containsExactly("first@0", "second@0", "slept@1000");
  }

  @Test
  @Parity("EV-1.5.21")
  void aLimitAndAKillOfTheSameTurnAreBothDelivered(TestLoop t) {
    t.run(
        () -> {
          var victim =
              Eventlet.spawn(
                  () -> {
                    Timeout.start(ofMillis(10));
                    for (int i = 0; i < 3; i++) {
                      Throwable thrown = catchThrowable(() -> Eventlet.sleep(ofMillis(1000)));
                      t.note(thrown == null ? "slept" : thrown.getClass().getSimpleName());
                    }
                  });
          Eventlet.sleep();
          t.loop().callLater(ofMillis(10), victim::kill);
          victim.await();
        });

    assertThat(t.trail()).containsExactly("Timeout@10", "GreenletExit@10", "slept@1010");
  }

  @Test
  void suspendCodeIsRefused(TestLoop t) {
    t.run(
        () -> {
          Task<Object> driven =
              t.loop()
                  .drive(
                      TaskOptions.named("suspending"),
                      new TaskDriver<Object>() {
                        @Override
                        public void start(Steps<Object> steps) {
                          try {
                            steps.succeed(Timeout.start(ofMillis(5)));
                          } catch (IllegalStateException refused) {
                            steps.fail(refused);
                          }
                        }

                        @Override
                        public void cancel(@Nullable String reason) {}
                      });
          assertThatThrownBy(driven::join)
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "start: nothing can be thrown into suspend task 'suspending'; use withTimeout"
                      + " of kotlinx there");
        });
  }

  @Test
  void itNeedsATask(TestLoop t) {
    t.loop().callSoon(() -> Timeout.start(ofMillis(5)));
    t.runUntilIdle();

    assertThat(t.errors().get(0).exception())
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage(
            "start: a timeout on " + t.loop() + " needs a task to be thrown into; spawn one");
  }

  @Test
  @FullMode("a foreign block parks the task")
  @Parity("EV-1.5.2")
  void codeThatBlocksElsewhereIsInterrupted(TestLoop t) {
    var never = new CountDownLatch(1);
    t.run(
        () -> {
          assertThat(Timeout.silent(ofMillis(5), never::await)).isFalse();
          assertThat(Eventlet.withTimeout(ofMillis(5), "fallback", () -> block(never)))
              .isEqualTo("fallback");
        });
  }

  private static String block(CountDownLatch latch) throws InterruptedException {
    latch.await();
    return "not reached";
  }

  @Test
  @FullMode("a foreign block parks the task")
  @Parity("EV-1.5.2")
  void aLibraryThatWrapsTheInterruptDoesNotHideIt(TestLoop t) {
    var never = new CountDownLatch(1);
    Callable<String> query =
        () -> {
          try {
            return block(never);
          } catch (InterruptedException e) {
            throw new SQLException("an I/O error occurred", e);
          }
        };
    t.run(
        () -> {
          assertThat(Eventlet.withTimeout(ofMillis(5), "fallback", query)).isEqualTo("fallback");
          Eventlet.sleep(ofMillis(1)); // nothing is pending
        });
  }

  @Test
  void oneThatFiredUnheardEndsWithItsBlock(TestLoop t) {
    t.run(
        () -> {
          var lock = new ReentrantLock();
          lock.lock();
          var limited =
              Eventlet.spawn(
                  () -> {
                    try (var _ = Timeout.start(ofMillis(10))) {
                      Aio.blocking(
                          () -> {
                            lock.lock(); // no interrupt ends it
                            return 0;
                          });
                    }
                    lock.unlock();
                    Eventlet.sleep(ofMillis(1));
                    return "went on";
                  });
          Eventlet.sleep(ofMillis(20));
          lock.unlock();

          assertThat(limited.await()).isEqualTo("went on");
        });
  }
}
