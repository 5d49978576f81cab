package io.greenloop;

import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.staggeredRace;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.greenloop.sync.Event;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Attempts that begin one after the other. */
@Parity("AC-threads.3")
class StaggeredRaceTest {
  private static Callable<String> noted(TestLoop t, String name, Callable<String> body) {
    return () -> {
      t.note(name);
      try {
        return body.call();
      } catch (CancelledError cancelled) {
        t.note(name + " cancelled");
        throw cancelled;
      }
    };
  }

  private static Callable<String> after(int millis, String value) {
    return () -> {
      sleep(ofMillis(millis));
      return value;
    };
  }

  private static Callable<String> failsAfter(int millis, String message) {
    return () -> {
      sleep(ofMillis(millis));
      throw new IOException(message);
    };
  }

  @Test
  void aFirstThatSucceedsInTimeSparesTheOthers(TestLoop t) {
    t.run(
        () ->
            t.note(
                staggeredRace(
                    ofMillis(20), noted(t, "a", after(19, "won")), noted(t, "b", after(1, "b")))));

    assertThat(t.trail()).containsExactly("a@0", "won@19");
  }

  /** Its task has not ended yet when the other one wins. */
  @Test
  void anErrorInTheTurnInWhichTheNextWinsIsNoNews(TestLoop t) {
    t.run(() -> t.note(staggeredRace(ofMillis(1), failsAfter(4, "just before"), after(3, "won"))));

    assertThat(t.trail()).containsExactly("won@4");
    assertThat(t.errorMessages()).isEmpty();
  }

  @Test
  void afterAnErrorTheNextBeginsAtOnceWhateverTheDelay(TestLoop t) {
    t.run(
        () -> {
          t.note(
              staggeredRace(ofSeconds(9), failsAfter(3, "no"), noted(t, "b", after(1, "second"))));
          t.note(staggeredRace(null, failsAfter(3, "no"), noted(t, "b", after(1, "second"))));
        });

    assertThat(t.trail()).containsExactly("b@3", "second@4", "b@7", "second@8");
    assertThat(t.errors()).isEmpty();
  }

  @Test
  void afterTheDelayTheNextBeginsBesideTheFirst(TestLoop t) {
    t.run(
        () ->
            t.note(
                staggeredRace(
                    ofMillis(20),
                    noted(t, "a", after(10_000, "a")),
                    noted(t, "b", after(5, "b")))));

    assertThat(t.trail()).containsExactly("a@0", "b@20", "a cancelled@25", "b@25");
  }

  @Test
  void withoutADelayTheyRunOneByOne(TestLoop t) {
    t.run(
        () ->
            t.note(
                staggeredRace(
                    null, noted(t, "a", after(10_000, "won")), noted(t, "b", after(5, "b")))));

    assertThat(t.trail()).containsExactly("a@0", "won@10000");
  }

  @Test
  void onlyTheFailureOfTheLastOneHurriesTheNext(TestLoop t) {
    t.run(
        () ->
            t.note(
                staggeredRace(
                    ofMillis(20),
                    noted(t, "a", failsAfter(25, "no")),
                    noted(t, "b", after(50, "b")),
                    noted(t, "c", after(5, "won")))));

    assertThat(t.trail()).containsExactly("a@0", "b@20", "c@40", "b cancelled@45", "won@45");
  }

  @Test
  void ofTwoThatCouldWinInOneTurnTheSecondIsCancelled(TestLoop t) {
    t.run(
        () -> {
          var go = new Event();
          Callable<String> sets =
              () -> {
                go.set();
                return Aio.<String>newPromise().join();
              };
          t.note(
              staggeredRace(
                  ofMillis(10),
                  noted(t, "a", () -> waited(go, "won")),
                  noted(t, "b", () -> waited(go, "b")),
                  noted(t, "c", sets)));
        });

    assertThat(t.trail())
        .containsExactly("a@0", "b@10", "c@20", "b cancelled@20", "c cancelled@20", "won@20");
  }

  private static String waited(Event go, String value) {
    go.waitFor();
    return value;
  }

  @Test
  void eachCancelOfTheCallerReachesTheContestantsAndNothingBeginsAfterIt(TestLoop t) {
    t.run(
        () -> {
          Callable<String> stubborn =
              () -> {
                for (int i = 1; i <= 2; i++) {
                  try {
                    sleep(ofSeconds(1));
                  } catch (CancelledError cancelled) {
                    t.note("cancelled " + i + " " + cancelled.reason());
                  }
                }
                return "a result that nobody gets";
              };
          var task =
              spawn(() -> staggeredRace(ofMillis(50), stubborn, noted(t, "b", after(1, "b"))));
          sleep(ofMillis(10));
          task.cancel("first");
          sleep(ofMillis(10));
          task.cancel("second");
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class).hasMessage("second");
          t.note("end");
        });

    assertThat(t.trail())
        .containsExactly("cancelled 1 first@10", "cancelled 2 second@20", "end@20");
  }

  @Test
  void aScopeThatCancelsEachWaitIsHeardOnce(TestLoop t) {
    t.run(
        () -> {
          Callable<String> cleansUp =
              () -> {
                try {
                  return Aio.<String>newPromise().join();
                } finally {
                  sleep(ofMillis(5));
                  t.note("cleaned");
                }
              };
          CancelScope.of(ofMillis(10))
              .run(
                  () -> {
                    staggeredRace(null, cleansUp);
                  });
          t.note("end");
        });

    assertThat(t.trail()).containsExactly("cleaned@15", "end@15");
  }

  @Test
  void ifNoneSucceedsAllFailuresAreThrown(TestLoop t) {
    t.run(
        () -> {
          var failure =
              catchThrowableOfType(
                  ExceptionGroup.class,
                  () -> staggeredRace(ofMillis(5), failsAfter(20, "late"), failsAfter(1, "early")));
          assertThat(failure)
              .hasMessage(
                  "staggeredRace: none succeeded (2 sub-exceptions): java.io.IOException: early;"
                      + " java.io.IOException: late");
          assertThat(failure.exceptions())
              .extracting(Throwable::getMessage)
              .containsExactly("early", "late");
          assertThatThrownBy(() -> staggeredRace(null, List.of()))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("staggeredRace: nothing to run; give at least one body");
        });
    assertThat(t.errors()).isEmpty();
  }

  @Test
  void oneThatIsCancelledByHandMakesRoomForTheNext(TestLoop t) {
    t.run(
        () -> {
          Callable<String> quits =
              () -> {
                Aio.currentTask().orElseThrow().cancel();
                return Aio.<String>newPromise().join();
              };
          assertThat(staggeredRace(null, quits, after(1, "b"))).isEqualTo("b");
          assertThatThrownBy(() -> staggeredRace(null, quits, quits))
              .isInstanceOf(CancelledError.class)
              .hasMessage("staggeredRace: all 2 were cancelled");
        });
  }

  @Test
  void aFatalFailureCancelsTheOthersAndIsThrown() {
    try (var t = TestLoop.virtual()) {
      assertThatThrownBy(
              () ->
                  t.run(
                      () ->
                          staggeredRace(
                              ofMillis(5),
                              noted(t, "a", after(1_000, "a")),
                              () -> {
                                throw new ExitRequest(3);
                              })))
          .isInstanceOf(ExitRequest.class);
      assertThat(t.trail()).contains("a cancelled@5");
    }
  }

  @Test
  void attemptsThatBeginLaterHaveTheContextAndAreChildrenOfTheCaller(TestLoop t) {
    ContextVar<String> who = ContextVar.create("who", "nobody");
    t.run(
        () -> {
          who.set("caller");
          var caller = Aio.currentTask().orElseThrow();
          String seen =
              staggeredRace(
                  ofMillis(5),
                  () -> Aio.<String>newPromise().join(),
                  () -> {
                    assertThat(Aio.currentTask().orElseThrow().parent()).contains(caller);
                    yieldNow();
                    return who.get();
                  });
          assertThat(seen).isEqualTo("caller");
        });
  }
}
