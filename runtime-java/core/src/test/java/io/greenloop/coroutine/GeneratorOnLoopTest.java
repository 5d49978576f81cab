package io.greenloop.coroutine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.LoopFuture;
import io.greenloop.Promise;
import io.greenloop.Task;
import io.greenloop.testing.Parity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class GeneratorOnLoopTest {
  private final List<String> trail = new ArrayList<>();

  private Generator<Integer, Void, Void> slowly(String name) {
    return Generator.yielding(
        name,
        g -> {
          try {
            for (int i = 0; ; i++) {
              Aio.yieldNow();
              trail.add(name + " makes " + i);
              g.yieldValue(i);
            }
          } finally {
            Aio.yieldNow();
            trail.add(name + " cleanup");
          }
        });
  }

  @Test
  @Parity("GEN-19")
  void aBodyThatWaitsParksOnlyTheTaskThatDrivesIt() {
    Aio.run(
        () -> {
          var consumer =
              Aio.spawn(
                  () -> {
                    try (var g = slowly("g")) {
                      return g.next() + g.next();
                    }
                  });
          for (int i = 0; i < 3; i++) {
            Aio.yieldNow();
            trail.add("turn " + i);
          }
          assertThat(consumer.join()).isEqualTo(1);
        });

    assertThat(trail)
        .containsExactly("turn 0", "g makes 0", "turn 1", "g makes 1", "turn 2", "g cleanup");
  }

  @Test
  @Parity("GEN-19")
  void aWaitInsideGeneratorsInsideGeneratorsParksTheTask() {
    int sum =
        Aio.<Integer>run(
            () -> {
              Promise<Integer> promise = Aio.newPromise();
              Generator<Integer, Void, Void> nested =
                  Generator.yielding(
                      outer -> {
                        Generator<Integer, Void, Void> inner =
                            Generator.yielding(
                                in -> {
                                  outer.yieldValue(promise.join());
                                  in.yieldValue(promise.join() + 1);
                                });
                        outer.yieldFrom(inner);
                      });
              var task = Aio.spawn(() -> nested.stream().mapToInt(n -> n).sum());
              Aio.yieldNow();
              promise.complete(20);
              return task.join();
            });

    assertThat(sum).isEqualTo(41);
  }

  @Test
  @Parity("GEN-19")
  void openOnesAreClosedByTheShutdownNewestFirst() {
    Aio.run(
        () -> {
          slowlyStarted("first");
          slowlyStarted("second");
          try (var closed = slowly("closed")) {
            closed.next();
          }
          trail.clear();
        });

    assertThat(trail).containsExactly("second cleanup", "first cleanup");
  }

  /** Kept, so that only the shutdown can close it. */
  private final List<Generator<?, ?, ?>> kept = new ArrayList<>();

  private void slowlyStarted(String name) {
    var g = slowly(name);
    kept.add(g);
    g.next();
  }

  @Test
  @Parity("GEN-19")
  void anErrorOfACloseGoesToTheExceptionHandler() {
    var error = new IOException("flush");

    Aio.run(
        () -> {
          EventLoop.current().setExceptionHandler((loop, context) -> trail.add(context.toString()));
          Generator<Integer, Void, Void> bad =
              Generator.yielding(
                  g -> {
                    try {
                      g.yieldValue(1);
                    } finally {
                      fail(error);
                    }
                  });
          kept.add(bad);
          bad.next();
          slowlyStarted("good");
          trail.clear();
        });

    assertThat(trail).hasSize(2).startsWith("good cleanup");
    assertThat(trail.get(1)).contains("flush");
  }

  /** Fails by a hang when a wait trusts the current thread that compiled code remembers. */
  @Test
  @Parity("GEN-19")
  void aSharedBodyMayWaitWhileItMovesFromTaskToTaskThousandsOfTimes() {
    int tries = 150_000; // enough for the body to be compiled as a whole
    Generator<Integer, Void, Void> g =
        Generator.<Integer>yielding(
                y -> {
                  for (int i = 0; ; i++) {
                    Aio.yieldNow();
                    y.yieldValue(i);
                  }
                })
            .shared();

    int values =
        Aio.<Integer>run(
            () -> {
              var first = Aio.spawn(() -> take(g, tries));
              var second = Aio.spawn(() -> take(g, tries));
              return first.join() + second.join();
            });

    assertThat(values).isPositive();
    g.close();
  }

  /** How many values it got; the others were refused because the other task had it. */
  private static int take(Generator<?, ?, ?> g, int tries) {
    int got = 0;
    for (int i = 0; i < tries; i++) {
      try {
        g.next();
        got++;
      } catch (IllegalStateException busy) {
        assertThat(busy).hasMessageEndingWith(" is already executing");
      }
      Aio.yieldNow();
    }
    return got;
  }

  @Test
  @Parity("GEN-19")
  void anotherTaskIsRefusedUnlessItIsShared() {
    Aio.run(
        () -> {
          var g = slowly("g");
          g.next();
          var other = Aio.spawn(() -> catchThrowable(g::next).getMessage());

          assertThat(other.join())
              .matches(
                  "generator 'g' was started in task 'Task-\\d+' \\(pending\\) and cannot go on in"
                      + " task 'Task-\\d+' \\(pending\\): its body may hold on to its thread; drive"
                      + " it in one place, or call shared\\(\\)");
          g.close();
        });
  }

  private static void fail(Exception error) throws Exception {
    throw error;
  }

  private static Generator<LoopFuture<?>, Object, String> fetch(Promise<String> promise) {
    return Generator.of(
        "fetch",
        g -> {
          Object got = g.yieldValue(promise);
          return "Result: " + got;
        });
  }

  @Test
  @Parity({"GEN-20", "POL-3"})
  void whatItYieldsIsWaitedForAndTheResultSentIn() {
    String result =
        Aio.<String>run(
            () -> {
              Promise<String> promise = Aio.newPromise();
              Task<String> task = Aio.coroutine(fetch(promise));
              Aio.yieldNow();
              promise.complete("page");
              return task.join();
            });

    assertThat(result).isEqualTo("Result: page");
  }

  @Test
  @Parity("GEN-20")
  void itDelegatesWithYieldFromAndEndsWithReturnValue() {
    String result =
        Aio.<String>run(
            () -> {
              Promise<String> promise = Aio.newPromise();
              Generator<LoopFuture<?>, Object, String> outer =
                  Generator.of(
                      g -> {
                        String inner = g.yieldFrom(fetch(promise));
                        return Generator.returnValue(inner + "!");
                      });
              Task<String> task = Aio.coroutine(outer);
              Aio.yieldNow();
              promise.complete("page");
              return task.join();
            });

    assertThat(result).isEqualTo("Result: page!");
  }

  @Test
  @Parity("GEN-20")
  void aFailureIsThrownInAndMayBeCaught() {
    var error = new IOException("disk");
    Generator<Object, Object, String> caught =
        Generator.of(
            g -> {
              try {
                g.yieldValue(CompletableFuture.failedFuture(error));
                return "not reached";
              } catch (Exception e) {
                return "caught " + e.getMessage();
              }
            });
    Generator<Object, Object, String> uncaught =
        Generator.of(
            g -> {
              g.yieldValue(CompletableFuture.failedFuture(error));
              return "not reached";
            });

    assertThat(Aio.<String>run(() -> Aio.coroutine(caught).join())).isEqualTo("caught disk");
    assertThat(catchThrowable(() -> Aio.<String>run(() -> Aio.coroutine(uncaught).join())))
        .isSameAs(error);
  }

  @Test
  @Parity("GEN-20")
  void aCancelIsThrownInAtTheYield() {
    Aio.run(
        () -> {
          Promise<String> never = Aio.newPromise();
          Generator<LoopFuture<?>, Object, String> g =
              Generator.of(
                  y -> {
                    try {
                      return "" + y.yieldValue(never);
                    } finally {
                      trail.add("cleanup");
                    }
                  });
          Task<String> task = Aio.coroutine(g);
          Aio.yieldNow();

          task.cancel();

          assertThat(catchThrowable(task::join)).isInstanceOf(CancelledError.class);
          assertThat(task.isCancelled()).isTrue();
          assertThat(trail).containsExactly("cleanup");
        });
  }

  @Test
  @Parity("GEN-20")
  void aBareYieldGivesOthersOneTurn() {
    Generator<Object, Object, Void> g =
        Generator.of(
            y -> {
              for (int i = 0; i < 2; i++) {
                trail.add("step " + i);
                y.yieldValue(null);
              }
              return null;
            });

    Aio.run(
        () -> {
          var task = Aio.coroutine(g);
          for (int i = 0; i < 2; i++) {
            Aio.yieldNow();
            trail.add("turn " + i);
          }
          task.join();
        });

    assertThat(trail).containsExactly("step 0", "turn 0", "step 1", "turn 1");
  }

  @Test
  @Parity("GEN-20")
  void yieldingWhatCannotBeWaitedForIsAnErrorAtTheYield() {
    Generator<Object, Object, String> bad = Generator.of("bad", g -> "" + g.yieldValue(5));
    Generator<Object, Object, String> nested =
        Generator.of("nested", g -> "" + g.yieldValue(Generator.of("sub", s -> "x")));

    assertThatThrownBy(() -> Aio.<String>run(() -> Aio.coroutine(bad).join()))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("Aio.coroutine: Generator[bad, suspended] yielded 5, which is no awaitable");
    assertThatThrownBy(() -> Aio.<String>run(() -> Aio.coroutine(nested).join()))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Aio.coroutine: Generator[nested, suspended] yielded Generator[sub, unstarted], which"
                + " is no awaitable; delegate to it with yieldFrom, or spawn it with"
                + " Aio.coroutine");
  }
}
