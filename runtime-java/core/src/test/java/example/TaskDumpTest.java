package example;

import static io.greenloop.Aio.gather;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.LoopOptions;
import io.greenloop.Promise;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.inspect.TaskDump;
import io.greenloop.internal.visit.Visits;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import io.greenloop.testing.VirtualClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All tasks of a loop at one moment. A package outside of ours: its frames are shown. */
class TaskDumpTest {
  private final TestLoop t =
      TestLoop.of(LoopOptions.defaults().withName("L").withClock(new VirtualClock()));

  @AfterEach
  void close() {
    t.close();
  }

  private static void nameMain() {
    Aio.currentTask().orElseThrow().setName("main");
  }

  /** Numbers and lines differ from run to run. */
  private static String general(String text) {
    return text.replaceAll("task \\d+ ", "task N ")
        .replaceAll("future@\\w+", "future@X")
        .replaceAll("\\.java:\\d+", ".java:N")
        .replaceAll("lambda\\$\\w+\\$\\d+", "lambda");
  }

  private void twoThatWait(Runnable look) {
    t.run(
        () -> {
          nameMain();
          Promise<String> go = newPromise();
          var inner = spawn(TaskOptions.named("inner"), () -> go.join());
          var outer = spawn(TaskOptions.named("outer"), () -> inner.join());
          yieldNow();
          look.run();
          go.complete("x");
          outer.join();
        });
  }

  @Test
  @Parity({"INT-4", "AC-graph.2"})
  void theTableHasALineATask() {
    var table = new ArrayList<String>();
    twoThatWait(() -> table.addAll(TaskDump.capture(t.loop()).table().lines().toList()));

    assertThat(table).hasSize(4);
    assertThat(table.get(0)).matches("LOOP +ID +NAME +DOES +AT +AWAITED BY");
    assertThat(table.get(1)).matches("L +\\d+ +main +runs +example\\.TaskDumpTest\\..*");
    assertThat(table.get(2))
        .matches("L +\\d+ +inner +waits for future@\\w+ +example\\.TaskDumpTest\\..* +\\d+");
    assertThat(table.get(3)).matches("L +\\d+ +outer +waits for task 'inner' +example\\..*\\)");
    int column = table.get(0).indexOf("DOES");
    assertThat(table.get(1).substring(column)).startsWith("runs");
    assertThat(table.get(2).substring(column)).startsWith("waits");
  }

  @Test
  @Parity({"INT-4", "AC-graph.2"})
  void theTreeShowsBelowEachTaskWhatItWaitsFor() {
    var tree = new ArrayList<String>();
    twoThatWait(() -> tree.add(general(TaskDump.capture(t.loop()).tree())));

    assertThat(tree.getFirst().lines())
        .satisfiesExactly(
            l -> assertThat(l).isEqualTo("loop 'L' runs task 'main'; 3 tasks"),
            l -> assertThat(l).startsWith("* task N 'main' runs, at example.TaskDumpTest."),
            l -> assertThat(l).startsWith("* task N 'outer' waits for task 'inner', at example."),
            l ->
                assertThat(l).startsWith("    └── task N 'inner' waits for future@X, at example."));
  }

  @Test
  @Parity("AC-graph.2")
  void severalCirclesThroughOneTaskAreAllNamedAndTheTreeEnds() {
    var tree = new ArrayList<String>();
    t.run(
        () -> {
          nameMain();
          var tasks = new ArrayList<Task<?>>();
          tasks.add(spawn(TaskOptions.named("a"), () -> gather(tasks.get(1), tasks.get(2)).join()));
          tasks.add(spawn(TaskOptions.named("b"), () -> tasks.get(0).join()));
          tasks.add(spawn(TaskOptions.named("c"), () -> tasks.get(0).join()));
          yieldNow();
          tree.addAll(
              general(TaskDump.capture(t.loop()).tree())
                  .replaceAll(", at .*", "")
                  .lines()
                  .toList());
        });

    assertThat(tree)
        .containsExactly(
            "loop 'L' runs task 'main'; 4 tasks",
            "in a circle: task 'a' -> task 'b' -> task 'a'",
            "in a circle: task 'a' -> task 'c' -> task 'a'",
            "* task N 'main' runs",
            "* task N 'a' waits for gather of 2",
            "    └── task N 'b' waits for task 'a'",
            "        └── task N 'a' (a circle: it is named above)",
            "    └── task N 'c' waits for task 'a'",
            "        └── task N 'a' (a circle: it is named above)");
  }

  private static void spawnSleeper(String name) {
    spawn(
        TaskOptions.named(name),
        () -> {
          sleep(ofSeconds(1));
          return null;
        });
  }

  @Test
  @Parity("AC-graph.2")
  void tasksThatWaitForNothingStandSideBySide() {
    var tree = new ArrayList<String>();
    t.run(
        () -> {
          nameMain();
          spawnSleeper("x");
          spawnSleeper("y");
          yieldNow();
          tree.addAll(
              general(TaskDump.capture(t.loop()).tree())
                  .replaceAll(", at .*", "")
                  .lines()
                  .toList());
        });

    assertThat(tree)
        .containsExactly(
            "loop 'L' runs task 'main'; 3 tasks",
            "* task N 'main' runs",
            "* task N 'x' waits for sleep",
            "* task N 'y' waits for sleep");
  }

  @Test
  void theTextHasFullStacksAndJsonTheSame() {
    var seen = new ArrayList<TaskDump>();
    twoThatWait(() -> seen.add(TaskDump.capture(t.loop())));
    TaskDump dump = seen.getFirst();
    long inner = dump.loops().getFirst().tasks().get(1).id();

    assertThat(dump.text())
        .startsWith("loop 'L' runs task 'main'; 3 tasks\n\ntask ")
        .contains("'inner' waits for future@", "; spawned by task " + (inner - 1))
        .contains("\tat example.TaskDumpTest.lambda$twoThatWait$")
        .contains("\tat io.greenloop.LoopFuture.join(LoopFuture.java:");
    assertThat(dump.json())
        .startsWith(
            "{\"loops\":[{\"name\":\"L\",\"activity\":\"runs task"
                + " 'main'\",\"circles\":[],\"tasks\":[{")
        .contains("\"name\":\"outer\",\"activity\":\"waits for task 'inner'\",\"coroutine\":null")
        .contains("\"awaits\":[" + inner + "],\"awaitedBy\":[],\"stack\":[\"")
        .endsWith("],\"suspended\":[]}]}]}");
  }

  @Test
  void namesWithQuotesAndControlCharactersStayInTheirJsonString() {
    var seen = new ArrayList<String>();
    t.run(
        () -> {
          Aio.currentTask().orElseThrow().setName("a \"b\"\\\n\u0001");
          seen.add(TaskDump.capture(t.loop()).json());
        });

    assertThat(seen.getFirst()).contains("\"name\":\"a \\\"b\\\"\\\\\\n\\u0001\"");
  }

  @Test
  @Parity("AC-graph.3")
  void loopsOfManyThreadsAreSeenFromOutsideWhileTheyRun() throws Exception {
    var ready = new CountDownLatch(3);
    var runners = new ArrayList<Thread>();
    var gates = new ArrayList<Promise<String>>();
    for (int i = 0; i < 3; i++) {
      EventLoop loop = EventLoop.create(LoopOptions.defaults().withName("many-" + i));
      Promise<String> gate = loop.newPromise();
      gates.add(gate);
      runners.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    loop.runUntilComplete(
                        () -> {
                          nameMain();
                          ready.countDown();
                          return gate.join();
                        });
                    loop.close();
                  }));
    }
    ready.await();

    for (int i = 0; i < 100; i++) { // while they come to rest
      assertThat(TaskDump.capture().loops())
          .extracting(TaskDump.LoopEntry::name)
          .contains("many-0", "many-1", "many-2");
    }

    gates.forEach(gate -> gate.loop().callSoonThreadsafe(() -> gate.complete("x")));
    for (Thread runner : runners) {
      runner.join();
    }
    assertThat(TaskDump.capture().loops())
        .extracting(TaskDump.LoopEntry::name)
        .doesNotContain("many-0", "many-1", "many-2");
  }

  @Test
  @Parity("INT-4")
  void aQuestionInTheTemporaryFolderIsAnsweredIntoTheFileItNames(@TempDir Path folder)
      throws Exception {
    var visits = new Visits();
    Path question = Path.of(System.getProperty(Visits.PROPERTY));
    Path answer = folder.resolve("answer");

    visits.look(List.of());
    assertThat(answer).doesNotExist();

    t.run(
        () -> {
          nameMain();
          Files.writeString(question, "tree\n" + answer + "\n");
          visits.look(List.of());
        });

    assertThat(Files.readString(answer))
        .contains("* task ", "'main' runs, at example.TaskDumpTest");
    assertThat(question).doesNotExist();
  }
}
