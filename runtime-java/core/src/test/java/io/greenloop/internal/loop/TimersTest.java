package io.greenloop.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.Parity;
import io.greenloop.testing.Seeds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TimersTest {
  /** What the timers should give, kept in the simplest way. */
  private record Expected(TimerNode node, long due, int sequence) {}

  @Seeds(200)
  @Parity({"LOOP-4", "LOOP-5"})
  void randomAddsAndRemovesComeOutLikeASortedList(long seed) {
    var random = new SplittableRandom(seed);
    // Around the overflow of the clock too: only differences count.
    long origin = random.nextBoolean() ? 0 : Long.MAX_VALUE - 50;
    var timers = new Timers();
    var expected = new ArrayList<Expected>();
    int sequence = 0;
    for (int step = 0; step < 500; step++) {
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          var node = new TimerNode((Runnable) () -> {}, null);
          long due = origin + random.nextInt(100); // many equal ones
          timers.add(node, due);
          expected.add(new Expected(node, due, sequence++));
        }
        case 2 -> {
          if (!expected.isEmpty()) {
            Expected gone = expected.remove(random.nextInt(expected.size()));
            timers.remove(gone.node());
            assertThat(gone.node().isPending()).isFalse();
          }
        }
        default -> {
          if (!expected.isEmpty()) {
            Expected first = sorted(expected, origin).getFirst();
            assertThat(timers.first()).isSameAs(first.node());
            timers.remove(first.node());
            expected.remove(first);
          }
        }
      }
      assertThat(timers.size()).isEqualTo(expected.size());
    }
    for (Expected next : sorted(expected, origin)) {
      assertThat(timers.first()).isSameAs(next.node());
      timers.remove(next.node());
    }
    assertThat(timers.first()).isNull();
    assertThat(timers.size()).isZero();
  }

  private static List<Expected> sorted(List<Expected> timers, long origin) {
    return timers.stream()
        .sorted(
            Comparator.<Expected>comparingLong(t -> t.due() - origin)
                .thenComparingInt(Expected::sequence))
        .toList();
  }

  @Test
  void aRemovedNodeMayBeAddedAgain() {
    var timers = new Timers();
    var node = new TimerNode((Runnable) () -> {}, null);
    timers.add(node, 5);
    timers.remove(node);
    assertThat(node.isPending()).isFalse();
    timers.add(node, 7);
    assertThat(node.isPending()).isTrue();
    assertThat(timers.first()).isSameAs(node);
    assertThat(node.dueNanos()).isEqualTo(7);
  }
}
