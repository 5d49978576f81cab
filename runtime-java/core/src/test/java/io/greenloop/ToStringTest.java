package io.greenloop;

import static io.greenloop.Aio.gather;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.shield;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.sync.Barrier;
import io.greenloop.sync.Condition;
import io.greenloop.sync.Event;
import io.greenloop.sync.Lock;
import io.greenloop.sync.Queue;
import io.greenloop.sync.Semaphore;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What a log line with one of our objects in it tells. */
@Parity("INT-6")
class ToStringTest {
  @Test
  void tasksTellTheirNameAndState(TestLoop t) {
    t.run(
        () -> {
          var task = spawn(TaskOptions.named("fetch"), () -> newPromise().join());
          yieldNow();
          assertThat(task).hasToString("task 'fetch' (pending)");
          task.cancel();
          yieldNow();
          yieldNow();
          assertThat(task).hasToString("task 'fetch' (cancelled)");
        });
  }

  @Test
  void inDebugModeTheMainTaskIsMadeWhereTheRunWasCalled() {
    String[] main = new String[1];

    Aio.run(
        RunOptions.DEFAULT.debug(true),
        () -> {
          main[0] = Aio.currentTask().orElseThrow().toString();
        });

    assertThat(main[0])
        .contains(
            "created at io.greenloop.ToStringTest.inDebugModeTheMainTaskIsMadeWhereTheRunWas");
  }

  @Test
  void inDebugModeTasksTellWhereTheyWereMade() {
    try (var t = TestLoop.virtual()) {
      t.loop().setDebug(true);
      t.run(
          () -> {
            var task = spawn(TaskOptions.named("fetch"), () -> "x");
            assertThat(task.toString())
                .startsWith(
                    "task 'fetch' (pending) created at io.greenloop.ToStringTest.lambda$inDebug")
                .containsPattern(Pattern.compile("\\(ToStringTest\\.java:\\d+\\)$"));
            task.join();
          });
    }
  }

  @Test
  void futuresTellTheirStateAndWhatTheyStandFor(TestLoop t) {
    t.run(
        () -> {
          var promise = newPromise();
          assertThat(promise.toString()).matches("future@[0-9a-f]+ \\(pending\\)");
          assertThat(gather(promise, promise)).hasToString("gather of 2 (pending)");
          assertThat(shield(promise).toString())
              .matches("shield of future@[0-9a-f]+ \\(pending\\)");
          promise.complete("x");
          assertThat(promise.toString()).endsWith(" (finished)");
        });
  }

  @Test
  void handlesTellWhatTheyCallAndWhetherTheyWillAnyMore(TestLoop t) {
    t.run(
        () -> {
          Runnable call = () -> {};
          Handle soon = t.loop().callSoon(call);
          Handle later = t.loop().callLater(ofSeconds(1), call);
          soon.cancel();
          assertThat(soon)
              .hasToString(
                  "callback in io.greenloop.ToStringTest (cancelled), scheduled by task 'Task-1'"
                      .replace("Task-1", Aio.currentTask().orElseThrow().name()));
          assertThat(later.toString())
              .startsWith("timer for callback in io.greenloop.ToStringTest");
          later.cancel();
        });
  }

  @Test
  void primitivesTellWhatTheyHaveAndWhoHasIt(TestLoop t) {
    var seen = new ArrayList<String>();
    t.run(
        () -> {
          Aio.currentTask().orElseThrow().setName("main");
          var lock = new Lock();
          var condition = new Condition(lock);
          var queue = new Queue<String>(3);
          queue.tryPut("x");
          note(seen, lock, new Event(), new Semaphore(2), queue, new Queue<>(), new Barrier(2));
          lock.acquire();
          var event = new Event();
          event.set();
          note(seen, lock, event, condition);
        });

    assertThat(seen)
        .containsExactly(
            "lock@ (free)",
            "event@ (not set)",
            "semaphore@ (2 free)",
            "queue@ (1 of 3 items)",
            "queue@ (0 items)",
            "barrier@ (filling, 0 of 2)",
            "lock@, held by task 'main'",
            "event@ (set)",
            "condition@ on lock@, held by task 'main'");
  }

  private static void note(List<String> seen, Object... things) {
    for (Object thing : things) {
      seen.add(thing.toString().replaceAll("@[0-9a-f]+", "@"));
    }
  }
}
