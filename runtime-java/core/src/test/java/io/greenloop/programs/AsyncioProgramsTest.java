package io.greenloop.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.greenloop.testing.Exploration;
import io.greenloop.testing.Parity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Random programs give the same trace here and in CPython's asyncio: what happens, in which order,
 * at which time. The golden file holds programs, one a line, each followed by CPython's trace;
 * {@code -Dgreenloop.golden.update} writes it anew with the python3 of this machine. Fresh programs
 * are compared where {@code CI} is set, or with {@code -Dgreenloop.live}.
 */
class AsyncioProgramsTest {
  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final Path ORACLE = Path.of("src/test/python/asyncio_oracle.py");
  private static final Path GOLDEN =
      Path.of("src/test/resources/io/greenloop/programs/asyncio.golden");
  private static final int GOLDEN_PROGRAMS = 300;
  private static final int FRESH_PROGRAMS =
      Math.min(100 * Integer.getInteger("greenloop.seeds", 20), 50_000);

  @Test
  @Parity({
    "TASK-1", "TASK-3", "TASK-5", "TASK-6", "TASK-7", "TASK-8", "TASK-10", "TASK-11", "TASK-21",
    "TASK-22", "TASK-24", "TASK-30", "TASK-31", "TASK-32", "TG-3", "TG-4", "TG-5", "TG-6", "TG-7",
    "TG-9", "SYNC-2", "SYNC-6", "SYNC-10", "Q-5"
  })
  void goldenProgramsGiveCPythonsTraces() throws Exception {
    if (System.getProperty("greenloop.golden.update") != null) {
      update();
    }
    List<String> lines = Files.readAllLines(GOLDEN);

    assertThat(lines).hasSize(2 * GOLDEN_PROGRAMS);
    for (int i = 0; i < lines.size(); i += 2) {
      String program = lines.get(i);
      assertThat(ProgramRun.trace(Program.parse(program))).as(program).isEqualTo(lines.get(i + 1));
    }
  }

  @Test
  void freshProgramsGiveTheTracesOfTheCPythonHere() throws Exception {
    String given = System.getProperty("greenloop.seed", "");
    boolean asked =
        System.getenv("CI") != null
            || System.getProperty("greenloop.live") != null
            || !given.isEmpty();
    assumeTrue(asked && Files.isExecutable(PYTHON), "needs CI or -Dgreenloop.live, and a python3");
    long first = given.isEmpty() ? new Random().nextInt() : Long.parseLong(given);
    int count = given.isEmpty() ? FRESH_PROGRAMS : 1;
    List<Program> programs =
        LongStream.range(first, first + count).mapToObj(ProgramMaker::asyncio).toList();

    List<String> traces = oracle(programs);

    for (int i = 0; i < count; i++) {
      if (!agrees(programs.get(i), traces.get(i))) {
        Program smallest =
            Exploration.shrink(
                programs.get(i), Program::smaller, p -> !agrees(p, oracle(List.of(p)).getFirst()));
        assertThat(ProgramRun.trace(smallest))
            .as("%s; replay with -Dgreenloop.seed=%d", smallest, first + i)
            .isEqualTo(oracle(List.of(smallest)).getFirst());
      }
    }
  }

  private static boolean agrees(Program program, String trace) {
    return isSkipped(trace) || ProgramRun.trace(program).equals(trace);
  }

  /** CPython went where it differs on purpose, or where its versions differ. */
  private static boolean isSkipped(String trace) {
    return trace.startsWith("skip ");
  }

  private static void update() throws IOException {
    List<Program> programs =
        LongStream.range(0, 2 * GOLDEN_PROGRAMS).mapToObj(ProgramMaker::asyncio).toList();
    List<String> traces = oracle(programs);
    var lines = new ArrayList<String>();
    for (int i = 0; lines.size() < 2 * GOLDEN_PROGRAMS; i++) {
      if (!isSkipped(traces.get(i))) {
        lines.add(programs.get(i).toString());
        lines.add(traces.get(i));
      }
    }
    Files.createDirectories(GOLDEN.getParent());
    Files.write(GOLDEN, lines);
  }

  private static List<String> oracle(List<Program> programs) {
    try {
      Path input = Files.createTempFile("asyncio", ".programs");
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
