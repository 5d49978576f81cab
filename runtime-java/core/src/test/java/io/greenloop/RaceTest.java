package io.greenloop;

import static io.greenloop.Aio.currentTask;
import static io.greenloop.Aio.firstSuccess;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.race;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.greenloop.testing.Exploration;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Of several bodies one is wanted. */
class RaceTest {
  private static <T> Callable<T> after(int millis, T value) {
    return () -> {
      sleep(ofMillis(millis));
      return value;
    };
  }

  private static <T> Callable<T> failsAfter(int millis, String message) {
    return () -> {
      sleep(ofMillis(millis));
      throw new IOException(message);
    };
  }

  private static <T> Callable<T> slowToEnd(TestLoop t, String name, int millis) {
    return () -> {
      try {
        return Aio.<T>newPromise().join();
      } finally {
        sleep(ofMillis(millis));
        t.note(name);
      }
    };
  }

  @Test
  void theFirstToReturnWinsAndTheOthersHaveEndedByThen(TestLoop t) {
    t.run(
        () -> {
          String winner = race(slowToEnd(t, "cleaned", 5), after(10, "b"), after(20, "c"));
          t.note(winner);
          assertThat(Aio.allTasks()).hasSize(1);
          assertThat(currentTask().orElseThrow().cancelRequests()).isZero();
        });

    assertThat(t.trail()).containsExactly("cleaned@15", "b@15");
  }

  @Test
  void theFirstToFailWinsARaceAndIsThrownItself(TestLoop t) {
    t.run(
        () ->
            assertThatThrownBy(() -> race(after(20, "a"), failsAfter(10, "b")))
                .isInstanceOf(IOException.class)
                .hasMessage("b"));
  }

  @Test
  void whatALoserThrowsIsSuppressedInTheFailureThatWon(TestLoop t) {
    t.run(
        () -> {
          var failure =
              catchThrowableOfType(
                  IOException.class,
                  () ->
                      race(
                          failsAfter(10, "winner"),
                          () -> {
                            try {
                              return newPromise().join();
                            } catch (CancelledError cancel) {
                              throw new IOException("cleanup");
                            }
                          }));
          assertThat(failure).hasMessage("winner");
          assertThat(failure.getSuppressed())
              .extracting(Throwable::getMessage)
              .containsExactly("cleanup");
        });
    assertThat(t.errors()).isEmpty();
  }

  @Test
  void whatALoserThrowsBesideAResultIsReported(TestLoop t) {
    t.run(
        () -> {
          String winner =
              race(
                  after(10, "winner"),
                  () -> {
                    try {
                      return Aio.<String>newPromise().join();
                    } catch (CancelledError cancel) {
                      throw new IOException("cleanup");
                    }
                  });
          assertThat(winner).isEqualTo("winner");
        });

    assertThat(t.errors()).hasSize(1);
    assertThat(t.errors().getFirst().exception()).hasMessage("cleanup");
  }

  @Test
  void oneThatIsCancelledByHandDropsOut(TestLoop t) {
    t.run(
        () -> {
          Callable<String> quits =
              () -> {
                currentTask().orElseThrow().cancel();
                return Aio.<String>newPromise().join();
              };
          assertThat(race(quits, after(10, "b"))).isEqualTo("b");
          assertThatThrownBy(() -> race(quits, quits))
              .isInstanceOf(CancelledError.class)
              .hasMessage("race: all 2 were cancelled");
        });
  }

  @Test
  void aTaskThatLosesIsCancelled(TestLoop t) {
    t.run(
        () -> {
          Task<String> task = spawn(slowToEnd(t, "task", 5));
          assertThat(race(task::join, after(10, "b"))).isEqualTo("b");
          assertThat(task.isCancelled()).isTrue();
        });

    assertThat(t.trail()).containsExactly("task@15");
  }

  @Test
  void firstSuccessPassesOverFailures(TestLoop t) {
    t.run(
        () -> {
          String winner =
              firstSuccess(failsAfter(5, "a"), slowToEnd(t, "cleaned", 5), after(10, "c"));
          t.note(winner);
        });

    assertThat(t.trail()).containsExactly("cleaned@15", "c@15");
    assertThat(t.errors()).isEmpty();
  }

  @Test
  void ifNoneSucceedsAllFailuresAreThrownInTheirOrder(TestLoop t) {
    t.run(
        () -> {
          var failure =
              catchThrowableOfType(
                  ExceptionGroup.class,
                  () -> firstSuccess(failsAfter(20, "late"), failsAfter(10, "early")));
          assertThat(failure)
              .hasMessage(
                  "firstSuccess: none succeeded (2 sub-exceptions): java.io.IOException: early;"
                      + " java.io.IOException: late");
          assertThat(failure.exceptions())
              .extracting(Throwable::getMessage)
              .containsExactly("early", "late");
        });
  }

  @Test
  void noBodiesAreRefused(TestLoop t) {
    t.run(
        () -> {
          assertThatThrownBy(() -> race(List.of()))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("race: nothing to run; give at least one body");
          assertThatThrownBy(() -> firstSuccess(List.of()))
              .hasMessage("firstSuccess: nothing to run; give at least one body");
        });
  }

  @Test
  void aCancelOfTheCallerCancelsAllAndIsThrownWhenTheyHaveEnded(TestLoop t) {
    t.run(
        () -> {
          var task = spawn(() -> race(slowToEnd(t, "a", 5), slowToEnd(t, "b", 8)));
          yieldNow();
          task.cancel("outside");
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class).hasMessage("outside");
          t.note("end");
        });

    assertThat(t.trail()).containsExactly("a@5", "b@8", "end@8");
  }

  /** Whenever the caller is cancelled: one outcome, and nobody runs on. */
  @Test
  void aCancelAtAnyPointLeavesNobodyBehind() {
    Exploration.of(200)
        .run(
            (t, seed) -> {
              var open = new AtomicInteger();
              Callable<String> contestant =
                  () -> {
                    open.incrementAndGet();
                    try {
                      sleep(ofMillis(4));
                      return "won";
                    } finally {
                      open.decrementAndGet();
                    }
                  };
              t.run(
                  () -> {
                    var task = spawn(() -> race(contestant, contestant, contestant));
                    sleep(ofMillis(seed % 8));
                    boolean asked = task.cancel();
                    Throwable thrown = catchThrowable(task::join);
                    if (asked) {
                      assertThat(thrown).isInstanceOf(CancelledError.class);
                    } else {
                      assertThat(task.join()).isEqualTo("won");
                    }
                    assertThat(open).hasValue(0);
                    assertThat(Aio.allTasks()).hasSize(1);
                  });
            });
  }

  @Test
  void whatIsNoContestantsDoingIsThrownAsItIs(TestLoop t) {
    t.run(
        () -> {
          var thrown = new IllegalStateException("thrown into it");
          var racing = spawn(() -> race(after(10, "a"), after(20, "b")));
          yieldNow();
          yieldNow();
          racing.throwInto(thrown);

          assertThatThrownBy(racing::join).isSameAs(thrown);
        });
    try (var full = TestLoop.of(LoopOptions.defaults().withMaxTasks(2))) {
      full.run(
          () ->
              assertThatThrownBy(() -> race(after(10, "a"), after(20, "b")))
                  .isInstanceOf(RejectedExecutionException.class));
    }
  }
}
