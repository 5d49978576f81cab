package example;

import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.Promise;
import io.greenloop.TaskOptions;
import io.greenloop.greenlet.Greenlet;
import io.greenloop.inspect.CallGraph;
import io.greenloop.inspect.Stall;
import io.greenloop.inspect.Stalls;
import io.greenloop.inspect.TaskDump;
import io.greenloop.inspect.TaskDump.CoroutineEntry;
import io.greenloop.inspect.TaskDump.TaskEntry;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Greenlets in reports about their task. A package outside of ours: its frames are shown. */
class GreenletDumpTest {
  private final TestLoop t = TestLoop.virtual();

  @AfterEach
  void close() {
    t.close();
  }

  private static @Nullable Object away() {
    Greenlet parent = Greenlet.current().getParent();
    return parent == null ? null : parent.switchTo();
  }

  private static String waits(Promise<String> go) {
    return go.join();
  }

  private static TaskEntry entry(TaskDump dump, String name) {
    return dump.loops().getFirst().tasks().stream()
        .filter(task -> task.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> methods(List<StackTraceElement> stack) {
    return stack.stream().map(StackTraceElement::getMethodName).toList();
  }

  private static String nameOf(Greenlet g) {
    return "greenlet Greenlet@" + Integer.toHexString(System.identityHashCode(g));
  }

  @Test
  void aGreenletThatHasSwitchedAwayIsShownWithItsStack() {
    t.run(
        () -> {
          Promise<String> go = newPromise();
          var greenlets = new Greenlet[3];
          var host =
              spawn(
                  TaskOptions.named("host"),
                  () -> {
                    Arrays.setAll(greenlets, n -> new Greenlet(args -> away()));
                    for (Greenlet g : greenlets) {
                      g.switchTo();
                    }
                    greenlets[1].switchTo(); // ends
                    return waits(go);
                  });
          yieldNow();

          TaskDump here = TaskDump.capture(t.loop());
          TaskDump elsewhere = Aio.toThread(() -> TaskDump.capture(t.loop())).join();

          for (TaskDump dump : List.of(here, elsewhere)) {
            TaskEntry task = entry(dump, "host");
            assertThat(task.coroutine()).isNull();
            assertThat(methods(task.stack())).contains("waits").doesNotContain("away");
            assertThat(task.suspended())
                .extracting(CoroutineEntry::name)
                .containsExactly(nameOf(greenlets[0]), nameOf(greenlets[2]));
            assertThat(methods(task.suspended().getFirst().stack()))
                .startsWith("away")
                .doesNotContain("waits");
            assertThat(dump.text())
                .contains("suspended in it: " + nameOf(greenlets[2]) + "\n\t\tat example.Greenlet");
            assertThat(dump.json()).contains("\"suspended\":[{\"name\":\"" + nameOf(greenlets[0]));
          }
          go.complete("x");
          host.join();
        });
  }

  @Test
  void aTaskThatWaitsInsideAGreenletNamesItAndShowsItsFrames() {
    t.run(
        () -> {
          Promise<String> go = newPromise();
          var made = new CompletableFuture<Greenlet>();
          var host =
              spawn(
                  TaskOptions.named("host"),
                  () -> {
                    made.complete(new Greenlet(args -> waits(go)));
                    return made.join().switchTo();
                  });
          yieldNow();

          TaskEntry task = entry(TaskDump.capture(t.loop()), "host");
          assertThat(task.coroutine()).isEqualTo(nameOf(made.join()));
          assertThat(methods(task.stack())).contains("waits");
          assertThat(task.suspended()).isEmpty();
          assertThat(CallGraph.capture(host).frames().getFirst().getMethodName())
              .isEqualTo("waits");
          go.complete("x");
          host.join();
        });
  }

  @Test
  @RealTime // the watchdog looks by itself
  void aStallNamesTheGreenletThatHoldsTheLoop() throws Exception {
    var seen = new CompletableFuture<Stall>();
    var made = new CompletableFuture<Greenlet>();
    try (var _ =
        Stalls.onStall(
            ofMillis(100),
            stall -> {
              if (stall.loop() == t.loop()) {
                seen.complete(stall);
              }
            })) {
      t.run(
          () -> {
            new Greenlet(args -> "the first one loads classes").switchTo();
            made.complete(new Greenlet(args -> spins(seen)));
            yieldNow(); // what is held, is held from here on
            made.join().switchTo();
          });
    }
    assertThat(seen.join().coroutine()).contains(nameOf(made.join()));
    assertThat(seen.join().frames().getFirst().getMethodName()).isEqualTo("spins");
    assertThat(seen.join().toString()).contains(", in " + nameOf(made.join()) + ", nothing else");
  }

  private static String spins(CompletableFuture<Stall> seen) {
    while (!seen.isDone()) {
      Thread.onSpinWait(); // a wait would park the task, and hold nobody up
    }
    return "seen";
  }
}
