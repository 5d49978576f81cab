package io.greenloop;

import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Exits run in the reverse order, all of them, and no failure is lost. */
class ScopeStackTest {
  private final List<String> trail = new ArrayList<>();

  private static ThrowingRunnable fails(String message) {
    return () -> {
      throw new IOException(message);
    };
  }

  @Test
  void whatIsEnteredLastIsLeftFirst() {
    String result =
        ScopeStack.run(
            stack -> {
              AutoCloseable first = () -> trail.add("first");
              assertThat(stack.enter(first)).isSameAs(first);
              stack.push(() -> trail.add("second"));
              trail.add("body");
              return "result";
            });

    assertThat(result).isEqualTo("result");
    assertThat(trail).containsExactly("body", "second", "first");
  }

  @Test
  void anExitMayPushMore() {
    try (var stack = new ScopeStack()) {
      stack.push(
          () -> {
            trail.add("outer");
            stack.push(() -> trail.add("pushed late"));
          });
    }

    assertThat(trail).containsExactly("outer", "pushed late");
  }

  @Test
  void theLaterFailureIsThrownWithTheEarlierInIt() {
    Throwable failure =
        catchThrowable(
            () ->
                ScopeStack.run(
                    stack -> {
                      stack.push(fails("third"));
                      stack.push(() -> trail.add("runs all the same"));
                      stack.push(fails("second"));
                      throw new IOException("body");
                    }));

    assertThat(failure).hasMessage("third");
    assertThat(failure.getSuppressed()).extracting(Throwable::getMessage).containsExactly("second");
    assertThat(failure.getSuppressed()[0].getSuppressed())
        .extracting(Throwable::getMessage)
        .containsExactly("body");
    assertThat(trail).containsExactly("runs all the same");
  }

  @Test
  void theSameThrowableTwiceIsOne() {
    var failure = new IOException("same");

    Throwable thrown =
        catchThrowable(
            () ->
                ScopeStack.run(
                    stack -> {
                      stack.push(
                          () -> {
                            throw failure;
                          });
                      throw failure;
                    }));

    assertThat(thrown).isSameAs(failure).hasNoSuppressedExceptions();
  }

  @Test
  void aFatalThrowableIsNotReplaced() {
    var fatal = new InternalError("fatal");

    Throwable thrown =
        catchThrowable(
            () ->
                ScopeStack.run(
                    stack -> {
                      stack.push(fails("later"));
                      throw fatal;
                    }));

    assertThat(thrown).isSameAs(fatal);
    assertThat(thrown.getSuppressed()).extracting(Throwable::getMessage).containsExactly("later");
  }

  @Test
  void popAllKeepsWhatWasEntered() {
    ScopeStack kept =
        ScopeStack.run(
            stack -> {
              stack.push(() -> trail.add("kept 1"));
              stack.push(() -> trail.add("kept 2"));
              return stack.popAll();
            });
    assertThat(trail).isEmpty();

    kept.close();
    kept.close();

    assertThat(trail).containsExactly("kept 2", "kept 1");
  }

  @Test
  void aClosedStackRefuses() {
    var stack = new ScopeStack();
    stack.close();

    assertThatThrownBy(() -> stack.push(() -> trail.add("never")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("ScopeStack.push: the stack is closed; make another one");
    assertThatThrownBy(() -> stack.enter(() -> trail.add("never")))
        .hasMessage("ScopeStack.enter: the stack is closed; make another one");
  }

  @Test
  void exitsOfACancelledTaskMayWait(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () ->
                      ScopeStack.run(
                          stack -> {
                            for (String name : List.of("a", "b")) {
                              stack.push(
                                  () -> {
                                    sleep(ofMillis(5));
                                    t.note(name);
                                  });
                            }
                            sleep(ofMillis(100));
                            return "never";
                          }));
          yieldNow();
          task.cancel();
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
        });

    assertThat(t.trail()).containsExactly("b@5", "a@10");
  }
}
