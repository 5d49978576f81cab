package io.greenloop.programs;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.ErrorContext;
import io.greenloop.testing.Exploration;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random programs in random orders, with timers that fire late: nothing is lost, nothing comes
 * twice, nobody is left waiting, counts go back to zero, every task ends.
 */
class ExploreProgramsTest {
  private static final int SEEDS = 100 * Integer.getInteger("greenloop.seeds", 20);

  @Test
  void promisesHoldInEveryOrder() {
    Exploration.of(SEEDS).run(ExploreProgramsTest::check);
  }

  private static void check(TestLoop t, long seed) {
    Program program = ProgramMaker.any(seed);
    List<String> faults = faults(t, program, seed);
    if (!faults.isEmpty()) {
      Program smallest = Exploration.shrink(program, Program::smaller, p -> fails(p, seed));
      throw new AssertionError(faults + "\nshrunk: " + smallest + "\nprogram: " + program);
    }
  }

  private static boolean fails(Program program, long seed) {
    try (var t = TestLoop.exploring(seed)) {
      return !faults(t, program, seed).isEmpty();
    }
  }

  private static List<String> faults(TestLoop t, Program program, long seed) {
    var run = new ProgramRun(t, program);
    var random = new SplittableRandom(seed);
    run.strike(random.nextInt(60), random.nextInt(program.bodies().size()));
    var faults = new ArrayList<String>();
    try {
      run.run();
    } catch (RuntimeException | Error thrown) {
      faults.add("main ended with " + thrown);
    }
    faults.addAll(run.faults());
    t.errors().stream()
        .map(ErrorContext::message)
        .filter(message -> !message.startsWith("nobody looked at") && !message.contains("shield"))
        .forEach(faults::add);
    return faults;
  }

  @Test
  void aProgramIsWrittenAsItIsRead() {
    for (long seed = 1; seed <= 200; seed++) {
      String text = ProgramMaker.any(seed).toString();

      assertThat(Program.parse(text)).hasToString(text);
    }
  }
}
