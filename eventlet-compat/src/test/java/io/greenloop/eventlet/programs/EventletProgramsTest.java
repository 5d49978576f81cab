package io.greenloop.eventlet.programs;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.Parity;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Random programs give the same trace here and in Python's eventlet: what happens, in which order,
 * at which time.
 */
class EventletProgramsTest {
  private static final List<String> OPERATIONS =
      List.of(
          "spawn,body",
          "spawn,body",
          "spawn,body",
          "after,body,30",
          "pool,body",
          "pool,body",
          "wait,6",
          "wait,6",
          "kill,6",
          "cancel,6",
          "link,6",
          "sleep,30",
          "sleep,1",
          "sleep,10",
          "send,2,9",
          "await,2",
          "awaitfor,2,20",
          "put,3,9",
          "put,3,9",
          "putfor,3,20",
          "putnow,3,9",
          "get,3",
          "get,3",
          "getfor,3,20",
          "getnow,3",
          "done",
          "join",
          "acquire,2",
          "acquire,2",
          "acquirefor,2,20",
          "try,2",
          "release,2",
          "release,2",
          "waitall",
          "counts",
          "fail",
          "timeout,20,3");

  private final Comparison eventlet =
      new Comparison(
          "eventlet",
          Path.of("src/test/python/eventlet_oracle.py"),
          Path.of("src/test/resources/io/greenloop/eventlet/programs/eventlet.golden"),
          300,
          OPERATIONS,
          ProgramRun::trace,
          (program, there) -> killsWithinLimit(program));

  /**
   * If the limit passes in the turn of the kill, eventlet's switch back to the killer stays
   * scheduled, and ends whatever it waits for next: a wake-up that nobody sent, and that there is
   * none of here.
   */
  private static boolean killsWithinLimit(Program program) {
    return program.limits(op -> op.startsWith("kill") || op.startsWith("cancel"));
  }

  @Test
  @Parity({
    "EV-1.1.1", "EV-1.1.5", "EV-1.2.4", "EV-1.2.7", "EV-1.2.11", "EV-1.2.19", "EV-1.3.1",
    "EV-1.3.4", "EV-1.4.2", "EV-1.4.9", "EV-1.5.4", "EV-1.6.2", "EV-1.6.3", "EV-1.6.6",
    "EV-1.6.13", "EV-1.7.2", "EV-1.7.3"
  })
  void goldenProgramsGiveEventletsTraces() throws Exception {
    eventlet.checkGolden();
  }

  @Test
  @Parity("EV-1.4.9")
  void aGetterThatGaveUpLooksForThoseBehindIt() {
    assertThat(eventlet.trace("spawn,2;pool,3||get,2|getfor,2,14;timeout,0,1;put,2,5"))
        .isEqualTo(
            "m:spawn=0@0 m:pool=1@0 0:start@0 1:start@0 1:getfor=Empty@14 0:get=5@14 0:end@14"
                + " 1:put=put@14 1:timeout=done@14 1:end@14 m:end@1000");
  }

  @Test
  @Parity("EV-1.6.2")
  void aPutThatReliedOnAGetterIsRefusedWhenThoseBeforeItTookItsPlace() {
    assertThat(eventlet.trace("after,1,29;get,1|spawn,3;spawn,3||putnow,1,6;put,1,8"))
        .isEqualTo(
            "m:after=0@0 0:start@29 0:spawn=1@29 0:spawn=2@29 0:end@29 1:start@29"
                + " 1:putnow=put@29 2:start@29 m:get=6@29 1:put=put@29 1:end@29"
                + " 2:putnow=Full@29 m:end@1029");
  }

  @Test
  @Parity("EV-1.6.6")
  void aGetThatMayNotWaitLeavesAnItemThatStillWaitsForRoom() {
    assertThat(eventlet.trace("pool,1;spawn,2|spawn,2;getfor,1,11;getnow,1|put,1,7|"))
        .isEqualTo(
            "m:pool=0@0 m:spawn=1@0 0:start@0 0:spawn=2@0 1:start@0 1:put=put@0 1:end@0"
                + " 2:start@0 0:getfor=7@0 0:getnow=Empty@0 0:end@0 2:put=put@0 2:end@0"
                + " m:end@1000");
  }

  @Test
  void freshProgramsGiveTheTracesOfTheEventletHere() throws Exception {
    eventlet.checkFresh();
  }
}
