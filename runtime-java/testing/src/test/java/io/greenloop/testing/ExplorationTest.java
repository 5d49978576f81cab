package io.greenloop.testing;

import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.TaskGroup;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExplorationTest {
  /** Reads, waits and writes: right only as long as nobody comes between. */
  private static void lostUpdate(TestLoop t) {
    var counter = new int[1];
    t.run(
        () ->
            TaskGroup.run(
                g -> {
                  for (int i = 0; i < 2; i++) {
                    String name = "task " + i;
                    g.spawn(
                        () -> {
                          yieldNow();
                          int seen = counter[0];
                          t.note(name);
                          if (name.equals("task 1") && seen == 0) {
                            yieldNow();
                          }
                          counter[0] = seen + 1;
                        });
                  }
                }));
    assertThat(counter[0]).isEqualTo(2);
  }

  @Test
  void findsTheOrderThatFailsAndSaysHowToReplayIt() {
    assertThatThrownBy(() -> Exploration.of(100).run((t, seed) -> lostUpdate(t)))
        .isInstanceOf(AssertionError.class)
        .hasMessageMatching(
            "(?s)seed (\\d+) fails: .*; replay with -Dgreenloop\\.seed=\\1\ntrail: task 1@0 task"
                + " 0@0");
  }

  @Test
  void theSeedOfAFailureReplaysIt() {
    var fails = new HashSet<Long>();
    for (int round = 0; round < 2; round++) {
      Set<Long> now = new HashSet<>();
      for (long seed = 1; seed <= 30; seed++) {
        try (var t = TestLoop.exploring(seed)) {
          lostUpdate(t);
        } catch (AssertionError expected) {
          now.add(seed);
        }
      }
      assertThat(now).isNotEmpty();
      if (round == 0) {
        fails.addAll(now);
      }
      assertThat(now).isEqualTo(fails);
    }
  }

  @Test
  void saysWhenARunCannotBeReplayed() {
    var runs = new int[1];

    assertThatThrownBy(
            () ->
                Exploration.of(1)
                    .run(
                        (t, seed) -> {
                          t.note(runs[0]++);
                          throw new IllegalStateException("planned");
                        }))
        .hasMessageContaining("a second run was another one");
  }

  @Test
  void timersFireLateByTheSeedAndNeverEarly() {
    var times = new HashSet<String>();
    for (long seed = 1; seed <= 50; seed++) {
      try (var t = TestLoop.exploring(seed)) {
        t.run(
            () -> {
              sleep(ofMillis(10));
              assertThat(t.loop().time()).isGreaterThanOrEqualTo(ofMillis(10));
              t.note("slept");
            });
        times.addAll(t.trail());
      }
    }

    assertThat(times).contains("slept@10").hasSizeGreaterThan(10);
  }

  @Test
  void shrinksToWhatFailsStill() {
    List<Integer> all = IntStream.range(0, 40).boxed().toList();

    List<Integer> smallest =
        Exploration.shrink(
            all, ExplorationTest::withoutOne, list -> list.contains(7) && list.contains(23));

    assertThat(smallest).containsExactly(7, 23);
  }

  private static List<List<Integer>> withoutOne(List<Integer> list) {
    var smaller = new ArrayList<List<Integer>>();
    for (int i = 0; i < list.size(); i++) {
      var cut = new ArrayList<>(list);
      cut.remove(i);
      smaller.add(cut);
    }
    return smaller;
  }

  @Test
  void noSeedIsNoExploration() {
    assertThatThrownBy(() -> Exploration.of(0))
        .hasMessage("Exploration: seeds = 0 (expected >= 1)");
  }
}
