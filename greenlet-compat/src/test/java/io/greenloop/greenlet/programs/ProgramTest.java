package io.greenloop.greenlet.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.greenloop.Aio;
import io.greenloop.Promise;
import io.greenloop.greenlet.programs.ProgramMaker.Tracers;
import io.greenloop.testing.Exploration;
import io.greenloop.testing.Parity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
 * golden files hold programs, one a line, each followed by CPython's trace; {@code
 * -Dgreenloop.golden.update} writes them anew with the python3 of this machine. Fresh programs are
 * compared where {@code CI} is set, by night, and with {@code -Dgreenloop.live}, which fails where
 * there is no greenlet to compare with.
 *
 * <p>Tracers that switch crash greenlet before 3.0. Their programs are in a file of their own,
 * which is written, and in the fresh ones, where python3 finds a newer one, as by {@code
 * PYTHONPATH}.
 */
class ProgramTest {
  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final Path ORACLE = Path.of("src/test/python/greenlet_oracle.py");
  private static final int MAJOR_WITH_SWITCHING_TRACERS = 3;
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

  /** The programs and CPython's traces that are kept. */
  private enum Golden {
    GREENLET(Tracers.NOTE, 300),
    TRACERS(Tracers.SWITCH, 150);

    final Path file;
    final Tracers tracers;
    final int size;

    Golden(Tracers tracers, int size) {
      file =
          Path.of("src/test/resources/io/greenloop/greenlet/programs")
              .resolve(name().toLowerCase(Locale.ROOT) + ".golden");
      this.tracers = tracers;
      this.size = size;
    }
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
    checkGolden(Golden.GREENLET);
  }

  @Test
  @Parity({"GL-1.3.16", "GL-1.7.8", "GL-1.7.10", "GL-C48"})
  void goldenProgramsWhoseTracersSwitchGiveCPythonsTraces() throws Exception {
    checkGolden(Golden.TRACERS);
  }

  @Test
  void freshProgramsGiveTheTracesOfTheCPythonHere() throws Exception {
    String given = System.getProperty("greenloop.seed", "");
    boolean demanded = System.getProperty("greenloop.live") != null;
    boolean asked =
        demanded || System.getenv("CI") != null || !given.isEmpty() || SEEDS > 20; // by night
    assumeTrue(
        demanded || (asked && greenletOfPython() > 0),
        "needs CI, -Pnightly or -Dgreenloop.live, and a python3 with greenlet");
    assertThat(greenletOfPython()).as("greenlet of %s", PYTHON).isPositive();
    long first = given.isEmpty() ? new Random().nextInt() : Long.parseLong(given);
    int count = given.isEmpty() ? FRESH_PROGRAMS : 1;
    for (long from = first; from < first + count; from += BATCH) {
      for (Tracers tracers : known()) {
        check(from, Math.min(from + BATCH, first + count), tracers);
      }
    }
  }

  @Test
  void aProgramIsWrittenAsItIsRead() {
    for (long seed = 0; seed < 200; seed++) {
      String text = ProgramMaker.make(seed, Tracers.SWITCH).toString();

      assertThat(Program.parse(text)).hasToString(text);
    }
  }

  private static void checkGolden(Golden golden) throws Exception {
    if (System.getProperty("greenloop.golden.update") != null && known().contains(golden.tracers)) {
      update(golden);
    }
    List<String> lines = Files.readAllLines(golden.file);

    assertThat(lines).hasSize(2 * golden.size);
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

  private static void check(long from, long to, Tracers tracers) {
    List<Program> programs = make(from, to, tracers);
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

  private static List<Program> make(long from, long to, Tracers tracers) {
    return LongStream.range(from, to).mapToObj(seed -> ProgramMaker.make(seed, tracers)).toList();
  }

  private static void update(Golden golden) throws IOException {
    List<Program> programs = make(0, golden.size, golden.tracers);
    List<String> traces = oracle(programs);
    var lines = new ArrayList<String>();
    for (int i = 0; i < programs.size(); i++) {
      lines.add(programs.get(i).toString());
      lines.add(traces.get(i));
    }
    Files.createDirectories(golden.file.getParent());
    Files.write(golden.file, lines);
  }

  /** What the python3 here has tracers for. */
  private static List<Tracers> known() throws Exception {
    return greenletOfPython() < MAJOR_WITH_SWITCHING_TRACERS
        ? List.of(Tracers.NOTE)
        : List.of(Tracers.values());
  }

  /** The major version of its greenlet; 0 if there is none. */
  private static int greenletOfPython() throws Exception {
    if (!Files.isExecutable(PYTHON)) {
      return 0;
    }
    Process python =
        new ProcessBuilder(PYTHON.toString(), "-c", "import greenlet; print(greenlet.__version__)")
            .start();
    String version = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return python.waitFor() == 0 ? Integer.parseInt(version.split("\\.")[0]) : 0;
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
