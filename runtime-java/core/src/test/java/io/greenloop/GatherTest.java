package io.greenloop;

import static io.greenloop.Aio.gather;
import static io.greenloop.Aio.gatherSettled;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GatherTest {
  private static Task<Integer> after(int millis, int value) {
    return spawn(
        () -> {
          sleep(ofMillis(millis));
          return value;
        });
  }

  private static Task<Integer> failsAfter(int millis, String message) {
    return spawn(
        () -> {
          sleep(ofMillis(millis));
          throw new IOException(message);
        });
  }

  private static Task<Integer> hangs() {
    return spawn(
        () -> {
          newPromise().join();
          return 0;
        });
  }

  @Test
  @Parity("TASK-20")
  void resultsComeInTheOrderOfTheArguments(TestLoop t) {
    t.run(
        () -> {
          LoopFuture<List<Integer>> all = gather(after(30, 1), after(10, 2), after(20, 3));
          t.note("gather does not wait");
          assertThat(all.join()).containsExactly(1, 2, 3);
          t.note("all");
        });

    assertThat(t.trail()).containsExactly("gather does not wait@0", "all@30");
  }

  @Test
  @Parity("TASK-20")
  void ofNothingIsDoneAtOnce(TestLoop t) {
    t.run(
        () -> {
          assertThat(gather(List.<Task<Integer>>of()).getNow()).isEmpty();
          assertThat(gatherSettled(List.<Task<Integer>>of()).getNow()).isEmpty();
        });
  }

  @Test
  @Parity({"TASK-20", "AC-tasks-the-rest.15"})
  void theSameOneTwiceRunsOnceAndItsValueIsRepeated(TestLoop t) {
    t.run(
        () -> {
          var once =
              spawn(
                  () -> {
                    t.note("ran");
                    return 7;
                  });
          assertThat(gather(List.of(once, once, after(1, 8), once)).join())
              .containsExactly(7, 7, 8, 7);
        });

    assertThat(t.trail()).containsExactly("ran@0");
  }

  @Test
  @Parity({"TASK-20", "AC-tasks-the-rest.15"})
  void futuresOfAnotherLoopAreRefused(TestLoop t) {
    try (var other = EventLoop.create(LoopOptions.defaults().withName("other"))) {
      Promise<Integer> foreign = other.newPromise();

      t.run(
          () ->
              assertThatThrownBy(() -> gather(List.of(foreign)))
                  .isInstanceOf(IllegalArgumentException.class)
                  .hasMessageMatching(
                      "ensureFuture: future@\\w+ \\(pending\\) belongs to loop 'other', not to loop"
                          + " 'loop-\\d+'"));
    }
  }

  @Test
  @Parity("TASK-20")
  void childrenThatAreDoneCountBeforeItReturns(TestLoop t) {
    t.run(
        () -> {
          Promise<Integer> done = newPromise();
          done.complete(1);
          assertThat(gather(List.of(done, done)).isDone()).isTrue();

          Promise<Integer> failed = newPromise();
          failed.completeExceptionally(new IOException("x"));
          assertThat(gather(List.of(newPromise(), failed)).exceptionNow()).hasMessage("x");
        });
  }

  @Test
  @Parity({"TASK-21", "AC-tasks-the-rest.13"})
  void theFirstFailureWinsTheOthersGoOnAndLaterFailuresAreConsumed(TestLoop t) {
    t.run(
        () -> {
          var slow =
              spawn(
                  () -> {
                    sleep(ofMillis(30));
                    t.note("slow ended");
                    return 1;
                  });
          assertThatThrownBy(gather(slow, failsAfter(10, "first"), failsAfter(20, "second"))::join)
              .isInstanceOf(IOException.class)
              .hasMessage("first");
          t.note("failed");
          assertThat(slow.join()).isEqualTo(1);
        });

    assertThat(t.trail()).containsExactly("failed@10", "slow ended@30");
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity({"TASK-20", "AC-tasks-the-rest.13"})
  void settledGivesAllOutcomesInOrder(TestLoop t) {
    t.run(
        () -> {
          var cancelled = hangs();
          t.loop().callLater(ofMillis(5), () -> cancelled.cancel("gone"));
          List<Outcome<Integer>> outcomes =
              gatherSettled(after(30, 1), failsAfter(10, "x"), cancelled).join();

          assertThat(outcomes.get(0)).isEqualTo(new Outcome<>(1, null));
          assertThat(outcomes.get(0).isFailure()).isFalse();
          assertThat(outcomes.get(0).getOrThrow()).isEqualTo(1);
          assertThat(outcomes.get(1).failure()).isInstanceOf(IOException.class).hasMessage("x");
          assertThatThrownBy(outcomes.get(1)::getOrThrow).hasMessage("x");
          assertThat(outcomes.get(2).failure()).isInstanceOf(CancelledError.class);
        });
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity({"TASK-22", "AC-tasks-the-rest.16"})
  void cancellingItCancelsEveryUnfinishedChild(TestLoop t) {
    t.run(
        () -> {
          var children = new ArrayList<Task<Integer>>();
          for (int i = 0; i < 3; i++) {
            int n = i;
            children.add(
                spawn(
                    () -> {
                      try {
                        newPromise().join();
                        return 0;
                      } catch (CancelledError cancel) {
                        t.note(n + " " + cancel.reason());
                        throw cancel;
                      }
                    }));
          }
          var done = after(0, 9);
          children.add(done);
          var all = gather(children);
          sleep(ofMillis(1));

          assertThat(all.cancel("stop")).isTrue();
          assertThat(all.isDone()).isFalse();

          var error = catchThrowableOfType(CancelledError.class, all::join);
          assertThat(error.reason()).isEqualTo("stop");
          assertThat(all.isCancelled()).isFalse();
          assertThat(all.exceptionNow()).isInstanceOf(CancelledError.class);
          assertThat(done.isCancelled()).isFalse();
        });

    // The plain form fails at the first child seen cancelled, and the main task ends then.
    assertThat(t.trail()).contains("0 stop@1");
  }

  @Test
  @Parity("TASK-22")
  void thePlainFormFailsAtTheFirstChildSeenCancelled(TestLoop t) {
    t.run(
        () -> {
          var quick = hangs();
          var slow =
              spawn(
                  () -> {
                    try {
                      newPromise().join();
                    } finally {
                      sleep(ofMillis(50));
                      t.note("slow cleanup");
                    }
                    return 1;
                  });
          var all = gather(quick, slow);
          yieldNow();
          all.cancel();
          assertThatThrownBy(all::join).isInstanceOf(CancelledError.class);
          t.note("gather ended");
          catchThrowable(slow::join);
        });

    assertThat(t.trail()).containsExactly("gather ended@0", "slow cleanup@50");
  }

  @Test
  @Parity("TASK-22")
  void settledWaitsForAllAndThenStillThrowsTheCancel(TestLoop t) {
    t.run(
        () -> {
          var quick = hangs();
          var slow =
              spawn(
                  () -> {
                    try {
                      newPromise().join();
                    } finally {
                      sleep(ofMillis(50));
                    }
                    return 1;
                  });
          var all = gatherSettled(List.of(quick, slow));
          yieldNow();
          all.cancel("enough");
          var error = catchThrowableOfType(CancelledError.class, all::join);
          assertThat(error.reason()).isEqualTo("enough");
          assertThat(all.isCancelled()).isFalse();
          t.note("ended");
        });

    assertThat(t.trail()).containsExactly("ended@50");
  }

  @Test
  @Parity({"TASK-22", "AC-tasks-the-rest.14"})
  void aChildCancelledFromElsewhereCountsAsAnErrorAndLeavesItsSiblingsAlone(TestLoop t) {
    t.run(
        () -> {
          var victim = hangs();
          var sibling = after(20, 2);
          var all = gather(victim, sibling);
          yieldNow();
          victim.cancel();

          assertThatThrownBy(all::join).isInstanceOf(CancelledError.class);
          assertThat(all.isCancelled()).isFalse();
          assertThat(sibling.isDone()).isFalse();
          assertThat(sibling.join()).isEqualTo(2);
        });
  }

  @Test
  @Parity({"TASK-22", "AC-tasks-the-rest.12"})
  void cancellingItOnceAllChildrenAreDoneIsRefused(TestLoop t) {
    t.run(
        () -> {
          var a = after(0, 1);
          var all = gather(List.of(a));
          yieldNow();
          yieldNow();
          yieldNow();
          assertThat(a.isDone()).isTrue();

          assertThat(all.cancel()).isFalse();

          assertThat(all.join()).containsExactly(1);
        });
  }

  @Test
  @Parity("AC-tasks-the-rest.12")
  void aTaskThatLoopsOverSettledGathersStillEndsOnCancel(TestLoop t) {
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    while (true) {
                      gatherSettled(List.of(after(10, 1), hangs())).join();
                    }
                  });
          sleep(ofMillis(5));
          task.cancel("my message");

          var error = catchThrowableOfType(CancelledError.class, task::join);
          assertThat(error.reason()).isEqualTo("my message");
          assertThat(task.isCancelled()).isTrue();
        });
  }

  @Test
  @Parity("CTX-3")
  void childrenHaveContextsOfTheirOwn(TestLoop t) {
    ContextVar<String> var = ContextVar.create("v", "default");
    t.run(
        () -> {
          var.set("parent");
          var a =
              spawn(
                  () -> {
                    t.note(var.get());
                    return var.set("a");
                  });
          var b =
              spawn(
                  () -> {
                    t.note(var.get());
                    return var.set("b");
                  });
          gather(a, b).join();
          t.note(var.get());
        });

    assertThat(t.trail()).containsExactly("parent@0", "parent@0", "parent@0");
  }
}
