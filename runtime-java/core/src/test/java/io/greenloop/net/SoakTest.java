package io.greenloop.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.RealTime;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Everything at once, with random kills, for as long as {@code -Dgreenloop.soak=PT30M} says: heap,
 * descriptors and threads end where they began.
 */
class SoakTest {
  private static final Duration SHORT = Duration.ofSeconds(3);
  private static final Duration MOST_ON_EACH_ENGINE = Duration.ofMinutes(5);
  private static final long HEAP_SLACK = 8 << 20;

  /** The JDK's own pools, whose threads stay for a minute. */
  private static final Pattern POOLED =
      Pattern.compile("process reaper|ForkJoinPool\\.commonPool.*");

  /** What a process holds. */
  private record Holdings(long heap, long descriptors, List<String> threads) {
    static Holdings now() throws IOException, InterruptedException {
      var memory = ManagementFactory.getMemoryMXBean();
      Holdings least = null;
      for (int i = 0; i < 20; i++) { // what has ended takes a moment to be gone
        System.gc();
        var held =
            new Holdings(memory.getHeapMemoryUsage().getUsed(), descriptorsNow(), threadsNow());
        least =
            least == null
                ? held
                : new Holdings(
                    Math.min(least.heap, held.heap),
                    Math.min(least.descriptors, held.descriptors),
                    held.threads.size() < least.threads.size() ? held.threads : least.threads);
        Thread.sleep(50);
      }
      return least;
    }

    private static List<String> threadsNow() {
      return Thread.getAllStackTraces().keySet().stream()
          .map(Thread::getName)
          .filter(name -> !POOLED.matcher(name).matches())
          .sorted()
          .toList();
    }

    private static long descriptorsNow() throws IOException {
      Path open = Path.of("/proc/self/fd");
      if (!Files.isDirectory(open)) {
        return 0;
      }
      try (Stream<Path> all = Files.list(open)) {
        return all.count();
      }
    }
  }

  /** The long one runs once, and not so long on each engine and in portable mode. */
  private static Duration length() {
    boolean plain =
        System.getProperty("greenloop.engine") == null
            && !"portable".equals(System.getProperty("greenloop.test.mode"));
    Duration wanted = Duration.parse(System.getProperty("greenloop.soak", SHORT.toString()));
    return plain || wanted.compareTo(MOST_ON_EACH_ENGINE) < 0 ? wanted : MOST_ON_EACH_ENGINE;
  }

  @Test
  @RealTime
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void heapDescriptorsAndThreadsEndWhereTheyBegan() throws Exception {
    long seed = Long.getLong("greenloop.seed", System.nanoTime());
    var soak = new Soak(seed);
    soak.run(SHORT); // classes are loaded, pools are filled
    long warm = soak.whole;
    Holdings before = Holdings.now();

    soak.run(length());

    Holdings after = Holdings.now();
    String figures =
        String.format(
            "soak of %s, seed %d: %d conversations, %d killed; %s -> %s",
            length(), seed, soak.whole, soak.broken, before, after);
    System.out.println(figures);
    assertThat(soak.whole).as(figures).isGreaterThan(warm);
    assertThat(soak.broken).as(figures).isPositive();
    assertThat(after.descriptors).as(figures).isLessThanOrEqualTo(before.descriptors);
    assertThat(after.threads).as(figures).hasSizeLessThanOrEqualTo(before.threads.size());
    assertThat(after.heap).as(figures).isLessThanOrEqualTo(before.heap + HEAP_SLACK);
  }
}
