package io.greenloop.eventlet.programs;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.Exploration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * Holds the traces that random programs have here against those of a library in Python.
 *
 * @param module that library
 * @param oracle gives its traces: reads programs, one a line, and prints a trace for each
 * @param golden programs, one a line, each followed by its trace; {@code -Dgreenloop.golden.update}
 *     writes it anew with the python3 of this machine
 * @param goldenPrograms how many it holds
 * @param operations what programs are made of, for {@link Program#random}
 * @param trace gives the trace of one here
 * @param leftOut which programs, with their traces there, show accidents of that library
 */
public record Comparison(
    String module,
    Path oracle,
    Path golden,
    int goldenPrograms,
    List<String> operations,
    Function<Program, String> trace,
    BiPredicate<Program, String> leftOut) {

  /** The trace here. */
  public String trace(String program) {
    return trace.apply(Program.parse(program));
  }

  /** Compares the programs of the golden file. */
  public void checkGolden() throws IOException {
    if (System.getProperty("greenloop.golden.update") != null) {
      update();
    }
    List<String> lines = Files.readAllLines(golden);

    assertThat(lines).hasSize(2 * goldenPrograms);
    for (int i = 0; i < lines.size(); i += 2) {
      assertThat(trace(lines.get(i))).as(lines.get(i)).isEqualTo(lines.get(i + 1));
    }
  }

  /**
   * Compares fresh programs where they are asked for: by {@code CI}, {@code -Pnightly}, {@code
   * -Dgreenloop.live}, or a seed. One that differs is made as small as it can be.
   */
  public void checkFresh() throws Exception {
    Peer.assumeAsked(module);
    long first = Peer.firstProgram();
    int count = Peer.programs();
    List<Program> programs = programs(first, count);

    List<String> traces = peer(programs);

    for (int i = 0; i < count; i++) {
      if (differs(programs.get(i), traces.get(i))) {
        Program smallest =
            Exploration.shrink(
                programs.get(i),
                Program::smaller,
                program -> differs(program, peer(List.of(program)).getFirst()));
        assertThat(trace.apply(smallest))
            .as("%s; replay with -Dgreenloop.seed=%d", smallest, first + i)
            .isEqualTo(peer(List.of(smallest)).getFirst());
      }
    }
  }

  private boolean differs(Program program, String there) {
    return !trace.apply(program).equals(there) && !leftOut.test(program, there);
  }

  private List<Program> programs(long first, int count) {
    return LongStream.range(first, first + count)
        .mapToObj(seed -> Program.random(seed, operations))
        .toList();
  }

  private void update() throws IOException {
    List<Program> programs = programs(0, goldenPrograms);
    List<String> traces = peer(programs);
    var lines = new ArrayList<String>();
    for (int i = 0; i < goldenPrograms; i++) {
      lines.add(programs.get(i).toString());
      lines.add(traces.get(i));
    }
    Files.write(golden, lines);
  }

  /** The traces there. */
  private List<String> peer(List<Program> programs) {
    try {
      Path input = Files.createTempFile(module, ".programs");
      try {
        Files.write(input, programs.stream().map(Program::toString).toList());
        Process python =
            new ProcessBuilder(Peer.PYTHON.toString(), oracle.toString())
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
