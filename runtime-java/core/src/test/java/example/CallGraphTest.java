package example;

import static io.greenloop.Aio.gather;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.shield;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.timeout;
import static io.greenloop.Aio.waitUntil;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.LoopFuture;
import io.greenloop.Promise;
import io.greenloop.Task;
import io.greenloop.TaskGroup;
import io.greenloop.TaskOptions;
import io.greenloop.WaitMode;
import io.greenloop.coroutine.Generator;
import io.greenloop.inspect.Awaits;
import io.greenloop.inspect.CallGraph;
import io.greenloop.sync.Lock;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who waits for whom, through every primitive. A package outside of ours: its frames are shown. */
class CallGraphTest {
  /** {@code inner <- [outer <- [main]]}: names only. */
  private static String names(CallGraph graph) {
    String name = graph.future() instanceof Task<?> task ? task.name() : "future";
    return graph.awaitedBy().isEmpty()
        ? name
        : name + " <- " + graph.awaitedBy().stream().map(CallGraphTest::names).toList();
  }

  private static String names(LoopFuture<?> future) {
    return names(CallGraph.capture(future));
  }

  private static List<String> methods(CallGraph graph) {
    return graph.frames().stream().map(StackTraceElement::getMethodName).toList();
  }

  private static void nameMain() {
    Aio.currentTask().orElseThrow().setName("main");
  }

  /** A task that ends when {@code go} is done. */
  private static Task<String> waiter(String name, Promise<String> go) {
    return spawn(TaskOptions.named(name), () -> go.join());
  }

  // ---- edges -------------------------------------------------------------------------------

  @Test
  @Parity("AC-graph.1")
  void joinsAreEdgesAndGoneOnceDone(TestLoop t) {
    t.run(
        () -> {
          nameMain();
          Promise<String> go = newPromise();
          var inner = waiter("inner", go);
          var outer = spawn(TaskOptions.named("outer"), () -> inner.join());
          yieldNow();

          assertThat(names(go)).isEqualTo("future <- [inner <- [outer]]");
          assertThat(names(inner)).isEqualTo("inner <- [outer]");

          go.complete("x");
          outer.join();
          assertThat(names(go)).isEqualTo("future");
          assertThat(names(inner)).isEqualTo("inner");
        });
  }

  @Test
  @Parity("AC-graph.1")
  void membersOfAGatherAreAwaitedByWhoeverJoinsIt(TestLoop t) {
    t.run(
        () -> {
          nameMain();
          Promise<String> go = newPromise();
          var left = waiter("left", go);
          var right = waiter("right", go);
          var all = gather(left, right);
          var seen = new ArrayList<String>();
          t.loop()
              .callLater(
                  ofSeconds(1),
                  () -> {
                    seen.add(names(left));
                    seen.add(names(right));
                    seen.add(names(all));
                    go.complete("x");
                  });
          all.join();

          assertThat(seen).containsExactly("left <- [main]", "right <- [main]", "future <- [main]");
          assertThat(names(left)).isEqualTo("left");
        });
  }

  @Test
  @Parity("AC-graph.1")
  void theChildrenOfAGroupAreAwaitedByItsTask(TestLoop t) {
    t.run(
        () -> {
          nameMain();
          Promise<String> go = newPromise();
          var seen = new ArrayList<String>();
          var children = new ArrayList<Task<?>>();
          TaskGroup.run(
              group -> {
                children.add(group.spawn(TaskOptions.named("a"), () -> go.join()));
                children.add(group.spawn(TaskOptions.named("b"), () -> go.join()));
                t.loop()
                    .callLater(
                        ofSeconds(1),
                        () -> {
                          seen.add(names(children.get(0)));
                          seen.add(names(children.get(1)));
                          go.complete("x");
                        });
              });

          assertThat(seen).containsExactly("a <- [main]", "b <- [main]");
          assertThat(names(children.get(0))).isEqualTo("a");
        });
  }

  @Test
  @Parity("AC-graph.1")
  void aShieldATimeoutAndAWaitPassTheEdgeOn(TestLoop t) {
    t.run(
        () -> {
          nameMain();
          Promise<String> go = newPromise();
          var inner = waiter("inner", go);
          var shielded = spawn(TaskOptions.named("shields"), () -> shield(inner).join());
          var timed =
              spawn(TaskOptions.named("times"), () -> timeout(ofSeconds(9), () -> inner.join()));
          var waits =
              spawn(
                  TaskOptions.named("waits"),
                  () -> waitUntil(WaitMode.ALL_COMPLETED, null, List.of(inner)));
          sleep(ofSeconds(1));

          assertThat(names(inner)).isEqualTo("inner <- [shields, times, waits]");

          go.complete("x");
          gather(List.of(shielded, timed, waits)).join();
          assertThat(names(inner)).isEqualTo("inner");
        });
  }

  @Test
  @Parity("AC-graph.1")
  void aGeneratorDrivenAsATaskWaitsLikeAnyOther(TestLoop t) {
    t.run(
        () -> {
          nameMain();
          Promise<String> go = newPromise();
          var inner = waiter("inner", go);
          var driven =
              Aio.coroutine(
                  Generator.<Object, Object, String>of(
                      yielder -> {
                        yielder.yieldValue(inner);
                        return "done";
                      }));
          driven.setName("driven");
          sleep(ofSeconds(1));

          assertThat(names(inner)).isEqualTo("inner <- [driven]");
          go.complete("x");
          assertThat(driven.join()).isEqualTo("done");
        });
  }

  @Test
  @Parity("AC-graph.1")
  void whoWaitsForALockWaitsForItsHolder(TestLoop t) {
    t.run(
        () -> {
          nameMain();
          var lock = new Lock();
          Promise<String> go = newPromise();
          var holder =
              spawn(
                  TaskOptions.named("holder"),
                  () -> {
                    try (var _ = lock.acquire()) {
                      return go.join();
                    }
                  });
          var next =
              spawn(
                  TaskOptions.named("next"),
                  () -> {
                    lock.acquire().close();
                    return null;
                  });
          yieldNow();

          assertThat(names(holder)).isEqualTo("holder <- [next]");
          go.complete("x");
          next.join();
          assertThat(names(holder)).isEqualTo("holder");
        });
  }

  @Test
  @Parity("INT-3")
  void anAuthorOfAPrimitiveLinksWhatOurWaitsDoNotShow(TestLoop t) {
    t.run(
        () -> {
          nameMain();
          Promise<String> external = newPromise();
          Promise<String> go = newPromise();
          var waiter = waiter("waiter", go);
          var link = Awaits.link(external, waiter);
          assertThat(names(external)).isEqualTo("future <- [waiter]");
          link.close();
          assertThat(names(external)).isEqualTo("future");

          Awaits.link(external, waiter);
          external.complete("x");
          assertThat(names(external)).isEqualTo("future");

          Promise<String> other = newPromise();
          Awaits.link(other, waiter);
          go.complete("x");
          waiter.join();
          assertThat(names(other)).isEqualTo("future");
        });
  }

  // ---- stacks ------------------------------------------------------------------------------

  private static CallGraph captureHere(int depth, int limit) {
    return CallGraph.capture(Aio.currentTask().orElseThrow(), depth, limit);
  }

  @Test
  @Parity("INT-1")
  void theStackIsThatOfTheUsersCodeInnermostFirst(TestLoop t) {
    t.run(
        () -> {
          assertThat(methods(captureHere(0, Integer.MAX_VALUE)).getFirst())
              .isEqualTo("captureHere");
          assertThat(methods(captureHere(1, Integer.MAX_VALUE)).getFirst())
              .startsWith("lambda$theStack");
          var all = methods(captureHere(0, Integer.MAX_VALUE));
          assertThat(methods(captureHere(0, 1))).isEqualTo(all.subList(0, 1));
          assertThat(methods(captureHere(0, -1)))
              .isEqualTo(all.subList(all.size() - 1, all.size()));
          assertThat(methods(captureHere(0, 0))).isEmpty();
          assertThat(captureHere(0, 99).frames())
              .noneMatch(frame -> frame.getClassName().startsWith("io.greenloop."));
          assertThatThrownBy(() -> captureHere(-1, 1))
              .hasMessage("CallGraph.capture: depth = -1 (expected >= 0)");
        });
  }

  @Test
  @Parity("INT-1")
  void withoutATaskThereIsNoGraphWithoutALoopAnError(TestLoop t) {
    var seen = new ArrayList<>();
    t.run(
        () -> {
          nameMain();
          seen.add(names(CallGraph.capture()));
          t.loop().callSoon(() -> seen.add(CallGraph.capture()));
          yieldNow();
        });

    assertThat(seen).containsExactly("main", null);
    assertThatThrownBy(CallGraph::capture)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("no event loop runs in thread");
  }

  @Test
  @Parity("INT-2")
  void theTextIsATreeFromTheFutureOutwards(TestLoop t) {
    t.run(
        () -> {
          nameMain();
          Promise<String> go = newPromise();
          var inner = waiter("inner", go);
          var first = spawn(TaskOptions.named("first"), () -> inner.join());
          spawn(TaskOptions.named("second"), () -> first.join());
          spawn(TaskOptions.named("third"), () -> gather(first, inner).join());
          yieldNow();
          yieldNow();
          CallGraph graph = CallGraph.capture(inner, 0, 0);

          assertThat(graph.format())
              .isEqualTo(
                  """
                  * task 'inner' (pending)
                    + Awaited by:
                      * task 'first' (pending)
                        + Awaited by:
                          * task 'second' (pending)
                          * task 'third' (pending)
                      * task 'third' (pending) (shown above)\
                  """);
          var bytes = new ByteArrayOutputStream();
          graph.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
          assertThat(bytes.toString(StandardCharsets.UTF_8).stripTrailing())
              .isEqualTo(graph.format());
          assertThat(CallGraph.capture(inner, 0, 1).format())
              .startsWith("* task 'inner' (pending)\n  + Call stack:\n  |   at example.CallGraph");
          go.complete("x");
        });
  }

  // ---- shapes ------------------------------------------------------------------------------

  @Test
  @Parity("AC-graph.2")
  void aCircleComesBackToTheSameNodeAndIsNamedInTheText(TestLoop t) {
    t.run(
        () -> {
          nameMain();
          var tasks = new ArrayList<Task<Object>>();
          tasks.add(spawn(TaskOptions.named("left"), () -> tasks.get(1).join()));
          tasks.add(spawn(TaskOptions.named("right"), () -> tasks.get(0).join()));
          yieldNow();
          CallGraph left = CallGraph.capture(tasks.getFirst(), 0, 0);

          assertThat(left.awaitedBy().getFirst().awaitedBy()).containsExactly(left);
          assertThat(left.format())
              .isEqualTo(
                  """
                  * task 'left' (pending)
                    + Awaited by:
                      * task 'right' (pending)
                        + Awaited by:
                          * task 'left' (pending) (a circle: it is named above)\
                  """);
        });
  }

  @Test
  @Parity("AC-graph.2")
  void aDeepChainIsNoDeepStack(TestLoop t) {
    t.run(
        () -> {
          Promise<Object> go = newPromise();
          LoopFuture<Object> last = go;
          for (int i = 0; i < 10_000; i++) {
            LoopFuture<Object> before = last;
            last = spawn(() -> before.join());
          }
          yieldNow();
          CallGraph graph = CallGraph.capture(go, 0, 0);
          int length = 0;
          for (CallGraph at = graph; !at.awaitedBy().isEmpty(); at = at.awaitedBy().getFirst()) {
            length++;
          }

          assertThat(length).isEqualTo(10_000);
          assertThat(graph.format()).contains("* task ");
          go.complete("x");
          last.join();
        });
  }
}
