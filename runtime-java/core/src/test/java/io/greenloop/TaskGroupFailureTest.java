package io.greenloop;

import static io.greenloop.Aio.currentTask;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskGroupFailureTest {
  private static ThrowingRunnable failsAfter(int millis, Throwable failure) {
    return () -> {
      sleep(ofMillis(millis));
      throw Unchecked.raise(failure);
    };
  }

  private static ThrowingRunnable failsWhenCancelled(int millis, Throwable failure) {
    return () -> {
      try {
        newPromise().join();
      } catch (CancelledError cancel) {
        sleep(ofMillis(millis));
        throw Unchecked.raise(failure);
      }
    };
  }

  private static ExceptionGroup groupOf(TaskGroup.VoidBody body) {
    return catchThrowableOfType(ExceptionGroup.class, () -> TaskGroup.run(body));
  }

  @Test
  @Parity({"TG-3", "TG-6", "AC-taskgroups.3"})
  void aFailingChildCancelsItsSiblingsAndTheBody(TestLoop t) {
    t.run(
        () -> {
          var group =
              groupOf(
                  g -> {
                    g.spawn(failsAfter(10, new IOException("bad")));
                    g.spawn(
                        () -> {
                          try {
                            newPromise().join();
                          } finally {
                            t.note("sibling cancelled");
                          }
                        });
                    try {
                      sleep(ofMillis(100));
                    } finally {
                      t.note("body cancelled");
                    }
                    t.note("never");
                  });
          t.note("end");
          assertThat(group)
              .hasMessage(
                  "TaskGroup: unhandled failures (1 sub-exception): java.io.IOException: bad");
          assertThat(group.exceptions()).extracting(Throwable::getMessage).containsExactly("bad");
          assertThat(currentTask().orElseThrow().cancelRequests()).isZero();
          sleep(ofMillis(1));
        });

    assertThat(t.trail())
        .containsExactlyInAnyOrder("sibling cancelled@10", "body cancelled@10", "end@10");
    assertThat(t.trail().getLast()).isEqualTo("end@10");
  }

  @Test
  @Parity("TG-3")
  void furtherFailuresAreCollectedInOrderOfCompletionTheBodysLast(TestLoop t) {
    t.run(
        () -> {
          var group =
              groupOf(
                  g -> {
                    g.spawn(failsWhenCancelled(20, new IOException("late")));
                    g.spawn(failsWhenCancelled(5, new IOException("early")));
                    g.spawn(failsAfter(10, new IOException("first")));
                    try {
                      sleep(ofMillis(100));
                    } catch (CancelledError cancel) {
                      throw new IllegalStateException("body");
                    }
                  });
          assertThat(group.exceptions())
              .extracting(Throwable::getMessage)
              .containsExactly("first", "early", "late", "body");
        });
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity("TG-3")
  void aChildFailingWhileTheGroupEndsDoesNotCancelTheParent(TestLoop t) {
    t.run(
        () -> {
          var group =
              groupOf(
                  g -> {
                    g.spawn(failsAfter(10, new IOException("late")));
                    g.spawn(() -> newPromise().join());
                  });
          assertThat(group.exceptions()).hasSize(1);
          assertThat(currentTask().orElseThrow().cancelRequests()).isZero();
          sleep(ofMillis(1));
        });
  }

  @Test
  @Parity({"TG-7", "AC-taskgroups.6"})
  void aFailingBodyCancelsTheChildrenAndComesInAGroup(TestLoop t) {
    t.run(
        () -> {
          var group =
              groupOf(
                  g -> {
                    g.spawn(
                        () -> {
                          try {
                            newPromise().join();
                          } finally {
                            sleep(ofMillis(10));
                            t.note("child ended");
                          }
                        });
                    yieldNow();
                    throw new IOException("body");
                  });
          t.note("end");
          assertThat(group.exceptions()).extracting(Throwable::getMessage).containsExactly("body");
        });

    assertThat(t.trail()).containsExactly("child ended@10", "end@10");
  }

  @Test
  @Parity("TG-7")
  void aBodyThatThrowsACancelIsCancelledNotFailed(TestLoop t) {
    t.run(
        () -> {
          assertThatThrownBy(
                  () ->
                      TaskGroup.run(
                          (TaskGroup.VoidBody)
                              g -> {
                                g.spawn(() -> newPromise().join());
                                throw new CancelledError("by itself");
                              }))
              .isInstanceOf(CancelledError.class)
              .hasMessage("by itself");
        });
  }

  @Test
  @Parity({"TG-9", "TG-12", "AC-taskgroups.7"})
  void anInnerFailureNestsAnOuterOneIsFlat(TestLoop t) {
    t.run(
        () -> {
          var nested =
              groupOf(
                  outer -> {
                    TaskGroup.run(
                        inner -> {
                          inner.spawn(failsAfter(10, new IOException("inner")));
                          sleep(ofMillis(100));
                        });
                  });
          assertThat(nested.exceptions()).hasSize(1);
          var inner = (ExceptionGroup) nested.exceptions().getFirst();
          assertThat(inner.exceptions()).extracting(Throwable::getMessage).containsExactly("inner");

          var flat =
              groupOf(
                  outer -> {
                    outer.spawn(failsAfter(10, new IOException("outer")));
                    TaskGroup.run(
                        g -> {
                          g.spawn(() -> newPromise().join());
                          sleep(ofMillis(100));
                        });
                  });
          assertThat(flat.exceptions()).extracting(Throwable::getMessage).containsExactly("outer");
          assertThat(currentTask().orElseThrow().cancelRequests()).isZero();
        });
  }

  @Test
  @Parity({"TG-9", "AC-taskgroups.5"})
  void nestedGroupsThatBothFailTakeBackJustTheirOwnCancel(TestLoop t) {
    t.run(
        () -> {
          var group =
              groupOf(
                  outer -> {
                    outer.spawn(failsAfter(10, new IOException("outer")));
                    TaskGroup.run(
                        inner -> {
                          inner.spawn(failsAfter(10, new IOException("inner")));
                          inner.spawn(failsWhenCancelled(5, new IOException("inner cleanup")));
                          sleep(ofMillis(100));
                        });
                  });
          assertThat(group.exceptions()).hasSize(2);
          assertThat(group.exceptions().get(0)).hasMessage("outer");
          assertThat(((ExceptionGroup) group.exceptions().get(1)).exceptions())
              .extracting(Throwable::getMessage)
              .containsExactly("inner", "inner cleanup");
          assertThat(currentTask().orElseThrow().cancelRequests()).isZero();
          sleep(ofMillis(1));
        });
  }

  @Test
  @Parity({"TG-9", "AC-taskgroups.13"})
  void aChildsErrorAndOneFromAnInnerScopesEndAreBothInTheGroup(TestLoop t) {
    t.run(
        () -> {
          var group =
              groupOf(
                  g -> {
                    g.spawn(failsAfter(0, new IOException("child")));
                    try {
                      sleep(ofMillis(100));
                    } finally {
                      closeBadly();
                    }
                  });
          assertThat(group.exceptions())
              .extracting(Throwable::getMessage)
              .containsExactly("child", "close");
          assertThat(currentTask().orElseThrow().cancelRequests()).isZero();
        });
  }

  private static void closeBadly() {
    throw new IllegalStateException("close");
  }

  @Test
  @Parity("AC-taskgroups.9")
  void aBodyThatTurnsTheCancelIntoAnotherErrorIsCollectedWithTheChilds(TestLoop t) {
    t.run(
        () -> {
          var group =
              groupOf(
                  g -> {
                    g.spawn(failsAfter(10, new IOException("child")));
                    try {
                      newPromise().join();
                    } catch (CancelledError cancel) {
                      throw new IllegalArgumentException("turned");
                    }
                  });
          assertThat(group.exceptions())
              .extracting(Throwable::getMessage)
              .containsExactly("child", "turned");
        });
  }

  @Test
  @Parity({"TG-8", "AC-taskgroups.10"})
  void otherErrorsThanExceptionsAreGroupedToo(TestLoop t) {
    t.run(
        () -> {
          var group =
              groupOf(
                  g -> {
                    g.spawn(failsAfter(10, new AssertionError("not an Exception")));
                    newPromise().join();
                  });
          assertThat(group.exceptions())
              .extracting(Throwable::getMessage)
              .containsExactly("not an Exception");
        });
  }

  @Test
  @Parity({"TG-8", "AC-taskgroups.10"})
  void aFatalErrorOfAChildIsThrownBareAfterAllChildrenEnded() {
    var t = TestLoop.virtual();
    assertThatThrownBy(
            () ->
                t.run(
                    () -> {
                      try {
                        TaskGroup.run(
                            g -> {
                              g.spawn(failsWhenCancelled(5, new IOException("dropped")));
                              g.spawn(failsAfter(10, new ExitRequest(3)));
                              newPromise().join();
                            });
                      } catch (Throwable thrown) {
                        t.note(thrown.getClass().getSimpleName());
                        throw thrown;
                      }
                    }))
        .isInstanceOf(ExitRequest.class);

    assertThat(t.trail()).containsExactly("ExitRequest@15");
    assertThat(t.errors()).isEmpty();
    t.close();
  }

  @Test
  @Parity({"TG-8", "AC-taskgroups.10"})
  void aFatalErrorOfTheBodyIsThrownBare() {
    var t = TestLoop.virtual();
    assertThatThrownBy(
            () ->
                t.run(
                    () ->
                        TaskGroup.run(
                            (TaskGroup.VoidBody)
                                g -> {
                                  g.spawn(
                                      () -> {
                                        try {
                                          newPromise().join();
                                        } finally {
                                          sleep(ofMillis(5));
                                          t.note("child ended");
                                        }
                                      });
                                  yieldNow();
                                  throw new ExitRequest(4);
                                })))
        .isInstanceOf(ExitRequest.class);

    assertThat(t.trail()).containsExactly("child ended@5");
    t.close();
  }

  @Test
  @Parity("TG-12")
  void handleTakesAGroupApartByType(TestLoop t) {
    t.run(
        () ->
            assertThatThrownBy(
                    () ->
                        ExceptionGroups.handle(
                            () ->
                                TaskGroup.run(
                                    g -> {
                                      g.spawn(failsAfter(0, new IOException("io")));
                                      g.spawn(failsAfter(0, new IllegalStateException("left")));
                                      newPromise().join();
                                    }),
                            ExceptionGroups.on(
                                IOException.class,
                                io -> t.note(List.copyOf(io.exceptions()).toString()))))
                .isInstanceOf(ExceptionGroup.class)
                .hasMessageStartingWith("TaskGroup: unhandled failures (1 sub-exception): "));

    assertThat(t.trail()).containsExactly("[java.io.IOException: io]@0");
  }
}
