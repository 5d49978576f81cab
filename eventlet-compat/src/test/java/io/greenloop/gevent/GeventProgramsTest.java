package io.greenloop.gevent;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.eventlet.programs.Comparison;
import io.greenloop.eventlet.programs.Program;
import io.greenloop.testing.Parity;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Random programs give the same trace here and in gevent 22.10.2, on virtual time. */
class GeventProgramsTest {
  /** Times are microseconds, so many that none are equal: what those do is libev's affair. */
  private static final List<String> OPERATIONS =
      List.of(
          "sleep,1000000",
          "sleep,1000000",
          "sleep,1000000",
          "yield",
          "yield",
          "yield",
          "spawn,body",
          "spawn,body",
          "later,body,1000000",
          "set",
          "clear",
          "ewait",
          "ewaitt,1000000",
          "rset,9",
          "rget",
          "rgett,1000000",
          "put,9",
          "get",
          "putt,9,1000000",
          "gett,1000000",
          "puttn,9",
          "acq",
          "rel",
          "acqt,1000000",
          "tryacq",
          "kill,7",
          "killn,7",
          "join,7",
          "joint,7,1000000",
          "gget,7",
          "ggett,7,1000000",
          "link,7",
          "pool,body",
          "pool,body",
          "poolt,body,1000000",
          "poolnow,body",
          "pjoin",
          "pjoint,1000000",
          "pkill",
          "pkilln",
          "pavail,1000000",
          "pcounts",
          "papply,1000000",
          "pmap,1000000,1000000",
          "pimap,1000000,1000000",
          "fail",
          "timeout,1000000,4");

  private final Comparison gevent =
      new Comparison(
          "gevent",
          Path.of("src/test/python/gevent_oracle.py"),
          Path.of("src/test/resources/io/greenloop/gevent/programs.golden"),
          400,
          OPERATIONS,
          GeventProgram::trace,
          GeventProgramsTest::losesAWakeUp);

  private static final Pattern NEVER_ENDED = Pattern.compile("main,\\d+,false,false");
  private static final List<String> WAITS = List.of("ewait", "rget");
  private static final List<String> ENDS_OF_WAITS = List.of("kill", "pkill", "timeout");

  /**
   * If the last one that waits for an event is killed after the event was set and before it is
   * told, gevent drops the telling, and with it whoever found the event set in between: it waits
   * for ever, whatever its limit. Nobody does here.
   */
  private static boolean losesAWakeUp(Program program, String there) {
    return NEVER_ENDED.matcher(there).find() && has(program, WAITS) && has(program, ENDS_OF_WAITS);
  }

  private static boolean has(Program program, List<String> operations) {
    return program.bodies().stream()
        .flatMap(List::stream)
        .anyMatch(op -> operations.stream().anyMatch(op::startsWith));
  }

  @Test
  @Parity({
    "GE-1.1.1", "GE-1.1.2", "GE-1.1.6", "GE-1.2.11", "GE-1.2.12", "GE-1.2.14", "GE-1.2.15",
    "GE-1.2.16", "GE-1.2.20", "GE-1.3.13", "GE-1.4.1", "GE-1.4.2", "GE-1.4.3", "GE-1.5.4",
    "GE-1.5.14", "GE-1.7.2", "GE-1.7.10"
  })
  void goldenProgramsGiveGeventsTraces() throws Exception {
    gevent.checkGolden();
  }

  @Test
  @Parity({"GE-1.4.1", "GE-C38"})
  void whoWaitsAgainWhileItIsToldIsToldOnceMore() {
    assertThat(gevent.trace("ewait|set;ewait;ewait;ewaitt,5;sleep,1"))
        .isEqualTo(
            "@0:1,set=- @0:0,ewait=true @0:1,ewait=true @0:1,ewait=true @0:1,ewaitt=true"
                + " @2:1,sleep=- @2:main,joined,0,1 @2:main,0,true,true,end,-"
                + " @2:main,1,true,true,end,-");
  }

  @Test
  @Parity("GE-1.4.2")
  void whoFindsAnEventSetGoesOnThoughTheOneToBeToldIsKilled() {
    // gevent's greenlet 3 waits for ever: see losesAWakeUp
    assertThat(
            gevent.trace(
                "rset,5;yield;tryacq;putt,2,736346;rget;acqt,925744"
                    + "|puttn,6;acq;ewait;ewaitt,369134;joint,1,782541;acq;rgett,930442"
                    + "|timeout,690115,3;yield;kill,1;rgett,24800"
                    + "|kill,0;set;ewait;join,2"))
        .startsWith(
            "@0:0,rset=- @0:1,puttn=true @0:1,acq=true @0:0,yield=- @0:0,tryacq=false"
                + " @0:2,yield=- @0:0,exit @0:3,kill=- @0:3,set=- @0:1,exit @0:2,kill=-")
        .contains(" @0:3,ewait=true ", "main,joined,0,1,2,3", "main,3,true,true,end");
  }

  @Test
  void freshProgramsGiveTheTracesOfTheGeventHere() throws Exception {
    gevent.checkFresh();
  }
}
