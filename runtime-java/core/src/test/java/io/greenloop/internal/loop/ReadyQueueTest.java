package io.greenloop.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.Parity;
import io.greenloop.testing.Seeds;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReadyQueueTest {
  private static final List<String> OWNERS = List.of("a", "b", "c", "d");

  private record Entry(Runnable action, Object owner) {}

  private static Entry entry(Object owner) {
    return new Entry(
        new Runnable() {
          @Override
          public void run() {}
        },
        owner);
  }

  @Seeds(200)
  @Parity("LOOP-2")
  void randomUseIsFirstInFirstOut(long seed) {
    var random = new SplittableRandom(seed);
    var queue = new ReadyQueue();
    var expected = new ArrayDeque<Entry>();
    for (int step = 0; step < 1000; step++) {
      switch (random.nextInt(6)) {
        case 0, 1, 2 -> {
          Entry added = entry(random.nextBoolean() ? null : OWNERS.get(random.nextInt(4)));
          queue.add(added.action(), added.owner());
          expected.add(added);
        }
        case 3 -> {
          if (!expected.isEmpty()) {
            Entry last = expected.removeLast();
            queue.removeLast(last.action());
          }
        }
        case 4 -> {
          if (!expected.isEmpty()) {
            var all = new ArrayList<>(expected);
            int index = random.nextInt(all.size());
            assertThat(queue.remove(all.get(index).action())).isEqualTo(index);
            all.remove(index);
            expected.clear();
            expected.addAll(all);
          }
        }
        default -> {
          if (!expected.isEmpty()) {
            Entry first = expected.removeFirst();
            assertThat(queue.peekAction()).isSameAs(first.action());
            assertThat(queue.peekOwner())
                .isSameAs(first.owner() == null ? first.action() : first.owner());
            queue.removeFirst();
          }
        }
      }
      assertThat(queue.size()).isEqualTo(expected.size());
    }
    for (Entry next : expected) {
      assertThat(queue.peekAction()).isSameAs(next.action());
      queue.removeFirst();
    }
    assertThat(queue.size()).isZero();
  }

  @Test
  void whatIsNotTheNewestOrNotThereStays() {
    var queue = new ReadyQueue();
    Entry a = entry(null);
    Entry b = entry(null);
    queue.removeLast(a.action());
    queue.add(a.action(), null);
    queue.add(b.action(), null);
    queue.removeLast(a.action());
    assertThat(queue.size()).isEqualTo(2);
    assertThat(queue.remove(entry(null).action())).isEqualTo(-1);
  }

  @Seeds(200)
  @Parity("LOOP-2")
  void aShuffleKeepsCallbacksAndTheStepsOfEachOwnerInOrder(long seed) {
    var random = new SplittableRandom(seed);
    var queue = new ReadyQueue();
    var order = new HashMap<Object, List<Runnable>>();
    int count = 2 + random.nextInt(60);
    for (int i = 0; i < count; i++) {
      Entry added = entry(random.nextInt(3) == 0 ? null : OWNERS.get(random.nextInt(4)));
      order.computeIfAbsent(added.owner(), o -> new ArrayList<>()).add(added.action());
      queue.add(added.action(), added.owner());
    }
    var seen = new HashMap<Object, List<Runnable>>();
    for (int left = count; left > 0; left--) {
      queue.shuffleFirst(left, random);
      var action = (Runnable) queue.peekAction();
      Object owner = queue.peekOwner();
      seen.computeIfAbsent(owner == action ? null : owner, o -> new ArrayList<>()).add(action);
      queue.removeFirst();
    }
    assertThat(seen).isEqualTo(order);
  }

  @Test
  void aShuffleReachesEveryOrderOfThreeTasks() {
    var orders = new java.util.HashSet<String>();
    for (int seed = 0; seed < 200; seed++) {
      var random = new SplittableRandom(seed);
      var queue = new ReadyQueue();
      for (String owner : List.of("a", "b", "c")) {
        queue.add(entry(owner).action(), owner);
      }
      var order = new StringBuilder();
      for (int left = 3; left > 0; left--) {
        queue.shuffleFirst(left, random);
        order.append(queue.peekOwner());
        queue.removeFirst();
      }
      orders.add(order.toString());
    }
    assertThat(orders).containsExactlyInAnyOrder("abc", "acb", "bac", "bca", "cab", "cba");
  }
}
