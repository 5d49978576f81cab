package io.greenloop.sync;

import static io.greenloop.Aio.currentTask;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.timeout;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.CancelledError;
import io.greenloop.Task;
import io.greenloop.testing.TestLoop;
import org.junit.jupiter.api.Test;

/**
 * A put whose item is with somebody has happened: what was asked of its task meanwhile is for the
 * next wait, and still belongs to who asked.
 */
class PutThatHappenedTest {
  private final Queue<String> queue = new Queue<>(1);

  private static final class Kill extends Error {
    private static final long serialVersionUID = 1L;

    Kill() {
      super("killed");
    }
  }

  private void put() {
    queue.put("second");
  }

  private void putBySelect() {
    new Select<String>().put(queue, "second", () -> "put").run();
  }

  /** The first makes room, the second takes what the putter has put in. */
  private void takeBoth() {
    assertThat(queue.tryGet()).contains("first");
    assertThat(queue.tryGet()).contains("second");
  }

  private static void swallowACancel() {
    currentTask().orElseThrow().cancel("swallowed");
    assertThat(catchThrowable(() -> yieldNow())).isInstanceOf(CancelledError.class);
  }

  @Test
  void theCancelOfAScopeEndsWithTheScope(TestLoop t) {
    scopeThatExpires(t, this::put);
  }

  @Test
  void theCancelOfAScopeEndsWithTheScopeOfASelect(TestLoop t) {
    scopeThatExpires(t, this::putBySelect);
  }

  private void scopeThatExpires(TestLoop t, Runnable put) {
    t.run(
        () -> {
          queue.put("first");
          t.loop().callLater(ofSeconds(1), this::takeBoth); // ahead of the time limit
          spawn(
                  () -> {
                    swallowACancel();
                    timeout(ofSeconds(1), put::run);
                    t.note("put");
                    sleep(ofMillis(1));
                    t.note("requests " + currentTask().orElseThrow().cancelRequests());
                  })
              .join();
        });

    assertThat(t.trail()).containsExactly("put@1000", "requests 1@1001");
  }

  @Test
  void whatIsThrownIntoItHitsTheNextWait(TestLoop t) {
    thrownInto(t, this::put, new Kill());
  }

  @Test
  void whatIsThrownIntoASelectHitsTheNextWait(TestLoop t) {
    thrownInto(t, this::putBySelect, new Kill());
  }

  @Test
  void aCancelledErrorThatIsThrownIntoItIsNotCounted(TestLoop t) {
    thrownInto(t, this::put, new CancelledError("killed"));
  }

  @Test
  void aCancelledErrorThatIsThrownIntoASelectIsNotCounted(TestLoop t) {
    thrownInto(t, this::putBySelect, new CancelledError("killed"));
  }

  private void thrownInto(TestLoop t, Runnable put, Throwable kill) {
    t.run(
        () -> {
          queue.put("first");
          Task<?> putter =
              spawn(
                  () -> {
                    put.run();
                    t.note("requests " + currentTask().orElseThrow().cancelRequests());
                    assertThat(catchThrowable(() -> yieldNow())).isSameAs(kill);
                    t.note("thrown");
                  });
          yieldNow();
          takeBoth();
          putter.throwInto(kill);
          putter.join();
        });

    assertThat(t.trail()).containsExactly("requests 0@0", "thrown@0");
  }

  @Test
  void aSelectThatWasCancelledBeforeItsItemWasTakenHasPutItToo(TestLoop t) {
    t.run(
        () -> {
          queue.put("first");
          Task<?> putter =
              spawn(
                  () -> {
                    putBySelect();
                    t.note("put");
                    assertThat(catchThrowable(() -> yieldNow())).isInstanceOf(CancelledError.class);
                    t.note("requests " + currentTask().orElseThrow().cancelRequests());
                  });
          yieldNow();
          putter.cancel();
          takeBoth();
          putter.join();
        });

    assertThat(t.trail()).containsExactly("put@0", "requests 1@0");
  }

  @Test
  void anItemThatNobodyHasTakenIsWithdrawn(TestLoop t) {
    t.run(
        () -> {
          queue.put("first");
          Task<?> putter = spawn(this::put);
          yieldNow();
          assertThat(queue.tryGet()).contains("first");
          putter.cancel();

          assertThat(catchThrowable(putter::join)).isInstanceOf(CancelledError.class);
          assertThat(queue.isEmpty()).isTrue();
        });
  }
}
