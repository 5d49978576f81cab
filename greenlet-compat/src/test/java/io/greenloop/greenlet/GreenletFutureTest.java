package io.greenloop.greenlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.Aio;
import io.greenloop.LoopFuture;
import io.greenloop.Promise;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.testing.FullMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The futures of greenlets' ends: done in any case. */
class GreenletFutureTest {
  private final List<@Nullable Object> trail = new ArrayList<>();

  @Test
  void aFutureFailsWhenTheTaskThatIsItsHostEndsBefore() {
    Aio.run(
        () -> {
          Promise<LoopFuture<@Nullable Object>> made = Aio.newPromise();
          Task<?> host =
              Aio.spawn(
                  TaskOptions.named("host"),
                  () -> {
                    Greenlet main = Greenlet.current();
                    Greenlet g = new Greenlet(args -> main.switchTo());
                    g.switchTo();
                    made.complete(g.toFuture());
                    return 1;
                  });
          LoopFuture<@Nullable Object> future = made.join();
          assertThatThrownBy(future::join)
              .isInstanceOf(GreenletError.class)
              .hasMessageStartingWith("toFuture: ")
              .hasMessageContaining("ended with its host, ")
              .hasMessageContaining("host");
          host.join();
        });
  }

  @Test
  @FullMode("in portable mode a callback that blocks holds the loop")
  void aFutureFailsWhenTheCallbackThatIsItsHostHasBlockedAndEnds() {
    var gate = new Semaphore(0);
    Aio.run(
        () -> {
          Promise<LoopFuture<@Nullable Object>> made = Aio.newPromise();
          made.loop()
              .callSoon(
                  () -> {
                    Greenlet main = Greenlet.current();
                    Greenlet g = new Greenlet(args -> main.switchTo());
                    g.switchTo();
                    made.complete(g.toFuture());
                    gate.acquireUninterruptibly();
                  });
          LoopFuture<@Nullable Object> future = made.join();
          trail.add(future.isDone());
          gate.release();
          assertThatThrownBy(future::join)
              .isInstanceOf(GreenletError.class)
              .hasMessageStartingWith("toFuture: Greenlet@")
              .hasMessageContaining(" ended with its host, the callbacks of ");
        });

    assertThat(trail).containsExactly(false);
  }

  @Test
  @FullMode("a suspended twin's thread keeps what its stack refers to")
  void aFutureFailsWhenItsGreenletIsDroppedWhileSuspended() {
    assertThatAFutureFailsOnceItsGreenletIsDropped(true);
  }

  @Test
  void aFutureFailsWhenItsGreenletIsDroppedBeforeItsStart() {
    assertThatAFutureFailsOnceItsGreenletIsDropped(false);
  }

  private static void assertThatAFutureFailsOnceItsGreenletIsDropped(boolean started) {
    Aio.run(
        () -> {
          LoopFuture<@Nullable Object> future = futureOfADropped(started);
          while (!future.isDone()) {
            System.gc();
            Aio.yieldNow();
          }
          assertThatThrownBy(future::join)
              .isInstanceOf(GreenletError.class)
              .hasMessageMatching(
                  "toFuture: Greenlet@\\w+ was dropped before its end; refer to it until then, or"
                      + " close it");
        });
  }

  private static LoopFuture<@Nullable Object> futureOfADropped(boolean started) {
    Greenlet g = new Greenlet(args -> Greenlet.current().getParent().switchTo());
    if (started) {
      g.switchTo();
    }
    return g.toFuture();
  }

  @Test
  void anAsynchronousTaskAwaitsAGreenlet() {
    Aio.run(
        () -> {
          Promise<LoopFuture<@Nullable Object>> made = Aio.newPromise();
          Task<Object> waits = Aio.spawn(() -> "got " + made.join().join());
          Greenlet main = Greenlet.current();
          Greenlet g = new Greenlet(args -> main.switchTo());
          made.complete(g.toFuture());
          g.switchTo();
          Aio.yieldNow();
          trail.add(waits.isDone());
          trail.add(g.switchTo("its end"));
          trail.add(waits.join());
        });

    assertThat(trail).containsExactly(false, "its end", "got its end");
  }

  @Test
  void theFutureOfOneThatFailsOrIsKilledEndsTheSameWay() {
    var error = new IOException("disk");
    Aio.run(
        () -> {
          Greenlet failing =
              new Greenlet(
                  args -> {
                    throw error;
                  });
          LoopFuture<@Nullable Object> failed = failing.toFuture();
          assertThat(catchThrowable(failing::switchTo)).isSameAs(error);
          assertThat(catchThrowable(failed::join)).isSameAs(error);
          Greenlet fresh = new Greenlet(args -> null);
          LoopFuture<@Nullable Object> killed = fresh.toFuture();
          fresh.throwInto();
          assertThat(killed.join()).isInstanceOf(GreenletExit.class);
          assertThatThrownBy(fresh::toFuture)
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessageEndingWith(" has ended; ask before");
          assertThatThrownBy(() -> Greenlet.current().toFuture())
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessageEndingWith(" is a main greenlet, which does not end");
        });
  }
}
