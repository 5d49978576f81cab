package io.greenloop.gevent;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.LoopExit;
import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GeventEventTest {
  private static List<Greenlet<?>> waiters(TestLoop t, Event event, int count) {
    List<Greenlet<?>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      all.add(
          Gevent.spawn(
              () -> {
                event.await();
                t.note("woken " + number);
              }));
    }
    Gevent.sleep();
    return all;
  }

  @Test
  @Parity({"GE-1.4.1", "GE-1.4.4"})
  void setWakesInALaterTurnInTheOrderOfWaiting(TestLoop t) {
    t.run(
        () -> {
          var event = new Event();
          var all = waiters(t, event, 3);
          assertThat(event.isSet()).isFalse();
          event.set();
          t.note("set " + event.isSet() + event.isReady());
          Gevent.joinAll(all);
          event.await(); // it stays set
          event.clear();
          assertThat(event.isSet()).isFalse();
        });

    assertThat(t.trail()).containsExactly("set truetrue@0", "woken 0@0", "woken 1@0", "woken 2@0");
  }

  @Test
  @Parity({"GE-1.4.2", "GE-C34"})
  void whoWaitsAtTheSetIsWokenEvenIfItIsClearedAtOnce(TestLoop t) {
    t.run(
        () -> {
          for (int count : new int[] {100, 1000}) {
            var event = new Event();
            var woken = new ArrayList<Boolean>();
            List<Greenlet<?>> all = new ArrayList<>();
            IntStream.range(0, count)
                .forEach(i -> all.add(Gevent.spawn(() -> woken.add(event.await(ofMillis(500))))));
            Gevent.sleep();
            event.set();
            event.clear();
            Gevent.joinAll(all);
            assertThat(woken).hasSize(count).containsOnly(true);
            t.note("woken");
          }
        });

    assertThat(t.trail()).containsExactly("woken@0", "woken@0");
  }

  @Test
  @Parity({"GE-1.4.3", "GE-C34", "GE-C38"})
  void awaitSaysWhetherItWasInTime(TestLoop t) {
    t.run(
        () -> {
          var event = new Event();
          assertThat(event.await(ofMillis(10))).isFalse();
          t.note("late");
          assertThat(event.await(Duration.ZERO)).isFalse();
          t.loop().callLater(ofMillis(10), event::set);
          assertThat(event.await(ofMillis(100))).isTrue();
          t.note("in time");
          assertThatThrownBy(() -> new Event().await())
              .isInstanceOf(LoopExit.class)
              .hasMessageContaining("waits for event@");
        });

    assertThat(t.trail()).containsExactly("late@10", "in time@20.000001");
  }

  @Test
  @Parity({"GE-1.4.5"})
  void aRawLinkIsCalledOnceInTheHubAlsoIfItIsSetAlready(TestLoop t) {
    t.run(
        () -> {
          var event = new Event();
          event.rawLink(e -> t.note("one " + Gevent.current().isPresent()));
          var taken = event.rawLink(e -> t.note("never"));
          assertThat(taken.remove()).isTrue();
          event.set();
          t.note("set");
          Gevent.sleep();
          event.clear();
          event.set();
          Gevent.sleep();
          event.rawLink(e -> t.note("two"));
          t.note("linked");
          Gevent.sleep();
        });

    assertThat(t.trail()).containsExactly("set@0", "one false@0", "linked@0", "two@0");
  }

  @Test
  @Parity({"GE-1.4.6", "GE-1.4.14", "GE-C36", "GE-1.9.11"})
  void anotherThreadMaySet(TestLoop t) {
    t.run(
        () -> {
          var event = new Event();
          var result = new AsyncResult<String>();
          var failed = new AsyncResult<String>();
          try (var _ = t.loop().expectPosts()) {
            var woken =
                Gevent.spawn(
                    () -> {
                      event.await();
                      return "woken";
                    });
            Thread.ofPlatform()
                .start(
                    () -> {
                      event.set();
                      result.set("value");
                      failed.setException(new IOException("there"));
                    });
            assertThat(woken.get()).isEqualTo("woken");
            assertThat(result.get()).isEqualTo("value");
            assertThatThrownBy(failed::get).hasMessage("there");
          }
        });
  }

  @Test
  @Parity({"GE-C36", "GE-1.9.10", "GE-1.16.12"})
  @RealTime
  void eachLoopHasItsOwnAndAnotherOneIsRefused() throws Exception {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var event = new Event();
            var refused =
                Aio.toThread(
                        () ->
                            Aio.run(
                                () -> {
                                  var own = new Event();
                                  Gevent.spawn(own::set);
                                  own.await();
                                  assertThatThrownBy(event::await)
                                      .isInstanceOf(InvalidThreadUseError.class)
                                      .hasMessageContaining("belongs to hub")
                                      .hasMessageContaining("post to that loop");
                                  return Gevent.hub();
                                }))
                    .join();
            assertThat(refused).isNotSameAs(Gevent.hub());
          });
    }
  }

  @Test
  @Parity({"GE-1.4.7", "GE-1.4.9", "GE-1.4.11", "GE-C35"})
  void aResultIsSetAndSetAgain(TestLoop t) {
    t.run(
        () -> {
          var result = new AsyncResult<String>();
          assertThatThrownBy(result::getNow).isInstanceOf(Timeout.class);
          assertThatThrownBy(() -> result.get(ofMillis(10)))
              .isInstanceOf(Timeout.class)
              .hasMessage("0.01 seconds");
          t.note("late");
          assertThat(result.getValue()).isNull();
          t.loop().callLater(ofMillis(10), () -> result.set("first"));
          assertThat(result.get()).isEqualTo("first");
          t.note("set");
          result.set("second");
          assertThat(result.get(ofMillis(10))).isEqualTo("second");
          assertThat(result.getNow()).isEqualTo("second");
          assertThat(result.isSuccessful()).isTrue();
          assertThat(result.getException()).isNull();
          result.rawLink(r -> t.note("link " + r.getValue()));
          Gevent.sleep();
        });

    assertThat(t.trail()).containsExactly("late@10", "set@20", "link second@20");
  }

  @Test
  @Parity({"GE-1.4.8", "GE-1.4.11", "GE-C35", "GE-1.4.10"})
  void aFailureIsReadyAndNotSuccessful(TestLoop t) {
    var failure = new IOException("broken");
    t.run(
        () -> {
          var result = new AsyncResult<String>();
          var waiting = Gevent.spawn(() -> result.await());
          Gevent.sleep();
          result.setException(failure);
          assertThat(result.isReady()).isTrue();
          assertThat(result.isSuccessful()).isFalse();
          assertThat(result.getException()).isSameAs(failure);
          assertThatThrownBy(result::get).isSameAs(failure);
          assertThat(waiting.get()).isEmpty();
        });
  }

  @Test
  @Parity({"GE-1.4.10"})
  void awaitOfAResultThrowsNothing(TestLoop t) {
    t.run(
        () -> {
          var result = new AsyncResult<String>();
          assertThat(result.await(ofMillis(10))).isEmpty();
          t.note("late");
          result.set("value");
          assertThat(result.await()).hasValue("value");
          assertThat(result.await(ofMillis(10))).hasValue("value");
        });

    assertThat(t.trail()).containsExactly("late@10");
  }

  @Test
  @Parity({"GE-1.4.12"})
  void aResultIsAFutureThatCannotBeCancelled(TestLoop t) {
    t.run(
        () -> {
          var result = new AsyncResult<String>();
          assertThat(result.isDone()).isFalse();
          assertThat(result.cancel()).isFalse();
          assertThat(result.isCancelled()).isFalse();
          var future = result.asFuture();
          var stage = result.toCompletableFuture();
          Aio.spawn(() -> result.set("value"));
          assertThat(future.join()).isEqualTo("value");
          assertThat(Aio.wrap(stage).join()).isEqualTo("value");
          assertThat(result.isDone()).isTrue();

          var failed = new AsyncResult<String>();
          failed.setException(new IOException("no"));
          assertThatThrownBy(() -> failed.asFuture().join()).hasMessage("no");
        });
  }

  @Test
  @Parity("GE-C34")
  void aSetDuringAWaitReachesAllButThoseThatComeDuringTheNotification(TestLoop t) {
    t.run(
        () -> {
          var event = new Event();
          waiters(t, event, 2);
          event.set();
          event.await(); // those who waited before go first
          t.note("main");
        });

    assertThat(t.trail()).containsExactly("woken 0@0", "woken 1@0", "main@0");
  }

  @Test
  void thrownLinksAreReported(TestLoop t) {
    t.run(
        () -> {
          var event = new Event();
          event.rawLink(
              e -> {
                throw new IllegalStateException("link");
              });
          event.rawLink(e -> t.note("next"));
          event.set();
          Gevent.sleep();
        });

    assertThat(t.trail()).containsExactly("next@0");
    assertThat(t.errors()).hasSize(1);
  }

  /** Is ready once it was changed. */
  private static final class Changed extends Linkable<Changed> implements Waitable<Changed> {
    private volatile boolean ready;

    Changed() {
      super(false);
    }

    @Override
    Changed self() {
      return this;
    }

    @Override
    public boolean isReady() {
      return ready;
    }
  }

  @Test
  @Parity({"GE-1.4.6", "GE-1.4.14", "GE-C36"})
  @RealTime
  void aChangeByAThreadWhileTheFirstOneLinksIsNotLost() throws Exception {
    var changed = new Changed(); // belongs to nobody yet
    var changing = new CountDownLatch(1);
    var told = new Event();
    var linker = new AtomicReference<Thread>();
    var linked = new AtomicBoolean();
    var failure = new AtomicReference<Throwable>();
    Runnable change =
        () -> {
          changing.countDown();
          while (!linked.get()
              && (linker.get() == null || linker.get().getState() != Thread.State.BLOCKED)) {
            Thread.onSpinWait(); // until the link is there, or has to wait for this
          }
          changed.ready = true;
          changed.notifyIfReady();
        };
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            Thread setter =
                Thread.ofPlatform()
                    .uncaughtExceptionHandler((thread, thrown) -> failure.set(thrown))
                    .start(() -> changed.change("set", change));
            changing.await();
            linker.set(Thread.currentThread());
            changed.rawLink(ready -> told.set());
            linked.set(true);
            assertThat(told.await(Duration.ofSeconds(10))).isTrue();
            setter.join();
          });
    }
    assertThat(failure.get()).isNull();
  }
}
