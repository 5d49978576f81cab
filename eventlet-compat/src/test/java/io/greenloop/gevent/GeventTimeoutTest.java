package io.greenloop.gevent;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.eventlet.Timeouts;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class GeventTimeoutTest {
  @Test
  @Parity({"GE-1.3.1", "GE-1.3.2", "GE-C39", "GE-C40"})
  void itStartsWhenItIsToldAndThrowsItself(TestLoop t) {
    t.run(
        () -> {
          var timeout = new Timeout(ofMillis(20));
          Gevent.sleep(ofMillis(30));
          t.note("not started " + timeout.isPending());
          timeout.start();
          assertThat(timeout.isPending()).isTrue();
          assertThatThrownBy(() -> Gevent.sleep(ofMillis(1000))).isSameAs(timeout);
          t.note("fired " + timeout.isPending());

          try (var other = Timeout.startNew(ofMillis(20))) {
            assertThatThrownBy(() -> new Event().await()).isSameAs(other);
          }
        });

    assertThat(t.trail()).containsExactly("not started false@30", "fired false@50");
  }

  @Test
  @Parity({"GE-1.3.3", "GE-C39", "GE-1.3.13"})
  void aSilentOneIsSwallowedByItsOwnBlockOnly(TestLoop t) {
    t.run(
        () -> {
          assertThat(Timeout.silent(ofMillis(10), () -> Gevent.sleep(ofMillis(100)))).isFalse();
          t.note("silent");
          assertThat(Timeout.silent(ofMillis(10), () -> Gevent.sleep(ofMillis(5)))).isTrue();
          t.note("in time");
          assertThatThrownBy(
                  () ->
                      Timeout.run(
                          ofMillis(10),
                          () -> {
                            Timeout.silent(ofMillis(50), () -> Gevent.sleep(ofMillis(100)));
                          }))
              .isInstanceOf(Timeout.class)
              .hasMessage("0.01 seconds");
          t.note("outer");
        });

    assertThat(t.trail()).containsExactly("silent@10", "in time@15", "outer@25");
  }

  @Test
  @Parity({"GE-1.3.4", "GE-1.3.5", "GE-1.3.6", "GE-C39"})
  void aMessageOrAnotherThrowable(TestLoop t) {
    t.run(
        () -> {
          assertThatThrownBy(
                  () ->
                      new Timeout(ofSeconds(1), "too slow")
                          .around(Gevent.callable(() -> Gevent.sleep(ofSeconds(5)))))
              .isInstanceOf(Timeout.class)
              .hasMessage("1 second: too slow");
          var failure = new IOException("instead");
          assertThatThrownBy(
                  () ->
                      new Timeout(ofSeconds(1), () -> failure)
                          .around(Gevent.callable(() -> Gevent.sleep(ofSeconds(5)))))
              .isSameAs(failure);
        });
  }

  @SuppressWarnings("try") // closes on purpose
  @Test
  @Parity({"GE-1.3.7", "GE-1.3.12"})
  void oneThatNeverFiresAndOneThatIsCancelled(TestLoop t) {
    t.run(
        () -> {
          try (var none = Timeout.none().start()) {
            assertThat(none.isPending()).isFalse();
            assertThat(none.limit()).isEmpty();
          }
          try (var cancelled = Timeout.startNew(ofMillis(10))) {
            cancelled.cancel();
            cancelled.cancel();
            Gevent.sleep(ofMillis(20));
            cancelled.start();
            cancelled.close();
            cancelled.close();
            Gevent.sleep(ofMillis(20));
          }
          t.note("nothing");
        });

    assertThat(t.trail()).containsExactly("nothing@40");
  }

  @Test
  @Parity({"GE-1.3.8", "GE-1.3.9"})
  void zeroAndLessPassAYieldAndNotATrueWait(TestLoop t) {
    t.run(
        () -> {
          for (Duration limit : new Duration[] {Duration.ZERO, ofMillis(-1)}) {
            try (var timeout = Timeout.startNew(limit)) {
              Gevent.sleep();
              t.note("passed");
              assertThatThrownBy(() -> Gevent.sleep(ofMillis(1))).isSameAs(timeout);
              t.note("fired");
            }
          }
        });

    assertThat(t.trail()) // it takes a nanosecond: the least that the loop has to wait for
        .containsExactly("passed@0", "fired@0.000001", "passed@0.000001", "fired@0.000002");
  }

  @Test
  @Parity({"GE-1.3.10", "GE-1.3.11"})
  void aPendingOneIsNotStartedTwice(TestLoop t) {
    t.run(
        () -> {
          try (var timeout = Timeout.startNew(ofSeconds(2))) {
            assertThatThrownBy(timeout::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("start: this timeout (2 seconds) is pending; cancel it first");
            assertThat(Timeout.startNew(timeout)).isSameAs(timeout);
            timeout.cancel();
            assertThat(Timeout.startNew(timeout).isPending()).isTrue();
          }
        });
  }

  @Test
  @Parity({"GE-1.3.13", "GE-C47", "GE-C40"})
  void anOuterOnePassesThroughAnInnerOne(TestLoop t) {
    t.run(
        () -> {
          assertThatThrownBy(
                  () ->
                      Gevent.withTimeout(
                          ofMillis(10),
                          () ->
                              Gevent.withTimeout(
                                  ofMillis(20),
                                  "inner",
                                  () -> {
                                    Gevent.sleep(ofMillis(100));
                                    return "body";
                                  })))
              .isInstanceOf(Timeout.class);
          t.note("outer");
        });

    assertThat(t.trail()).containsExactly("outer@10");
  }

  @Test
  @Parity({"GE-1.3.14"})
  void oneThatIsNotClosedFiresLaterAndOneThatOutlivesItsGreenletIsReported(TestLoop t) {
    t.run(
        () -> {
          Timeout.startNew(ofMillis(10));
          t.note("left behind");
          assertThatThrownBy(() -> Gevent.sleep(ofMillis(100))).isInstanceOf(Timeout.class);
          Gevent.spawn(() -> Timeout.startNew(ofMillis(10))).join();
          Gevent.sleep(ofMillis(20));
        });

    assertThat(t.errorMessages())
        .containsExactly("a timeout (0.01 seconds) outlived its greenlet; close each one");
  }

  @Test
  @Parity({"GE-1.3.15", "GE-C39", "GE-C47"})
  void withTimeoutGivesItsFallbackForItsOwnLimit(TestLoop t) {
    t.run(
        () -> {
          assertThat(Gevent.withTimeout(ofMillis(10), "fallback", () -> slow("late")))
              .isEqualTo("fallback");
          assertThat(Gevent.withTimeout(ofMillis(200), "fallback", () -> slow("in time")))
              .isEqualTo("in time");
          assertThatThrownBy(() -> Gevent.withTimeout(ofMillis(10), () -> slow("late")))
              .isInstanceOf(Timeout.class);
          assertThatThrownBy(
                  () ->
                      Gevent.withTimeout(
                          ofMillis(10),
                          "fallback",
                          () -> {
                            throw new IOException("own");
                          }))
              .hasMessage("own");
        });
  }

  private static String slow(String result) {
    Gevent.sleep(ofMillis(100));
    return result;
  }

  @Test
  @Parity({"GE-1.3.16", "GE-C39"})
  void itIsAnErrorOutsideOfException() {
    assertThat(Exception.class.isAssignableFrom(Timeout.class)).isFalse();
    assertThat(Timeouts.isTimeout(new Timeout(ofSeconds(1)))).isTrue();
    assertThat(new Timeout(ofMillis(1500))).hasMessage("1.5 seconds");
  }

  @Test
  @Parity({"GE-1.3.17", "GE-C40"})
  void timeCountsFromTheStartNotFromTheTurn() {
    var clock = new io.greenloop.testing.VirtualClock();
    try (var t = TestLoop.of(io.greenloop.LoopOptions.defaults().withClock(clock))) {
      t.run(
          () -> {
            var timeout = new Timeout(ofMillis(20));
            clock.advanceTo(clock.nanos() + ofMillis(50).toNanos()); // work that takes long
            timeout.start();
            assertThatThrownBy(() -> Gevent.sleep(ofMillis(100))).isSameAs(timeout);
            t.note("fired");
          });

      assertThat(t.trail()).containsExactly("fired@70");
    }
  }
}
