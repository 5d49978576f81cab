package io.greenloop.coroutine;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.FullMode;
import io.greenloop.testing.Parity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@Parity("GEN-17")
class LeakTest {
  private final Logger logger = Logger.getLogger("io.greenloop");
  private final List<LogRecord> records = new CopyOnWriteArrayList<>();
  private final Handler collector =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          records.add(record);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void collect() {
    logger.addHandler(collector);
    logger.setUseParentHandlers(false);
  }

  @AfterEach
  void release() {
    logger.removeHandler(collector);
    logger.setUseParentHandlers(true);
  }

  private static Generator<Integer, Void, Void> two(String name) {
    return Generator.yielding(
        name,
        g -> {
          g.yieldValue(1);
          g.yieldValue(2);
        });
  }

  /** Collects until the marker, dropped last, has been reported too. */
  private void collectGarbageUntil(String marker) {
    while (records.stream().noneMatch(record -> record.getMessage().contains(marker))) {
      System.gc();
      Thread.yield();
    }
  }

  @Test
  void oneDroppedWhileSuspendedIsReported() {
    two("dropped").next();

    collectGarbageUntil("'dropped'");

    assertThat(records)
        .filteredOn(record -> record.getMessage().contains("'dropped'"))
        .extracting(LogRecord::getMessage)
        .containsExactly(
            "generator 'dropped' was dropped while suspended, its finally blocks never run;"
                + " close it, best by try-with-resources"
                + " (run with -Dgreenloop.debug=true to see where it was created)");
  }

  @Test
  void finishedClosedAndUnstartedOnesAreNot() {
    two("unstarted");
    var over = two("over");
    over.close();
    over.hasNext();
    over = null;
    two("drained").forEachRemaining(value -> {});
    try (var closed = two("closed")) {
      closed.next();
    }
    two("staged").map(value -> value).take(1).forEachRemaining(value -> {});
    Coroutine.of("coroutine", self -> 1).send(null);
    two("marker").next();

    collectGarbageUntil("'marker'");

    assertThat(records)
        .extracting(LogRecord::getMessage)
        .noneMatch(text -> text.matches(".*'(unstarted|over|drained|closed|staged|coroutine)'.*"));
  }

  @Test
  void aCoroutineDroppedWhileSuspendedIsReported() {
    Coroutine.of("lost", self -> self.yieldValue(1)).send(null);

    collectGarbageUntil("coroutine 'lost' was dropped");
  }

  /** The child of the next test: drops a suspended generator and collects until it is reported. */
  static final class Child {
    public static void main(String[] args) throws Exception {
      var test = new LeakTest();
      test.collect();
      two("traced").next();
      test.collectGarbageUntil("'traced'");
      for (LogRecord record : test.records) {
        System.err.println(record.getMessage());
        record.getThrown().printStackTrace();
      }
    }
  }

  @Test
  void inDebugModeTheReportShowsWhereItWasCreated() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process child =
        new ProcessBuilder(
                java.toString(),
                "-Dgreenloop.debug=true",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(child.waitFor()).isZero();
    assertThat(output)
        .contains("'traced' was dropped while suspended")
        .contains("java.lang.Throwable: created here")
        .contains("at io.greenloop.coroutine.LeakTest.two(LeakTest.java:");
  }

  @Test
  @FullMode("a suspended twin's thread keeps what its stack refers to")
  void oneThatItsOwnBodyRefersToIsReportedToo() {
    startCycle();

    collectGarbageUntil("'cycle'");
  }

  private static void startCycle() {
    var self = new AtomicReference<Generator<Integer, Void, Void>>();
    self.set(
        Generator.yielding(
            "cycle",
            g -> {
              g.yieldValue(1);
              self.get().close();
            }));
    self.get().next();
  }
}
