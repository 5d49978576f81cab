package io.greenloop;

import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** States, callbacks and awaiters of futures. */
class FutureTest {
  @Test
  @Parity({"FUT-1", "FUT-3", "EXC-3", "AC-futures.1"})
  void aPendingFutureHasNoOutcome(TestLoop t) {
    Promise<String> promise = t.loop().newPromise();

    assertThat(promise.state()).isEqualTo(FutureState.PENDING);
    assertThat(promise.isDone()).isFalse();
    assertThat(promise.isCancelled()).isFalse();
    assertThatThrownBy(promise::getNow)
        .isInstanceOf(InvalidStateException.class)
        .hasMessageMatching(
            "getNow: future@\\w+ \\(pending\\) is not done yet; wait for it with join\\(\\)");
    assertThatThrownBy(promise::exceptionNow)
        .isInstanceOf(InvalidStateException.class)
        .hasMessageMatching(
            "exceptionNow: future@\\w+ \\(pending\\) is not done yet; wait for it with"
                + " join\\(\\)");
  }

  @Test
  @Parity({"FUT-1", "FUT-3", "AC-futures.1"})
  void aFutureWithAResult(TestLoop t) {
    Promise<String> promise = t.loop().newPromise();
    promise.complete("x");

    assertThat(promise.state()).isEqualTo(FutureState.FINISHED);
    assertThat(promise.isDone()).isTrue();
    assertThat(promise.isCancelled()).isFalse();
    assertThat(promise.getNow()).isEqualTo("x");
    assertThat(promise.exceptionNow()).isNull();
    assertThat(promise.cancel()).isFalse();
    assertThat(promise.getNow()).isEqualTo("x");
  }

  @Test
  @Parity({"FUT-1", "FUT-3", "AC-futures.1"})
  void aFutureThatFailed(TestLoop t) {
    var failure = new IOException("x");
    Promise<String> promise = t.loop().newPromise();
    promise.completeExceptionally(failure);

    assertThat(promise.state()).isEqualTo(FutureState.FINISHED);
    assertThat(promise.exceptionNow()).isSameAs(failure);
    assertThatThrownBy(promise::getNow).isSameAs(failure);
    assertThat(promise.cancel()).isFalse();
  }

  @Test
  @Parity({"FUT-1", "FUT-3", "FUT-4", "AC-futures.1"})
  void aCancelledFutureIsDoneAtOnce(TestLoop t) {
    Promise<String> promise = t.loop().newPromise();
    promise.whenDone(f -> t.note("posted"));

    assertThat(promise.cancel("why")).isTrue();

    assertThat(promise.state()).isEqualTo(FutureState.CANCELLED);
    assertThat(promise.isDone()).isTrue();
    assertThat(promise.isCancelled()).isTrue();
    assertThat(catchThrowableOfType(CancelledError.class, promise::getNow).reason())
        .isEqualTo("why");
    assertThat(catchThrowableOfType(CancelledError.class, promise::exceptionNow).reason())
        .isEqualTo("why");
    assertThat(promise.cancel()).isFalse();
    assertThat(t.trail()).isEmpty();
    t.runUntilIdle();
    assertThat(t.trail()).containsExactly("posted@0");
  }

  @Test
  @Parity({"FUT-2", "EXC-3", "AC-futures.6"})
  void completingTwiceIsAnErrorAndChangesNothing(TestLoop t) {
    Promise<String> promise = t.loop().newPromise();
    promise.complete("first");

    assertThatThrownBy(() -> promise.complete("second"))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageMatching(
            "complete: future@\\w+ \\(finished\\) is done already; use the try form if others may"
                + " be first");
    assertThatThrownBy(() -> promise.completeExceptionally(new IOException("x")))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageMatching(
            "completeExceptionally: future@\\w+ \\(finished\\) is done already; use the try form if"
                + " others may be first");
    assertThat(promise.tryComplete("third")).isFalse();
    assertThat(promise.tryCompleteExceptionally(new IOException("x"))).isFalse();
    assertThat(promise.getNow()).isEqualTo("first");
  }

  @Test
  @Parity({"FUT-2", "AC-futures.6"})
  void completingAfterACancelIsAnError(TestLoop t) {
    Promise<String> promise = t.loop().newPromise();
    promise.cancel();

    assertThatThrownBy(() -> promise.complete("x"))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageMatching(
            "complete: future@\\w+ \\(cancelled\\) is done already; use the try form if others may"
                + " be first");
    assertThat(promise.tryComplete("x")).isFalse();
    assertThat(promise.isCancelled()).isTrue();
  }

  @Test
  @Parity({"FUT-5", "AC-futures.1"})
  void callbacksArePostedInOrderNeverInline(TestLoop t) {
    t.run(
        () -> {
          Promise<String> promise = newPromise();
          promise.whenDone(f -> t.note("1 " + f.getNow()));
          promise.whenDone(f -> t.note("2 " + (f == promise)));
          promise.complete("x");
          promise.whenDone(f -> t.note("3"));
          t.note("completed");
          yieldNow();
          Promise<String> failing = newPromise();
          failing.whenDone(f -> t.note("failed " + (f.exceptionNow() instanceof IOException)));
          failing.completeExceptionally(new IOException("x"));
          t.note("failure set");
          yieldNow();
        });

    assertThat(t.trail())
        .containsExactly(
            "completed@0", "1 x@0", "2 true@0", "3@0", "failure set@0", "failed true@0");
  }

  @Test
  @Parity("FUT-5")
  void aCallbackThatThrowsIsReportedAndTheNextOneRuns(TestLoop t) {
    Promise<String> promise = t.loop().newPromise();
    promise.whenDone(
        f -> {
          throw new IllegalStateException("boom");
        });
    promise.whenDone(f -> t.note("next"));
    promise.complete("x");
    t.runUntilIdle();

    assertThat(t.trail()).containsExactly("next@0");
    assertThat(t.errors()).hasSize(1);
    assertThat(t.errors().getFirst().exception()).hasMessage("boom");
    assertThat(t.errorMessages())
        .containsExactly(
            "callback in io.greenloop.FutureTest threw java.lang.IllegalStateException");
  }

  @Test
  @Parity("FUT-5")
  void aCallbackSeesTheContextOfItsRegistration(TestLoop t) {
    ContextVar<String> who = ContextVar.create("who", "nobody");
    t.run(
        () -> {
          Promise<String> promise = newPromise();
          who.set("registrar");
          promise.whenDone(f -> t.note(who.get()));
          who.set("later");
          promise.complete("x");
          yieldNow();
        });

    assertThat(t.trail()).containsExactly("registrar@0");
  }

  @Test
  @Parity({"FUT-6", "AC-futures.2"})
  void aRemovedCallbackDoesNotRunUnlessItWasPosted(TestLoop t) {
    t.run(
        () -> {
          Promise<String> promise = newPromise();
          Consumer<LoopFuture<String>> same = f -> t.note("same");
          var first = promise.whenDone(same);
          promise.whenDone(same);
          var last = promise.whenDone(f -> t.note("last"));
          assertThat(first.remove()).isTrue();
          assertThat(first.remove()).isFalse();
          promise.complete("x");
          assertThat(last.remove()).isFalse(); // posted already
          yieldNow();
        });

    assertThat(t.trail()).containsExactly("same@0", "last@0");
  }

  @Test
  @Parity({"FUT-6", "AC-futures.2"})
  void callbacksMayChangeTheListTheyCameFrom(TestLoop t) {
    t.run(
        () -> {
          Promise<String> promise = newPromise();
          var registrations = new ArrayList<Registration>();
          for (int i = 0; i < 4; i++) {
            int n = i;
            registrations.add(
                promise.whenDone(
                    f -> {
                      t.note(n);
                      registrations.forEach(Registration::remove);
                      f.whenDone(g -> t.note("again " + n));
                    }));
          }
          registrations.get(1).remove();
          promise.complete("x");
          yieldNow();
          yieldNow();
        });

    assertThat(t.trail())
        .containsExactly("0@0", "2@0", "3@0", "again 0@0", "again 2@0", "again 3@0");
  }

  @Test
  @Parity("FUT-7")
  void allAwaitersAreWokenInOrderWithTheSameValue(TestLoop t) {
    t.run(
        () -> {
          Promise<Object> promise = newPromise();
          var value = new Object();
          var waiters = new ArrayList<Task<Object>>();
          for (int i = 0; i < 3; i++) {
            int n = i;
            waiters.add(
                spawn(
                    () -> {
                      Object got = promise.join();
                      t.note(n);
                      return got;
                    }));
          }
          yieldNow();
          promise.complete(value);
          for (var waiter : waiters) {
            assertThat(waiter.join()).isSameAs(value);
          }
        });

    assertThat(t.trail()).containsExactly("0@0", "1@0", "2@0");
  }

  @Test
  @Parity({"FUT-7", "FUT-11"})
  void allAwaitersGetTheSameErrorWhoseTraceDoesNotGrow(TestLoop t) {
    t.run(
        () -> {
          Promise<Object> promise = newPromise();
          var failure = new IOException("shared");
          promise.completeExceptionally(failure);

          assertThat(catchThrowable(promise::join)).isSameAs(failure);
          StackTraceElement[] afterFirst = failure.getStackTrace();
          for (int i = 0; i < 3; i++) {
            assertThat(spawn(() -> catchThrowable(promise::join)).join()).isSameAs(failure);
          }

          assertThat(failure.getStackTrace()).isEqualTo(afterFirst);
        });
  }

  @Test
  @Parity("FUT-11")
  void theTraceOfAFailedTaskEndsWithItsFirstAwaiter(TestLoop t) {
    t.run(
        () -> {
          var task = spawn(FutureTest::failsHere);

          Throwable error = catchThrowable(() -> firstAwaiter(task));

          assertThat(java.util.Arrays.stream(error.getStackTrace()).map(f -> f.getMethodName()))
              .containsSubsequence("failsHere", "by", "firstAwaiter");
        });
  }

  private static String failsHere() throws IOException {
    throw new IOException("x");
  }

  private static void firstAwaiter(Task<?> task) {
    task.join();
  }

  @Test
  @Parity("FUT-9")
  void aFutureBelongsToOneLoop(TestLoop t) {
    assertThat(t.loop().newPromise().loop()).isSameAs(t.loop());
    t.run(() -> assertThat(newPromise().loop()).isSameAs(t.loop()));

    assertThatThrownBy(Aio::newPromise)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "newPromise: no event loop runs in thread '%s'; call it from a task, or start one"
                + " with Aio.run",
            Thread.currentThread().getName());
  }

  @Test
  void joiningADoneFutureNeitherYieldsNorSeesACancel(TestLoop t) {
    t.run(
        () -> {
          Promise<String> done = newPromise();
          done.complete("x");
          var task =
              spawn(
                  () -> {
                    t.loop().callSoon(() -> t.note("callback"));
                    Aio.currentTask().orElseThrow().cancel();
                    t.note(done.join());
                    yieldNow();
                    return "";
                  });
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
        });

    assertThat(t.trail()).startsWith("x@0");
  }
}
