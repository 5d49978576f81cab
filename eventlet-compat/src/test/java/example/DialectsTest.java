package example;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.AsyncTimeoutException;
import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.LoopFuture;
import io.greenloop.Task;
import io.greenloop.eventlet.Eventlet;
import io.greenloop.gevent.Gevent;
import io.greenloop.gevent.Queue;
import io.greenloop.greenlet.Greenlet;
import io.greenloop.greenlet.GreenletError;
import io.greenloop.greenlet.GreenletExit;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Code of each kind waits for code of each other kind, on one loop, and ends it. The pairs with
 * suspend code stand among the examples.
 */
class DialectsTest {
  /** Code that runs, and how its own kind ends it. */
  private record Running(LoopFuture<String> result, Runnable end) {}

  private enum Kind {
    TASK(CancelledError.class, AsyncTimeoutException.class) {
      @Override
      Running start(Callable<String> body) {
        Task<String> task = Aio.spawn(body);
        return new Running(task, task::cancel);
      }

      @Override
      String within(Duration limit, Callable<String> body) {
        return Aio.timeout(limit, body);
      }
    },

    GREENLET(CancelledError.class, AsyncTimeoutException.class) {
      @Override
      Running start(Callable<String> body) {
        Task<String> host = Aio.spawn(() -> (String) new Greenlet(no -> called(body)).switchTo());
        return new Running(host, host::cancel);
      }

      private static String called(Callable<String> body) {
        try {
          return body.call();
        } catch (RuntimeException thrown) {
          throw thrown;
        } catch (Exception checked) {
          throw new AssertionError(checked);
        }
      }

      @Override
      String within(Duration limit, Callable<String> body) {
        return Aio.timeout(limit, body);
      }
    },

    EVENTLET(GreenletExit.class, io.greenloop.eventlet.Timeout.class) {
      @Override
      Running start(Callable<String> body) {
        var thread = Eventlet.spawn(body);
        return new Running(thread.toFuture(), thread::kill);
      }

      @Override
      String within(Duration limit, Callable<String> body) {
        return Eventlet.<String>withTimeout(limit, body);
      }
    },

    GEVENT(GreenletExit.class, io.greenloop.gevent.Timeout.class) {
      @Override
      Running start(Callable<String> body) {
        var greenlet = Gevent.spawn(body);
        return new Running(greenlet.toFuture(), greenlet::kill);
      }

      @Override
      String within(Duration limit, Callable<String> body) {
        return Gevent.<String>withTimeout(limit, body);
      }
    };

    /** What it hears when it is ended. */
    final Class<? extends Throwable> exit;

    /** What its time limits throw. */
    final Class<? extends Throwable> over;

    Kind(Class<? extends Throwable> exit, Class<? extends Throwable> over) {
      this.exit = exit;
      this.over = over;
    }

    /** Runs {@code body} as code of this kind. */
    abstract Running start(Callable<String> body);

    /** Runs {@code body}, in code of this kind, with its kind of limit. */
    abstract String within(Duration limit, Callable<String> body);
  }

  private static Stream<Arguments> pairs() {
    return Stream.of(Kind.values())
        .flatMap(waits -> Stream.of(Kind.values()).map(works -> Arguments.of(waits, works)));
  }

  /** Sleeps, and notes what ends that early. */
  private static Callable<String> sleeper(TestLoop t) {
    return () -> {
      try {
        Aio.sleep(ofMillis(20));
        return "slept";
      } catch (Throwable thrown) {
        t.note("ended by " + thrown.getClass().getSimpleName());
        throw thrown;
      }
    };
  }

  @ParameterizedTest(name = "{0} waits for {1}")
  @MethodSource("pairs")
  void oneWaitsForTheResultOfTheOther(Kind waits, Kind works) {
    try (TestLoop t = TestLoop.virtual()) {
      t.run(
          () -> {
            Running worker = works.start(sleeper(t));
            t.note(waits.start(() -> "it " + worker.result().join()).result().join());
          });
      assertThat(t.trail()).containsExactly("it slept@20");
    }
  }

  @ParameterizedTest(name = "{0} hears of the failure of {1}")
  @MethodSource("pairs")
  void oneHearsOfTheFailureOfTheOther(Kind waits, Kind works) {
    var failure = new IllegalStateException("no result");
    try (TestLoop t = TestLoop.virtual()) {
      t.run(
          () -> {
            Running worker =
                works.start(
                    () -> {
                      Aio.sleep(ofMillis(5));
                      throw failure;
                    });
            Running waiter = waits.start(worker.result()::join);
            assertThatThrownBy(waiter.result()::join).isSameAs(failure);
          });
      t.errors(); // eventlet and gevent report what a green thread throws
    }
  }

  @ParameterizedTest(name = "a limit of {0} ends a wait for {1}")
  @MethodSource("pairs")
  void aLimitOfOneEndsItsWaitAndTheOtherGoesOn(Kind waits, Kind works) {
    try (TestLoop t = TestLoop.virtual()) {
      t.run(
          () -> {
            Running worker = works.start(sleeper(t));
            waits
                .start(
                    () -> {
                      assertThatThrownBy(
                              () -> waits.within(ofMillis(5), Aio.shield(worker.result())::join))
                          .isInstanceOf(waits.over);
                      t.note("given up");
                      return worker.result().join();
                    })
                .result()
                .join();
            t.note(worker.result().join());
          });
      assertThat(t.trail()).containsExactly("given up@5", "slept@20");
    }
  }

  @ParameterizedTest(name = "{0} cancels {1}")
  @MethodSource("pairs")
  void aCancelArrivesAsTheEndThatTheOtherKindKnows(Kind waits, Kind works) {
    try (TestLoop t = TestLoop.virtual()) {
      t.run(
          () -> {
            Running worker = works.start(sleeper(t));
            waits
                .start(
                    () -> {
                      Aio.sleep(ofMillis(5));
                      worker.result().cancel();
                      assertThatThrownBy(worker.result()::join).isInstanceOf(CancelledError.class);
                      return "";
                    })
                .result()
                .join();
            Aio.yieldNow();
            Aio.yieldNow();
          });
      t.errors();
      assertThat(t.trail()).containsExactly("ended by " + works.exit.getSimpleName() + "@5");
    }
  }

  @ParameterizedTest(name = "{0} hears that {1} was killed")
  @MethodSource("pairs")
  void whoWaitsForOneThatItsOwnKindEndsHearsOfThat(Kind waits, Kind works) {
    try (TestLoop t = TestLoop.virtual()) {
      t.run(
          () -> {
            Running worker = works.start(sleeper(t));
            Running waiter =
                waits.start(
                    () -> {
                      assertThatThrownBy(worker.result()::join).isInstanceOf(works.exit);
                      t.note("heard");
                      return "";
                    });
            Aio.sleep(ofMillis(5));
            worker.end().run();
            waiter.result().join();
          });
      t.errors();
      assertThat(t.trail())
          .containsExactly("ended by " + works.exit.getSimpleName() + "@5", "heard@5");
    }
  }

  @ParameterizedTest(name = "{0} is ended while it waits for {1}")
  @MethodSource("pairs")
  void anEndOfAWaitIsPassedOnAsItsKindDoes(Kind waits, Kind works) {
    boolean passedOn = waits == Kind.TASK || waits == Kind.GREENLET; // as asyncio's; a kill is not
    try (TestLoop t = TestLoop.virtual()) {
      t.run(
          () -> {
            Running worker = works.start(sleeper(t));
            Running waiter = waits.start(worker.result()::join);
            Aio.sleep(ofMillis(5));
            waiter.end().run();
            assertThatThrownBy(waiter.result()::join).isInstanceOf(waits.exit);
            t.note("waiter ended");
            if (!passedOn) {
              t.note(worker.result().join());
            }
          });
      t.errors();
      assertThat(t.trail())
          .isEqualTo(
              passedOn
                  ? List.of("ended by " + works.exit.getSimpleName() + "@5", "waiter ended@5")
                  : List.of("waiter ended@5", "slept@20"));
    }
  }

  /** Where code of one loop leaves items for another loop. */
  private record Mailbox<T>(EventLoop loop, Queue<T> queue) {
    static <T> Mailbox<T> here() {
      return new Mailbox<>(Gevent.hub().eventLoop(), new Queue<>());
    }

    void send(T item) {
      loop.callSoonThreadsafe(() -> queue.offer(item));
    }

    void close() {
      loop.callSoonThreadsafe(queue::close);
    }
  }

  private record Question(String text, Mailbox<String> answer) {}

  @Test
  @RealTime
  void betweenLoopsWorkMovesThroughAChannelOfPosts() throws Exception {
    try (TestLoop here = TestLoop.real();
        TestLoop there = TestLoop.real()) {
      var door = new CompletableFuture<Mailbox<Question>>();
      Thread server = Thread.ofPlatform().start(() -> there.run(() -> serve(door)));
      here.run(
          () -> {
            Mailbox<Question> questions = door.get();
            Mailbox<String> answers = Mailbox.here();
            try (var _ = answers.loop().expectPosts()) {
              for (String text : new String[] {"a", "b", "c"}) {
                questions.send(new Question(text, answers));
                assertThat(answers.queue().get(ofSeconds(20))).isEqualTo("answer to " + text);
              }
            } finally {
              questions.close();
            }
          });
      server.join();
    }
  }

  private static void serve(CompletableFuture<Mailbox<Question>> door) {
    Mailbox<Question> questions = Mailbox.here();
    door.complete(questions);
    try (var _ = questions.loop().expectPosts()) {
      for (Question question : questions.queue()) {
        question.answer().send("answer to " + question.text());
      }
    }
  }

  @Test
  @RealTime
  void aSwitchToAGreenletOfAnotherLoopIsRefused() throws Exception {
    try (TestLoop here = TestLoop.real();
        TestLoop there = TestLoop.real()) {
      here.run(
          () -> {
            try (var stranger = new Greenlet(no -> "unreachable")) {
              var refused = new CompletableFuture<Throwable>();
              Thread other =
                  Thread.ofPlatform()
                      .start(
                          () ->
                              there.run(
                                  () -> {
                                    try {
                                      stranger.switchTo();
                                    } catch (GreenletError error) {
                                      refused.complete(error);
                                    }
                                    refused.complete(new AssertionError("it was switched to"));
                                  }));
              Aio.blocking(() -> other.join(ofSeconds(20)));
              assertThat(refused.join())
                  .isExactlyInstanceOf(GreenletError.class)
                  .hasMessageContaining("a greenlet cannot switch to a different host");
            }
          });
    }
  }
}
