package io.greenloop;

import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Failures are reported exactly when nobody looked. */
class UnseenFailureTest {
  private static void look(TestLoop t, Consumer<Promise<String>> look) {
    t.run(
        () -> {
          Promise<String> promise = newPromise();
          promise.completeExceptionally(new IOException("x"));
          look.accept(promise);
        });
  }

  @Test
  @Parity({"FUT-8", "AC-futures.3"})
  void unseenItIsReportedAtTheCloseOfTheLoop(TestLoop t) {
    look(t, promise -> {});

    assertThat(t.errors()).hasSize(1);
    assertThat(t.errors().getFirst().message())
        .matches("nobody looked at the failure of future@\\w+");
    assertThat(t.errors().getFirst().exception()).hasMessage("x");
  }

  @Test
  @Parity({"FUT-8", "AC-futures.3"})
  void aResultAnExceptionOrAWaitSawIt(TestLoop t) {
    look(t, promise -> catchThrowable(promise::getNow));
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity({"FUT-8", "AC-futures.3"})
  void askingForTheExceptionSawIt() {
    try (var t = TestLoop.virtual()) {
      look(t, Promise::exceptionNow);
    }
  }

  @Test
  @Parity({"FUT-8", "AC-futures.3"})
  void anAwaiterSawIt() {
    try (var t = TestLoop.virtual()) {
      look(t, promise -> catchThrowable(promise::join));
    }
  }

  @Test
  @Parity({"FUT-8", "AC-futures.3"})
  void aCancelIsNeverReported(TestLoop t) {
    t.run(
        () -> {
          newPromise().cancel();
          Promise<String> promise = newPromise();
          promise.completeExceptionally(new CancelledError("x"));
          assertThat(promise.isCancelled()).isTrue();
        });
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity({"FUT-8", "AC-futures.3"})
  void anAwaiterThatTurnsItIntoItsOwnFailureLeavesOnlyThat(TestLoop t) {
    t.run(
        () -> {
          Promise<String> promise = newPromise();
          promise.completeExceptionally(new IOException("x"));
          Aio.spawn(TaskOptions.named("passes it on"), () -> promise.join());
          sleep(ofMillis(1));
        });
    assertThat(t.errorMessages())
        .singleElement()
        .asString()
        .startsWith("nobody looked at the failure of task 'passes it on', spawned by task");
  }

  @Test
  @RealTime
  @Parity({"FUT-8", "AC-futures.7"})
  void unreachableItIsReportedBeforeTheClose(TestLoop t) {
    t.loop()
        .runUntilComplete(
            () -> {
              failUnseen();
              for (int i = 0; i < 200 && t.errors().isEmpty(); i++) {
                System.gc();
                Aio.blocking(
                    () -> {
                      Thread.sleep(10);
                      return null;
                    });
                Aio.yieldNow();
              }
              return null;
            });

    assertThat(t.errors()).hasSize(1);
    assertThat(t.errors().getFirst().exception()).hasMessage("dropped");
  }

  private static void failUnseen() {
    newPromise().completeExceptionally(new IOException("dropped"));
  }
}
