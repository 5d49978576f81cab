package io.greenloop.gevent;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.eventlet.programs.Peer;
import io.greenloop.testing.Parity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Random programs give the same trace here and in gevent 22.10.2, on virtual time. The golden file
 * holds programs, one a line, each followed by gevent's trace; {@code gevent_oracle.py 0 400}
 * writes it. Where {@code CI} is set, with {@code -Pnightly}, or with {@code -Dgreenloop.live},
 * fresh ones are made and run by the python3 of this machine.
 */
class GeventProgramsTest {
  private static final Path ORACLE = Path.of("src/test/python/gevent_oracle.py");
  private static final Path GOLDEN =
      Path.of("src/test/resources/io/greenloop/gevent/programs.golden");

  @Test
  @Parity({
    "GE-1.1.1", "GE-1.1.6", "GE-1.2.12", "GE-1.2.14", "GE-1.2.15", "GE-1.2.16", "GE-1.2.20",
    "GE-1.3.13", "GE-1.4.1", "GE-1.4.2", "GE-1.4.3", "GE-1.5.4", "GE-1.5.14", "GE-1.7.2",
    "GE-1.7.10"
  })
  void goldenProgramsGiveGeventsTraces() throws Exception {
    List<String> lines = Files.readAllLines(GOLDEN);
    assertThat(lines).hasSize(800);
    check(lines);
  }

  @Test
  @Parity({"GE-1.4.1", "GE-C38"})
  void whoWaitsAgainWhileItIsToldIsToldOnceMore() {
    assertThat(GeventProgram.trace("ewait|set;ewait;ewait;ewaitt 5;sleep 1"))
        .isEqualTo(
            "@0:1,0,set,- @0:0,0,ewait,true @0:1,1,ewait,true @0:1,2,ewait,true"
                + " @0:1,3,ewaitt,true @1:1,4,sleep,- @1:main,joined,0,1"
                + " @1:main,0,true,true,end,- @1:main,1,true,true,end,-");
  }

  @Test
  void freshProgramsGiveTheTracesOfTheGeventHere() throws Exception {
    Peer.assumeAsked("gevent");
    int count = Peer.programs();
    Process python =
        new ProcessBuilder(
                Peer.PYTHON.toString(),
                ORACLE.toString(),
                String.valueOf(Peer.firstProgram()),
                String.valueOf(count))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> lines =
        new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    assertThat(python.waitFor()).isZero();
    assertThat(lines).hasSize(2 * count);
    check(lines);
  }

  private static void check(List<String> lines) {
    for (int i = 0; i < lines.size(); i += 2) {
      String program = lines.get(i).substring(lines.get(i).indexOf(' ') + 1);
      assertThat(GeventProgram.trace(program)).as(lines.get(i)).isEqualTo(lines.get(i + 1));
    }
  }
}
