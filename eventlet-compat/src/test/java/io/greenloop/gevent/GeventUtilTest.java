package io.greenloop.gevent;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.LoopOptions;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import io.greenloop.testing.VirtualClock;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class GeventUtilTest {
  @Test
  @Parity({"GE-1.16.3", "GE-C51"})
  void theTreeShowsWhoSpawnedWhomAndWhatTheyWaitFor(TestLoop t) {
    t.run(
        () -> {
          var event = new Event();
          var parent =
              Gevent.spawn(
                  () -> {
                    var child = Gevent.spawn(() -> event.await());
                    child.setName("child");
                    Gevent.sleep(ofMillis(1000));
                  });
          parent.setName("parent");
          Gevent.sleep();
          Gevent.sleep();

          String tree = GreenletTree.current().orElseThrow().format();

          assertThat(tree.lines().map(line -> line.replaceAll("@\\w+|Task-\\d+", "")))
              .containsExactly(
                  "task '' runs",
                  "  greenlet 'parent' (running) waits for sleep",
                  "    greenlet 'child' (running) waits for event (clear)");
          assertThat(GreenletTree.forest().getFirst().format(true)).contains("    at ");
          assertThat(GreenletTree.forest().getFirst().children()).hasSize(1);
          parent.kill();
          event.set();
        });
  }

  @Test
  @Parity({"GE-1.16.2", "GE-C51"})
  void theDumpNamesAllThatWait(TestLoop t) {
    t.run(
        () -> {
          var waiting = Gevent.spawn(() -> new Event().await());
          Gevent.sleep();
          assertThat(Gevent.dump()).contains("event@").contains("Greenlet-");
          waiting.kill();
        });
  }

  @Test
  @Parity("GE-1.16.5")
  void wrappedErrorsAreResults(TestLoop t) {
    t.run(
        () -> {
          var failure = new IOException("expected");
          var wrapped =
              Gevent.wrapErrors(
                  IOException.class,
                  () -> {
                    throw failure;
                  });
          assertThat(Gevent.spawn(wrapped).get()).isSameAs(failure);
          assertThat(Gevent.wrapErrors(IOException.class, () -> "value").call()).isEqualTo("value");
          assertThatThrownBy(
                  () ->
                      Gevent.wrapErrors(
                              IllegalStateException.class,
                              () -> {
                                throw failure;
                              })
                          .call())
              .isSameAs(failure);
        });
  }

  @Test
  @Parity({"GE-1.16.4", "GE-C51"})
  void aBodyThatLetsNobodyRunIsTold() {
    var clock = new VirtualClock();
    try (var t = TestLoop.of(LoopOptions.defaults().withClock(clock))) {
      t.run(
          () -> {
            AssertSwitches.run(Gevent::sleep);
            assertThatThrownBy(() -> AssertSwitches.run(() -> {}))
                .isInstanceOf(AssertionError.class)
                .hasMessage("nobody else could run: the body never waited");
            AssertSwitches.within(ofMillis(10), () -> Gevent.sleep(ofMillis(100)));
            assertThatThrownBy(
                    () ->
                        AssertSwitches.within(
                            ofMillis(10),
                            () -> {
                              Gevent.sleep();
                              clock.advanceTo(clock.nanos() + ofMillis(20).toNanos());
                              Gevent.sleep();
                            }))
                .isInstanceOf(AssertionError.class)
                .hasMessage("the body held the loop for PT0.02S (expected at most PT0.01S)");
            assertThatThrownBy(
                    () ->
                        AssertSwitches.run(
                            () -> {
                              throw new IOException("own");
                            }))
                .hasMessage("own");
          });
    }
  }
}
