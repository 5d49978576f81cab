package io.greenloop.gevent;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GeventLinkTest {
  @Test
  @Parity({"GE-1.2.20", "GE-C21", "GE-1.2.22"})
  void linksRunInTheirOrderEachInAGreenletOfItsOwn(TestLoop t) {
    t.run(
        () -> {
          var greenlet = Gevent.spawn(() -> "value");
          greenlet.link(
              g -> {
                t.note("first " + g.getValue());
                Gevent.sleep(ofMillis(5)); // it may wait
                t.note("first again");
              });
          greenlet.link(g -> t.note("second"));
          greenlet.rawLink(
              g -> assertThatThrownBy(Gevent::sleep).isInstanceOf(BlockingSwitchOutError.class));
          greenlet.link(g -> t.note("last"));
          Gevent.sleep(ofMillis(10));

          greenlet.link(g -> t.note("after the end"));
          t.note("not inside");
          Gevent.sleep();
        });

    assertThat(t.trail())
        .containsExactly(
            "first value@0",
            "second@0",
            "last@0",
            "first again@5",
            "not inside@10",
            "after the end@10");
  }

  @Test
  @Parity({"GE-C21", "GE-C4"})
  void aThousandLinksKeepTheirOrderAndRunOnce(TestLoop t) {
    t.run(
        () -> {
          var called = new ArrayList<Integer>();
          var greenlet = Gevent.spawn(() -> "value");
          IntStream.range(0, 1000).forEach(i -> greenlet.link(g -> called.add(i)));
          greenlet.join();
          Gevent.sleep();
          assertThat(called).isEqualTo(IntStream.range(0, 1000).boxed().toList());
        });
  }

  @Test
  @Parity({"GE-1.2.21", "GE-C5", "GE-C4"})
  void filteredLinksTakeAKillForSuccess(TestLoop t) {
    t.run(
        () -> {
          for (String kind : List.of("returns", "fails", "is killed")) {
            var greenlet =
                Gevent.spawn(
                    () -> {
                      if (kind.equals("fails")) {
                        throw new IOException("broken");
                      }
                      Gevent.sleep(ofMillis(kind.equals("returns") ? 0 : 1000));
                      return kind;
                    });
            greenlet.linkValue(g -> t.note(kind + ": value"));
            greenlet.linkException(g -> t.note(kind + ": exception"));
            Gevent.sleep();
            if (kind.equals("is killed")) {
              greenlet.kill();
            }
            Gevent.sleep();
            Gevent.sleep();
          }
        });

    assertThat(t.trail())
        .containsExactly("returns: value@0", "fails: exception@0", "is killed: value@0");
    assertThat(t.errors()).hasSize(1);
  }

  @Test
  @Parity({"GE-1.2.23", "GE-C3"})
  void linksAreTakenBackByTheirCallbackOrTheirHandle(TestLoop t) {
    t.run(
        () -> {
          Consumer<Greenlet<String>> callback = g -> t.note("never");
          var greenlet = Gevent.spawn(() -> "value");
          greenlet.link(callback);
          greenlet.linkValue(callback);
          greenlet.rawLink(callback);
          var handle = greenlet.linkException(callback);
          assertThat(greenlet.hasLinks()).isTrue();
          greenlet.unlink(callback);
          greenlet.unlink(callback);
          greenlet.unlink(callback);
          assertThat(handle.remove()).isTrue();
          assertThat(handle.remove()).isFalse();
          assertThat(greenlet.hasLinks()).isFalse();

          greenlet.link(callback);
          greenlet.link(callback);
          greenlet.unlinkAll();
          assertThat(greenlet.hasLinks()).isFalse();
          greenlet.join();
          Gevent.sleep();
        });

    assertThat(t.trail()).isEmpty();
  }

  @Test
  @Parity({"GE-1.2.24", "GE-C7"})
  void aLinkThatFailsIsReportedAndTheNextOnesRun(TestLoop t) {
    t.run(
        () -> {
          var greenlet = Gevent.spawn(() -> "value");
          greenlet.link(
              g -> {
                throw new IllegalStateException("link");
              });
          greenlet.rawLink(
              g -> {
                throw new IllegalStateException("raw");
              });
          greenlet.link(g -> t.note("next"));
          greenlet.join();
          Gevent.sleep();
        });

    assertThat(t.trail()).containsExactly("next@0");
    assertThat(t.errors())
        .extracting(error -> String.valueOf(error.exception()))
        .containsExactly(
            "java.lang.IllegalStateException: link", "java.lang.IllegalStateException: raw");
  }

  @Test
  @Parity({"GE-1.2.25", "GE-C1", "GE-C2", "GE-1.4.13", "GE-C37"})
  void linksToAResultAQueueAndAChannel(TestLoop t) {
    var failure = new IOException("broken");
    t.run(
        () -> {
          AsyncResult<String> result = new AsyncResult<>();
          AsyncResult<String> failed = new AsyncResult<>();
          var queue = new Queue<Greenlet<String>>();
          var channel = new Channel<Greenlet<String>>();
          Greenlet<String> good = Gevent.spawn(() -> "value");
          Greenlet<String> bad =
              Gevent.spawn(
                  () -> {
                    throw failure;
                  });
          good.link(result);
          good.link(queue::put);
          good.link(channel::put);
          bad.link(failed);

          assertThat(result.get()).isEqualTo("value");
          assertThat(queue.get()).isSameAs(good);
          assertThat(channel.get()).isSameAs(good);
          assertThatThrownBy(failed::get).isSameAs(failure);
          assertThat(Gevent.await(good)).isEqualTo("value");
          assertThat(good.toFuture().join()).isEqualTo("value");
          assertThat(t.errors()).hasSize(1);
        });
  }

  @Test
  @Parity("GE-1.2.20")
  void noLinkWithoutACallback(TestLoop t) {
    t.run(
        () -> {
          var greenlet = Gevent.spawn(() -> "value");
          assertThatThrownBy(() -> greenlet.link(nothing()))
              .isInstanceOf(NullPointerException.class);
          assertThatThrownBy(() -> greenlet.rawLink(nothing()))
              .isInstanceOf(NullPointerException.class);
        });
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }
}
