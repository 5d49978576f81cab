package io.greenloop.greenlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.greenloop.testing.Parity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Random programs give the same trace here and in CPython's greenlet. The golden file holds
 * programs, one a line, each followed by CPython's trace; {@code -Dgreenloop.golden.update} writes
 * it anew with the python3 of this machine.
 */
class ProgramTest {
  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final Path ORACLE = Path.of("src/test/python/greenlet_oracle.py");
  private static final Path GOLDEN =
      Path.of("src/test/resources/io/greenloop/greenlet/programs.golden");
  private static final int GOLDEN_PROGRAMS = 300;

  @Test
  @Parity({
    "GL-1.3.4", "GL-1.3.11", "GL-1.3.12", "GL-1.3.13", "GL-1.3.14", "GL-1.4.2", "GL-1.4.3",
    "GL-1.4.4", "GL-1.4.5", "GL-1.4.7", "GL-1.4.9", "GL-1.5.9", "GL-1.5.10", "GL-1.5.11",
    "GL-1.5.13", "GL-1.5.15", "GL-1.2.9"
  })
  void goldenProgramsGiveCPythonsTraces() throws Exception {
    if (System.getProperty("greenloop.golden.update") != null) {
      update();
    }
    List<String> lines = Files.readAllLines(GOLDEN);

    assertThat(lines).hasSize(2 * GOLDEN_PROGRAMS);
    for (int i = 0; i < lines.size(); i += 2) {
      String program = lines.get(i);
      assertThat(Program.trace(program)).as(program).isEqualTo(lines.get(i + 1));
    }
  }

  @Test
  void freshProgramsGiveTheTracesOfTheCPythonHere() throws Exception {
    assumeTrue(hasGreenlet(), "this machine's python3 has no greenlet");
    String given = System.getProperty("greenloop.seed", "");
    long first = given.isEmpty() ? new Random().nextLong() : Long.parseLong(given);
    int count = given.isEmpty() ? 10 * Integer.getInteger("greenloop.seeds", 20) : 1;
    var programs = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      programs.add(Program.random(first + i));
    }

    List<String> traces = oracle(programs);

    for (int i = 0; i < count; i++) {
      assertThat(Program.trace(programs.get(i)))
          .as(programs.get(i) + "; replay with -Dgreenloop.seed=" + (first + i))
          .isEqualTo(traces.get(i));
    }
  }

  private static void update() throws Exception {
    var programs = new ArrayList<String>();
    for (int seed = 0; seed < GOLDEN_PROGRAMS; seed++) {
      programs.add(Program.random(seed));
    }
    List<String> traces = oracle(programs);
    var lines = new ArrayList<String>();
    for (int i = 0; i < programs.size(); i++) {
      lines.add(programs.get(i));
      lines.add(traces.get(i));
    }
    Files.write(Objects.requireNonNull(GOLDEN), lines);
  }

  private static boolean hasGreenlet() throws Exception {
    if (!Files.isExecutable(PYTHON)) {
      return false;
    }
    Process python = new ProcessBuilder(PYTHON.toString(), "-c", "import greenlet").start();
    return python.waitFor() == 0;
  }

  private static List<String> oracle(List<String> programs)
      throws IOException, InterruptedException {
    Path input = Files.createTempFile("greenlet", ".programs");
    try {
      Files.write(input, programs);
      Process python =
          new ProcessBuilder(PYTHON.toString(), ORACLE.toString())
              .redirectInput(input.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String output = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(python.waitFor(1, TimeUnit.MINUTES)).isTrue();
      List<String> traces = output.lines().toList();
      assertThat(traces).hasSameSizeAs(programs);
      return traces;
    } finally {
      Files.delete(input);
    }
  }
}
