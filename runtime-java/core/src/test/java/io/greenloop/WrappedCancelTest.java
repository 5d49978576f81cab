package io.greenloop;

import static io.greenloop.Aio.blocking;
import static io.greenloop.Aio.currentTask;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.timeout;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A library that makes an error of its own of what ends its waits. */
@RealTime
class WrappedCancelTest {
  private static final CountDownLatch NEVER = new CountDownLatch(1);
  private static final Duration LIMIT = ofMillis(5);

  /** What it throws, as a database driver would. */
  private static final class LibraryException extends Exception {
    private static final long serialVersionUID = 1L;

    LibraryException(Throwable cause) {
      super("an I/O error occurred", cause);
    }
  }

  /** What libraries do when they are interrupted. */
  enum Habit {
    WRAPS {
      @Override
      Exception heard(InterruptedException interrupt) {
        return new LibraryException(interrupt);
      }
    },
    WRAPS_TWICE {
      @Override
      Exception heard(InterruptedException interrupt) {
        return new LibraryException(
            new LibraryException(new SocketException("Closed by interrupt")));
      }
    },
    RESTORES_THE_FLAG_AND_WRAPS {
      @Override
      Exception heard(InterruptedException interrupt) {
        Thread.currentThread().interrupt();
        return new LibraryException(interrupt);
      }
    },
    MAKES_A_CIRCLE_BEHIND_IT {
      @Override
      Exception heard(InterruptedException interrupt) {
        interrupt.initCause(new LibraryException(interrupt));
        return new LibraryException(interrupt);
      }
    };

    abstract Exception heard(InterruptedException interrupt);
  }

  private static String query(Habit habit) {
    return blocking(
        () -> {
          try {
            NEVER.await();
            return "";
          } catch (InterruptedException e) {
            throw habit.heard(e);
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void aTimeLimitIsTheTimeLimitWithTheLibrarysErrorBehindIt(Habit habit) {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var over =
                catchThrowableOfType(
                    AsyncTimeoutException.class, () -> timeout(LIMIT, () -> query(habit)));

            assertThat(over).hasMessage("time limit of PT0.005S passed");
            assertThat(over.getCause()).hasCauseInstanceOf(LibraryException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            assertThat(currentTask().orElseThrow().cancelRequests()).isZero();
            sleep(ofMillis(1)); // nothing is pending
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void aScopeCatchesItsCancelAndATaskEndsCancelled(Habit habit) {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var scope = CancelScope.of(LIMIT);
            String none = scope.run(() -> query(habit));
            assertThat(none).isNull();
            assertThat(scope.cancelledCaught()).isTrue();

            var task = spawn(() -> query(habit));
            yieldNow();
            task.cancel("enough");
            assertThatThrownBy(task::join)
                .isInstanceOf(CancelledError.class)
                .hasCauseInstanceOf(LibraryException.class);
            assertThat(task.isCancelled()).isTrue();
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsThrownIntoATaskComesOutOfTheLibraryAsItIs(Habit habit) {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var thrown = new IllegalStateException("thrown into it");
            var task = spawn(() -> query(habit));
            yieldNow();
            task.throwInto(thrown);

            assertThatThrownBy(task::join).isSameAs(thrown);
            assertThat(thrown.getSuppressed()).hasAtLeastOneElementOfType(LibraryException.class);
          });
    }
  }

  @Test
  void aLibraryThatWrapsTheCancelItselfDoesNotHideTheTimeLimit(TestLoop t) {
    t.run(
        () ->
            assertThatThrownBy(
                    () ->
                        timeout(
                            LIMIT,
                            () -> {
                              try {
                                return newPromise().join();
                              } catch (Throwable all) {
                                throw new LibraryException(all);
                              }
                            }))
                .isInstanceOf(AsyncTimeoutException.class)
                .hasCauseInstanceOf(LibraryException.class));
  }

  @Test
  void anErrorThatHasNothingToDoWithTheLimitWins(TestLoop t) {
    t.run(
        () -> {
          Promise<String> never = newPromise();
          Callable<String> body =
              () -> {
                try {
                  return never.join();
                } catch (CancelledError forgotten) {
                  throw new IllegalStateException("broken");
                }
              };
          assertThatThrownBy(() -> timeout(LIMIT, body))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage("broken");

          assertThatThrownBy(
                  () ->
                      timeout(
                          LIMIT,
                          () -> {
                            try {
                              return query(Habit.WRAPS);
                            } catch (Exception e) {
                              throw new InternalError("fatal", e);
                            }
                          }))
              .isInstanceOf(InternalError.class)
              .hasMessage("fatal");
        });
  }

  @Test
  void anErrorWhoseCleanUpIsCutShortWins(TestLoop t) {
    t.run(
        () -> {
          var error = new IllegalStateException("the real failure");
          assertThatThrownBy(
                  () ->
                      timeout(
                          LIMIT,
                          () -> {
                            try (AutoCloseable slow = () -> sleep(ofMillis(100))) {
                              assertThat(slow).isNotNull();
                              throw error;
                            }
                          }))
              .isSameAs(error);
        });
  }

  @Test
  void aTaskWhoseCleanUpIsInterruptedFailsByItsOwnError() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var error = new IllegalStateException("the real failure");
            var task =
                spawn(
                    () -> {
                      try (AutoCloseable slow = () -> query(Habit.WRAPS)) {
                        assertThat(slow).isNotNull();
                        throw error;
                      }
                    });
            yieldNow();
            task.cancel("enough");

            assertThatThrownBy(task::join).isSameAs(error);
          });
    }
  }

  @Test
  void anErrorThatComesAfterASwallowedInterruptWins() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var task =
                spawn(
                    () -> {
                      try {
                        query(Habit.WRAPS);
                      } catch (Exception swallowed) {
                        // and on it goes
                      }
                      return Integer.parseInt("not a number");
                    });
            yieldNow();
            task.cancel("enough");

            assertThatThrownBy(task::join).isInstanceOf(NumberFormatException.class);
          });
    }
  }

  @Test
  void theErrorOfAnInnerLimitStaysItsOwnWhenTheOuterOneHasPassedToo(TestLoop t) {
    t.run(
        () -> {
          var error =
              catchThrowableOfType(
                  LibraryException.class,
                  () ->
                      timeout(
                          ofMillis(8),
                          () -> {
                            AsyncTimeoutException inner =
                                catchThrowableOfType(
                                    AsyncTimeoutException.class,
                                    () -> timeout(LIMIT, () -> query(Habit.WRAPS)));
                            try {
                              sleep(ofMillis(100));
                            } catch (CancelledError outer) {
                              // forgotten
                            }
                            throw new LibraryException(inner);
                          }));

          assertThat(error.getSuppressed()).hasAtLeastOneElementOfType(AsyncTimeoutException.class);
        });
  }
}
