package io.greenloop.eventlet;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.greenlet.GreenletExit;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventTest {
  private final Event<String> event = new Event<>();

  private String id() {
    return "event@" + Integer.toHexString(System.identityHashCode(event));
  }

  private GreenThread<@Nullable Void> waiter(TestLoop t, String who) {
    return Eventlet.spawn(
        () -> {
          try {
            t.note(who + " " + event.await());
          } catch (IllegalStateException thrown) {
            t.note(who + " threw " + thrown.getMessage());
          }
        });
  }

  @Test
  @Parity({"EV-1.3.1", "EV-1.3.2", "EV-1.3.4", "EV-C30"})
  void sendWakesAllWaitersInALaterTurnInOrder(TestLoop t) {
    t.run(
        () -> {
          waiter(t, "a");
          waiter(t, "b");
          Eventlet.sleep();

          event.send("x");
          t.note("sent");
          t.note("main " + event.await()); // without yielding

          Eventlet.sleep();
        });

    assertThat(t.trail()).containsExactly("sent@0", "main x@0", "a x@0", "b x@0");
  }

  @Test
  @Parity({"EV-1.3.1", "EV-C31"})
  void aSecondSendIsRefused(TestLoop t) {
    t.run(
        () -> {
          event.send("x");
          assertThatThrownBy(() -> event.send("y"))
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "send: "
                      + id()
                      + " (result) was sent to already; make a new event for a new result");
          assertThatThrownBy(() -> event.sendException(new IllegalStateException()))
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "sendException: "
                      + id()
                      + " (result) was sent to already; make a new event for a new result");
        });
  }

  @Test
  @Parity({"EV-1.3.3", "EV-C30"})
  void anExceptionIsThrownInEveryWaiter(TestLoop t) {
    t.run(
        () -> {
          waiter(t, "a");
          waiter(t, "b");
          Eventlet.sleep();
          event.sendException(new IllegalStateException("bad"));
          Eventlet.sleep();
        });

    assertThat(t.trail()).containsExactly("a threw bad@0", "b threw bad@0");
  }

  @Test
  @Parity({"EV-1.3.4", "EV-C32"})
  void awaitWithALimit(TestLoop t) {
    t.run(
        () -> {
          assertThat(event.await(ofMillis(10))).isEmpty();
          Eventlet.spawnAfter(ofMillis(10), () -> event.send("x"));
          assertThat(event.await(ofMillis(20))).contains("x");
        });

    t.note("end");
    assertThat(t.trail()).containsExactly("end@20");
  }

  @Test
  @Parity({"EV-1.3.5", "EV-1.3.6", "EV-1.3.7", "EV-1.3.8"})
  void pollsReactToTheirKind(TestLoop t) {
    t.run(
        () -> {
          var failure = new IllegalStateException("bad");
          var bad = new Event<String>();
          assertThat(event.isReady()).isFalse();
          assertThat(event.poll("none")).isEqualTo("none");

          event.send("x");
          bad.sendException(failure);

          assertThat(event.isReady()).isTrue();
          assertThat(event.hasResult()).isTrue();
          assertThat(event.hasException()).isFalse();
          assertThat(event.poll("none")).isEqualTo("x");
          assertThat(event.pollResult("none")).isEqualTo("x");
          assertThat(event.pollException(null)).isNull();
          assertThat(bad.isReady()).isTrue();
          assertThat(bad.hasResult()).isFalse();
          assertThat(bad.hasException()).isTrue();
          assertThatThrownBy(() -> bad.poll("none")).isSameAs(failure);
          assertThat(bad.pollResult("none")).isEqualTo("none");
          assertThat(bad.pollException(null)).isSameAs(failure);
        });
  }

  @Test
  @Parity({"EV-1.3.9", "EV-C31"})
  @SuppressWarnings("deprecation")
  void resetIsForASentOneOnly(TestLoop t) {
    t.run(
        () -> {
          assertThatThrownBy(event::reset)
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage("reset: nothing was sent to " + id() + " (not sent)");
          event.sendException(new IllegalStateException("bad"));
          event.reset();
          assertThat(event.isReady()).isFalse();
          event.send("again");
          assertThat(event.await()).isEqualTo("again");
        });
  }

  @Test
  @Parity("EV-1.3.10")
  void aKilledWaiterIsGone(TestLoop t) {
    t.run(
        () -> {
          var killed = waiter(t, "killed");
          waiter(t, "other");
          Eventlet.sleep();
          killed.kill();
          event.send("x");
          Eventlet.sleep();

          assertThatThrownBy(killed::await).isExactlyInstanceOf(GreenletExit.class);
        });

    assertThat(t.trail()).containsExactly("other x@0");
  }

  @Test
  @Parity("EV-C33")
  void sendWithAWaiterWhoseLimitIsOver(TestLoop t) {
    t.run(
        () -> {
          Eventlet.spawnAfter(ofMillis(10), () -> event.send("x"));
          assertThatThrownBy(() -> Eventlet.withTimeout(ofMillis(5), event::await))
              .isExactlyInstanceOf(Timeout.class)
              .hasMessage("0.005 seconds");
          Eventlet.sleep(ofMillis(10));
          assertThat(event.await()).isEqualTo("x");
        });
  }
}
