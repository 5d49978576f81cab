package io.greenloop;

import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.timeout;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.sync.Queue;
import io.greenloop.testing.GreenloopTest;
import io.greenloop.testing.TestLoop;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a printed stack shows: the user's lines, and which of our functions they called. */
@GreenloopTest
class TraceTest {
  private static int fetch() {
    throw new IllegalStateException("no answer");
  }

  private static int both() {
    return spawn(TaskOptions.named("left"), TraceTest::fetch).join();
  }

  private static Throwable thrownBy(TestLoop t, ThrowingRunnable main) {
    return catchThrowable(() -> t.run(main));
  }

  /** The frames without their lines, and without what lies below this test. */
  private static List<String> shown(Throwable failure) {
    return Arrays.stream(failure.getStackTrace())
        .map(Object::toString)
        .takeWhile(frame -> !frame.contains("thrownBy"))
        .map(
            frame ->
                frame.replaceAll("\\.java:\\d+", "").replaceAll("lambda\\$\\w+\\$\\d+", "lambda"))
        .map(frame -> frame.replace("app//", "").replace("io.greenloop.", ""))
        .toList();
  }

  @Test
  void aFailureShowsTheLinesOfTheUserAndWhoAwaitedIt(TestLoop t) {
    Throwable failure =
        thrownBy(
            t,
            () -> {
              currentTask().setName("main");
              both();
            });

    assertThat(shown(failure))
        .containsExactly(
            "TraceTest.fetch(TraceTest)",
            "awaited.by(task 'main')",
            "TraceTest.both(TraceTest)",
            "TraceTest.lambda(TraceTest)",
            "awaited.by(thread '" + Thread.currentThread().getName() + "')",
            "testing.TestLoop.run(TestLoop)");
  }

  @Test
  void ofOurFunctionsTheOnesThatTheUserCalledAreShown(TestLoop t) {
    Throwable failure = thrownBy(t, () -> timeout(ofMillis(5), () -> sleep(ofSeconds(1))));

    assertThat(shown(failure).subList(0, 3))
        .containsExactly(
            "Aio.timeout(Aio)",
            "TraceTest.lambda(TraceTest)",
            "awaited.by(thread '" + Thread.currentThread().getName() + "')");
    assertThat(shown(failure.getCause()))
        .containsExactly(
            "Aio.sleep(Aio)",
            "TraceTest.lambda(TraceTest)",
            "Aio.timeout(Aio)",
            "TraceTest.lambda(TraceTest)");
  }

  @Test
  void aDeadLockBeginsAtTheWaitOfTheUser(TestLoop t) {
    Throwable failure = thrownBy(t, () -> new Queue<Integer>().get());

    assertThat(shown(failure).subList(0, 2))
        .containsExactly("sync.Queue.get(Queue)", "TraceTest.lambda(TraceTest)");
  }

  @Test
  void theFailuresOfAGroupAreReadableToo(TestLoop t) {
    Throwable failure =
        thrownBy(t, () -> TaskGroup.run(group -> group.spawn(TraceTest::fetch).join()));

    assertThat(shown(failure).subList(0, 2))
        .containsExactly("TaskGroup.run(TaskGroup)", "TraceTest.lambda(TraceTest)");
    assertThat(shown(failure.getSuppressed()[0]))
        .startsWith("TraceTest.fetch(TraceTest)")
        .noneMatch(frame -> frame.contains("Strand"));
  }

  @Test
  void aRefusalOfOursKeepsItsOwnLines(TestLoop t) {
    Throwable failure = thrownBy(t, () -> newPromise().getNow());

    assertThat(shown(failure).getFirst()).startsWith("LoopFuture.");
  }

  @Test
  void debugModeLeavesTracesWhole(TestLoop t) {
    t.loop().setDebug(true);

    Throwable failure = thrownBy(t, TraceTest::both);

    assertThat(shown(failure))
        .contains("StackfulTask.runBody(StackfulTask)", "Runs.untilDone(Runs)");
  }

  private static Task<?> currentTask() {
    return Aio.currentTask().orElseThrow();
  }
}
