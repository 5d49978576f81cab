package io.greenloop.eventlet.programs;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.Exploration;
import io.greenloop.testing.Parity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Random programs give the same trace here and in Python's eventlet: what happens, in which order,
 * at which time. The golden file holds programs, one a line, each followed by eventlet's trace;
 * {@code -Dgreenloop.golden.update} writes it anew with the python3 of this machine. Fresh programs
 * are compared where {@code CI} is set, with {@code -Pnightly}, or with {@code -Dgreenloop.live}.
 */
class EventletProgramsTest {
  private static final Path ORACLE = Path.of("src/test/python/eventlet_oracle.py");
  private static final Path GOLDEN =
      Path.of("src/test/resources/io/greenloop/eventlet/programs/eventlet.golden");
  private static final int GOLDEN_PROGRAMS = 300;

  @Test
  @Parity({
    "EV-1.1.1", "EV-1.1.5", "EV-1.2.4", "EV-1.2.7", "EV-1.2.11", "EV-1.2.19", "EV-1.3.1",
    "EV-1.3.4", "EV-1.4.2", "EV-1.4.9", "EV-1.5.4", "EV-1.6.2", "EV-1.6.3", "EV-1.6.6",
    "EV-1.6.13", "EV-1.7.2", "EV-1.7.3"
  })
  void goldenProgramsGiveEventletsTraces() throws Exception {
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
  @Parity("EV-1.4.9")
  void aGetterThatGaveUpLooksForThoseBehindIt() {
    String program = "spawn,2;pool,3||get,2|getfor,2,14;timeout,0,1;put,2,5";

    assertThat(ProgramRun.trace(Program.parse(program)))
        .isEqualTo(
            "m:spawn=0@0 m:pool=1@0 0:start@0 1:start@0 1:getfor=Empty@14 0:get=5@14 0:end@14"
                + " 1:put=put@14 1:timeout=done@14 1:end@14 m:end@1000");
  }

  @Test
  void freshProgramsGiveTheTracesOfTheEventletHere() throws Exception {
    Peer.assumeAsked("eventlet");
    long first = Peer.firstProgram();
    int count = Peer.programs();
    List<Program> programs =
        LongStream.range(first, first + count).mapToObj(Program::random).toList();

    List<String> traces = oracle(programs);

    for (int i = 0; i < count; i++) {
      if (!programs.get(i).killsWithinLimit()
          && !ProgramRun.trace(programs.get(i)).equals(traces.get(i))) {
        Program smallest =
            Exploration.shrink(
                programs.get(i),
                Program::smaller,
                p ->
                    !p.killsWithinLimit()
                        && !ProgramRun.trace(p).equals(oracle(List.of(p)).getFirst()));
        assertThat(ProgramRun.trace(smallest))
            .as("%s; replay with -Dgreenloop.seed=%d", smallest, first + i)
            .isEqualTo(oracle(List.of(smallest)).getFirst());
      }
    }
  }

  private static void update() throws IOException {
    List<Program> programs =
        LongStream.range(0, GOLDEN_PROGRAMS).mapToObj(Program::random).toList();
    List<String> traces = oracle(programs);
    var lines = new ArrayList<String>();
    for (int i = 0; i < GOLDEN_PROGRAMS; i++) {
      lines.add(programs.get(i).toString());
      lines.add(traces.get(i));
    }
    Files.createDirectories(GOLDEN.getParent());
    Files.write(GOLDEN, lines);
  }

  private static List<String> oracle(List<Program> programs) {
    try {
      Path input = Files.createTempFile("eventlet", ".programs");
      try {
        Files.write(input, programs.stream().map(Program::toString).toList());
        Process python =
            new ProcessBuilder(Peer.PYTHON.toString(), ORACLE.toString())
                .redirectInput(input.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
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
