package io.greenloop.greenlet.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.greenloop.Aio;
import io.greenloop.Promise;
import io.greenloop.testing.Exploration;
import io.greenloop.testing.Parity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Random programs give the same trace here, whatever hosts them, and in CPython's greenlet. The
 * golden file holds programs, one a line, each followed by CPython's trace; {@code
 * -Dgreenloop.golden.update} writes it anew with the python3 of this machine. Fresh programs are
 * compared where {@code CI} is set, by night, and with {@code -Dgreenloop.live}, which fails where
 * there is no greenlet to compare with.
 */
class ProgramTest {
  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final Path ORACLE = Path.of("src/test/python/greenlet_oracle.py");
  private static final Path GOLDEN =
      Path.of("src/test/resources/io/greenloop/greenlet/programs/greenlet.golden");
  private static final int GOLDEN_PROGRAMS = 300;
  private static final int SEEDS = Integer.getInteger("greenloop.seeds", 20);
  private static final int FRESH_PROGRAMS = Math.min(100 * SEEDS, 100_000);
  private static final int BATCH = 2000; // the oracle keeps what is suspended

  private static final Logger LOGGER = Logger.getLogger("io.greenloop");

  @BeforeAll
  static void letGreenletsBeDropped() {
    LOGGER.setLevel(Level.OFF);
  }

  @AfterAll
  static void reportAgain() {
    LOGGER.setLevel(null);
  }

  // ---- hosts -------------------------------------------------------------------------------

  /** What a program may be hosted by. */
  private enum Place {
    THREAD,
    TASK,
    CALLBACK;

    /** The traces of all programs. */
    List<String> run(List<Program> programs) {
      return switch (this) {
        case THREAD -> programs.stream().map(Place::onThread).toList();
        case TASK ->
            Aio.run(
                () -> {
                  var traces = new ArrayList<String>();
                  for (Program program : programs) {
                    traces.add(Aio.spawn(() -> ProgramRun.trace(program)).join());
                  }
                  return traces;
                });
        case CALLBACK ->
            Aio.run(
                () -> {
                  var traces = new ArrayList<String>();
                  for (Program program : programs) {
                    Promise<String> trace = Aio.newPromise();
                    trace.loop().callSoon(() -> trace.complete(ProgramRun.trace(program)));
                    traces.add(trace.join());
                  }
                  return traces;
                });
      };
    }

    private static String onThread(Program program) {
      var task = new FutureTask<>(() -> ProgramRun.trace(program));
      Thread.ofPlatform().start(task);
      try {
        return task.get();
      } catch (InterruptedException | ExecutionException e) {
        throw new AssertionError(program.toString(), e);
      }
    }
  }

  // ---- tests -------------------------------------------------------------------------------

  @Test
  @Parity({
    "GL-1.2.9",
    "GL-1.2.15",
    "GL-1.2.16",
    "GL-1.3.1",
    "GL-1.3.2",
    "GL-1.3.3",
    "GL-1.3.4",
    "GL-1.3.5",
    "GL-1.3.6",
    "GL-1.3.11",
    "GL-1.3.12",
    "GL-1.3.13",
    "GL-1.3.14",
    "GL-1.4.1",
    "GL-1.4.2",
    "GL-1.4.3",
    "GL-1.4.4",
    "GL-1.4.5",
    "GL-1.4.7",
    "GL-1.4.9",
    "GL-1.4.11",
    "GL-1.4.12",
    "GL-1.5.9",
    "GL-1.5.10",
    "GL-1.5.11",
    "GL-1.5.13",
    "GL-1.5.15",
    "GL-1.7.2",
    "GL-1.7.5",
    "GL-1.7.8",
    "GL-1.8.1",
    "GL-1.8.5",
    "GL-1.8.6",
    "GL-1.12.1",
    "GL-1.12.3"
  })
  void goldenProgramsGiveCPythonsTraces() throws Exception {
    if (System.getProperty("greenloop.golden.update") != null) {
      update();
    }
    List<String> lines = Files.readAllLines(GOLDEN);

    assertThat(lines).hasSize(2 * GOLDEN_PROGRAMS);
    var programs = new ArrayList<Program>();
    var traces = new ArrayList<String>();
    for (int i = 0; i < lines.size(); i += 2) {
      programs.add(Program.parse(lines.get(i)));
      traces.add(lines.get(i + 1));
    }
    for (Place place : Place.values()) {
      List<String> ours = place.run(programs);
      for (int i = 0; i < programs.size(); i++) {
        assertThat(ours.get(i)).as("%s: %s", place, programs.get(i)).isEqualTo(traces.get(i));
      }
    }
  }

  @Test
  void freshProgramsGiveTheTracesOfTheCPythonHere() throws Exception {
    String given = System.getProperty("greenloop.seed", "");
    boolean demanded = System.getProperty("greenloop.live") != null;
    boolean asked =
        demanded || System.getenv("CI") != null || !given.isEmpty() || SEEDS > 20; // by night
    assumeTrue(
        demanded || (asked && hasGreenlet()),
        "needs CI, -Pnightly or -Dgreenloop.live, and a python3 with greenlet");
    assertThat(hasGreenlet()).as("%s has greenlet", PYTHON).isTrue();
    long first = given.isEmpty() ? new Random().nextInt() : Long.parseLong(given);
    int count = given.isEmpty() ? FRESH_PROGRAMS : 1;
    for (long from = first; from < first + count; from += BATCH) {
      check(from, Math.min(from + BATCH, first + count));
    }
  }

  @Test
  void aProgramIsWrittenAsItIsRead() {
    for (long seed = 0; seed < 200; seed++) {
      String text = ProgramMaker.make(seed).toString();

      assertThat(Program.parse(text)).hasToString(text);
    }
  }

  private static void check(long from, long to) {
    List<Program> programs = LongStream.range(from, to).mapToObj(ProgramMaker::make).toList();
    List<String> traces = oracle(programs);
    for (Place place : Place.values()) {
      List<String> ours = place.run(programs);
      for (int i = 0; i < programs.size(); i++) {
        if (!ours.get(i).equals(traces.get(i))) {
          Program smallest =
              Exploration.shrink(programs.get(i), Program::smaller, p -> !agrees(place, p));
          assertThat(place.run(List.of(smallest)).getFirst())
              .as("%s: %s; replay with -Dgreenloop.seed=%d", place, smallest, from + i)
              .isEqualTo(oracle(List.of(smallest)).getFirst());
        }
      }
    }
  }

  private static boolean agrees(Place place, Program program) {
    return place.run(List.of(program)).equals(oracle(List.of(program)));
  }

  // ---- the oracle --------------------------------------------------------------------------

  private static void update() throws IOException {
    List<Program> programs =
        LongStream.range(0, GOLDEN_PROGRAMS).mapToObj(ProgramMaker::make).toList();
    List<String> traces = oracle(programs);
    var lines = new ArrayList<String>();
    for (int i = 0; i < programs.size(); i++) {
      lines.add(programs.get(i).toString());
      lines.add(traces.get(i));
    }
    Files.createDirectories(GOLDEN.getParent());
    Files.write(GOLDEN, lines);
  }

  private static boolean hasGreenlet() throws Exception {
    if (!Files.isExecutable(PYTHON)) {
      return false;
    }
    Process python = new ProcessBuilder(PYTHON.toString(), "-c", "import greenlet").start();
    return python.waitFor() == 0;
  }

  private static List<String> oracle(List<Program> programs) {
    try {
      Path input = Files.createTempFile("greenlet", ".programs");
      try {
        Files.write(input, programs.stream().map(Program::toString).toList());
        Process python =
            new ProcessBuilder(PYTHON.toString(), ORACLE.toString())
                .redirectInput(input.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        List<String> traces = output.lines().toList();
        assertThat(traces).hasSameSizeAs(programs);
        return traces;
      } finally {
        Files.delete(input);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
