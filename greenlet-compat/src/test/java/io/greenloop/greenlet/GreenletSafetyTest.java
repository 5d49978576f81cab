package io.greenloop.greenlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.testing.FullMode;
import io.greenloop.testing.Parity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is reported in debug mode, by the collector, by the flight recorder. */
class GreenletSafetyTest {
  @TempDir Path folder;

  /** Runs {@code main} of a class in a JVM of its own, in the mode of this one. */
  static String child(Class<?> main, String... options) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (!"portable".equals(System.getProperty("greenloop.test.mode"))) {
      command.add("--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED");
      command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
      command.add("--enable-native-access=ALL-UNNAMED");
    } else {
      command.add("-Dgreenloop.mode=portable");
    }
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(output).isZero();
    return output;
  }

  // ---- what a greenlet takes along ----------------------------------------------------------

  /** Switches away with a monitor, with locks, and inside a binding. */
  static final class Holders {
    private static final ScopedValue<String> BINDING = ScopedValue.newInstance();

    private final ReentrantLock lock = new ReentrantLock();

    synchronized void monitorOfMethod() {
      Greenlet.current().getParent().switchTo();
    }

    void monitorOfBlock() {
      synchronized (lock) {
        Greenlet.current().getParent().switchTo();
      }
    }

    void lockInField() {
      lock.lock();
      try {
        Greenlet.current().getParent().switchTo();
      } finally {
        lock.unlock();
      }
    }

    void binding() {
      ScopedValue.where(BINDING, "x").run(() -> Greenlet.current().getParent().switchTo());
    }

    void nothing() {
      synchronized (lock) {
        lock.lock();
        lock.unlock();
      }
      Greenlet.current().getParent().switchTo();
    }

    private static void run(Runnable body) {
      Greenlet g =
          new Greenlet(
              args -> {
                body.run();
                return null;
              });
      g.switchTo();
      g.switchTo();
    }

    public static void main(String[] args) {
      var holders = new Holders();
      run(holders::nothing);
      for (int i = 0; i < 2; i++) {
        run(holders::monitorOfMethod);
        run(holders::monitorOfBlock);
        run(holders::lockInField);
        run(holders::binding);
      }
      holders.lock.lock();
      run(() -> Greenlet.current().getParent().switchTo());
    }
  }

  private static List<String> warnings(String output) {
    return output.lines().filter(line -> line.startsWith("WARNING: ")).toList();
  }

  @Test
  @FullMode("whose monitor and lock it is stands in frames that only opened JDK packages show")
  @Parity({"GL-1.13.1", "GL-1.6.10", "GL-1.8.9"})
  void inDebugModeASwitchWithALockOrBindingIsReportedOnceWithItsFrame() throws Exception {
    String output = child(Holders.class, "-Dgreenloop.debug=true");

    List<String> warnings = warnings(output);
    assertThat(warnings).as(output).hasSize(4);
    assertThat(warnings.get(0))
        .contains("of thread 'main': ")
        .contains(" switches away while it holds the monitor of " + Holders.class.getName())
        .contains("$Holders.monitorOfMethod(GreenletSafetyTest.java:")
        .endsWith("enters it hangs the host; leave the synchronized block before");
    assertThat(warnings.get(1))
        .contains(" holds the monitor of java.util.concurrent.locks.ReentrantLock at ")
        .contains(".monitorOfBlock(");
    assertThat(warnings.get(2))
        .contains(" holds a ReentrantLock at ")
        .contains(".lockInField(")
        .endsWith("as if it were theirs; unlock before, or use GreenLock");
    assertThat(warnings.get(3))
        .contains(" has bound a ScopedValue at ")
        .contains(".binding(")
        .endsWith("a binding does not follow switches; use ContextVar or GreenletLocal");
  }

  @Test
  @Parity({"GL-1.8.9", "GL-1.13.1"})
  void inDebugModeMonitorsLocksAndBindingsAreReportedInBothModes() throws Exception {
    assertThat(warnings(child(Holders.class, "-Dgreenloop.debug=true")))
        .anyMatch(line -> line.matches(".* holds a (Reentrant)?[lL]ock at .*\\.lockInField\\(.*"))
        .anyMatch(line -> line.matches(".* holds (a|the) monitor.*\\.monitorOfMethod\\(.*"))
        .anyMatch(line -> line.matches(".* holds (a|the) monitor.*\\.monitorOfBlock\\(.*"))
        .anyMatch(line -> line.contains(" has bound a ScopedValue at "))
        .noneMatch(line -> line.contains(".nothing("));
  }

  /** Switches away with a monitor, and says how that is refused. */
  static final class Refused {
    static String switchInside() {
      synchronized (Refused.class) {
        try {
          return "ran: " + Greenlet.current().getParent().switchTo();
        } catch (IllegalStateException e) {
          return e.getMessage();
        }
      }
    }

    public static void main(String[] args) {
      System.out.println(new Greenlet(none -> switchInside()).switchTo());
    }
  }

  @Test
  @FullMode("a twin's thread is never pinned")
  void aMonitorThatTheJvmTiesToItsThreadIsNamedInTheRefusal() throws Exception {
    String output = child(Refused.class, "-XX:LockingMode=1", "-Dgreenloop.debug=true");

    assertThat(output)
        .contains(
            " cannot switch out: pinned by a monitor that it holds, as this JVM runs with"
                + " -XX:LockingMode=1; leave the synchronized code before, or leave the flag out");
    assertThat(warnings(output))
        .singleElement()
        .asString()
        .contains(" holds the monitor of java.lang.Class at ")
        .contains("$Refused.switchInside(GreenletSafetyTest.java:");
  }

  /** Switches so often that some are looked at. */
  static final class Persistent {
    private static synchronized void holding() {
      for (int i = 0; i < 40_000; i++) {
        Greenlet.current().getParent().switchTo();
      }
    }

    public static void main(String[] args) {
      Greenlet g =
          new Greenlet(
              none -> {
                holding();
                return null;
              });
      while (!g.isDead()) {
        g.switchTo();
      }
    }
  }

  @Test
  @Parity("GL-1.13.1")
  void withoutDebugModeOneSwitchInManyIsLookedAt() throws Exception {
    assertThat(warnings(child(Holders.class))).isEmpty();
    assertThat(warnings(child(Persistent.class)))
        .singleElement()
        .satisfies(
            line ->
                assertThat(line)
                    .contains(" switches away while it holds ")
                    .contains("$Persistent.holding(GreenletSafetyTest.java:"));
  }

  @Test
  void aLockIsFoundInTheCodeOfAMethodWhereItWasTakenOnEveryWayAndNotElsewhere() {
    var locks = new Locks();

    assertThat(locks.between(true)).isTrue();
    assertThat(locks.between(false)).as("behind it").isFalse();
    assertThat(locks.inACatch()).isTrue();
    assertThat(locks.inAFinally()).as("unlocked there").isFalse();
    assertThat(locks.onOneWay(true)).isFalse();
    assertThat(locks.inALoop(2)).isTrue();
    assertThat(locks.ofReaders()).isFalse();
    assertThat(locks.writing()).isTrue();
    assertThat(locks.tried()).isFalse();
  }

  /** Each method tells whether it holds a lock, where it asks. */
  private static final class Locks {
    private final ReentrantLock lock = new ReentrantLock();
    private final ReentrantReadWriteLock both = new ReentrantReadWriteLock();

    private static boolean holdsHere() {
      return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
          .walk(frames -> HeldByCode.aLock(frames.skip(1).findFirst().orElseThrow()));
    }

    boolean between(boolean asked) {
      lock.lock();
      try {
        if (asked) {
          return holdsHere();
        }
      } finally {
        lock.unlock();
      }
      return holdsHere();
    }

    boolean inACatch() {
      Lock any = lock;
      any.lock();
      try {
        throw new IllegalStateException();
      } catch (IllegalStateException e) {
        return holdsHere();
      } finally {
        any.unlock();
      }
    }

    boolean inAFinally() {
      boolean held = true;
      try {
        lock.lock();
        throw new IllegalStateException();
      } catch (IllegalStateException e) {
        // on with finally
      } finally {
        lock.unlock();
        held = holdsHere();
      }
      return held;
    }

    boolean onOneWay(boolean locks) {
      if (locks) {
        lock.lock();
      }
      boolean held = holdsHere();
      if (locks) {
        lock.unlock();
      }
      return held;
    }

    boolean inALoop(int times) {
      boolean held = true;
      for (int i = 0; i < times; i++) {
        lock.lock();
        held &= holdsHere();
        lock.unlock();
      }
      return held && !holdsHere();
    }

    boolean ofReaders() {
      both.readLock().lock();
      boolean held = holdsHere();
      both.readLock().unlock();
      return held;
    }

    boolean writing() {
      both.writeLock().lock();
      boolean held = holdsHere();
      both.writeLock().unlock();
      return held;
    }

    boolean tried() {
      boolean held = lock.tryLock() && holdsHere();
      lock.unlock();
      return held;
    }
  }

  @Test
  void aMonitorIsFoundInTheCodeOfAMethodWhereItIsHeldAndNotElsewhere() {
    var blocks = new Blocks();

    assertThat(blocks.method()).isTrue();
    assertThat(blocks.inTheBlock(2)).isTrue();
    assertThat(blocks.inTheBlock(0)).as("behind it").isFalse();
    assertThat(blocks.inACatch()).isTrue();
    assertThat(blocks.afterAThrow()).isFalse();
    assertThat(blocks.inASwitch("in")).isTrue();
    assertThat(blocks.inASwitch("out")).isFalse();
  }

  /** Each method tells whether it holds a monitor, where it asks. */
  private static final class Blocks {
    private final Object lock = new Object();

    private static boolean holdsHere() {
      return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
          .walk(frames -> HeldByCode.aMonitor(frames.skip(1).findFirst().orElseThrow()));
    }

    synchronized boolean method() {
      return holdsHere();
    }

    boolean inTheBlock(int times) {
      synchronized (lock) {
        for (int i = 1; i < times; i++) {
          if (holdsHere()) {
            return true;
          }
        }
      }
      return holdsHere();
    }

    boolean inACatch() {
      synchronized (lock) {
        try {
          throw new IllegalStateException();
        } catch (IllegalStateException e) {
          return holdsHere();
        }
      }
    }

    boolean afterAThrow() {
      try {
        synchronized (lock) {
          throw new IllegalStateException();
        }
      } catch (IllegalStateException e) {
        return holdsHere();
      }
    }

    boolean inASwitch(String where) {
      switch (where) {
        case "in":
          synchronized (lock) {
            return holdsHere();
          }
        default:
          return holdsHere();
      }
    }
  }

  // ---- dropped ones ------------------------------------------------------------------------

  /** Drops suspended greenlets and collects until they are reported. */
  static final class Dropper {
    private static void drop() {
      new Greenlet(args -> Greenlet.current().getParent().switchTo()).switchTo();
      var self = new Greenlet[1];
      self[0] = new Greenlet(args -> self[0].getParent().switchTo(self[0]) == self);
      self[0].switchTo();
      try (Greenlet closed = new Greenlet(args -> Greenlet.current().getParent().switchTo())) {
        closed.switchTo();
      }
      new Greenlet(args -> null).switchTo();
    }

    public static void main(String[] args) throws Exception {
      var reported = new java.util.concurrent.CopyOnWriteArrayList<LogRecord>();
      Logger logger = Logger.getLogger("io.greenloop");
      logger.setUseParentHandlers(false);
      logger.addHandler(
          new Handler() {
            @Override
            public void publish(LogRecord record) {
              reported.add(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
          });
      Thread host = new Thread(Dropper::drop);
      host.start();
      host.join();
      drop();
      while (lost(reported) < 4) {
        System.gc();
      }
      System.out.println("lost: " + lost(reported));
      for (LogRecord record : reported) {
        System.out.println(record.getMessage());
        if (record.getThrown() != null) {
          record.getThrown().printStackTrace(System.out);
        }
      }
    }

    private static int lost(List<LogRecord> reported) {
      return reported.stream()
          .map(record -> record.getMessage().split(" ")[0])
          .mapToInt(word -> word.equals("a") ? 1 : Integer.parseInt(word))
          .sum();
    }
  }

  @Test
  @FullMode("a suspended twin's thread keeps what its stack refers to")
  @Parity({"GL-1.10.6", "GL-C68", "GL-C70"})
  void oneDroppedWhileSuspendedIsCollectedAndReportedAlsoInACycleOrByAThreadThatEnded()
      throws Exception {
    String output = child(Dropper.class);

    assertThat(output).startsWith("lost: 4");
    assertThat(output)
        .contains(
            "finally blocks never run; close them"
                + " (run with -Dgreenloop.debug=true to see where they were created)");
  }

  /** Leaves a greenlet behind in a virtual thread that nobody will unpark. */
  static final class Abandoner {
    public static void main(String[] args) throws Exception {
      var left = new CountDownLatch(1);
      Thread.startVirtualThread(
          () -> {
            Greenlet g = new Greenlet(none -> Greenlet.current().getParent().switchTo());
            g.switchTo();
            left.countDown();
            for (; ; ) {
              LockSupport.park(g);
            }
          });
      left.await();
      var reported = new CountDownLatch(1);
      Logger.getLogger("io.greenloop")
          .setFilter(
              record -> {
                reported.countDown();
                return true;
              });
      for (int i = 0; i < 100 && !reported.await(50, TimeUnit.MILLISECONDS); i++) {
        System.gc();
      }
    }
  }

  @Test
  @FullMode("a suspended twin's thread keeps what its stack refers to")
  void oneOfAVirtualThreadThatIsCollectedItselfIsReported() throws Exception {
    assertThat(warnings(child(Abandoner.class, "-Djdk.trackAllThreads=false")))
        .singleElement()
        .asString()
        .contains("a greenlet was dropped while suspended");
  }

  @Test
  @FullMode("a suspended twin's thread keeps what its stack refers to")
  void inDebugModeTheReportShowsWhereItWasCreated() throws Exception {
    assertThat(child(Dropper.class, "-Dgreenloop.debug=true"))
        .contains("a greenlet was dropped while suspended, its finally blocks never run; close it")
        .contains("java.lang.Throwable: created here")
        .contains("$Dropper.drop(GreenletSafetyTest.java:");
  }

  // ---- the end of the JVM --------------------------------------------------------------------

  /** Leaves suspended greenlets behind on two threads and asks for the current one in a hook. */
  static final class Leaver {
    private static void suspend(int depth) {
      Greenlet g =
          new Greenlet(
              args -> {
                try {
                  if (depth > 0) {
                    suspend(depth - 1);
                  }
                  return Greenlet.current().getParent().switchTo();
                } finally {
                  System.out.println("unwound");
                }
              });
      g.switchTo();
    }

    public static void main(String[] args) throws Exception {
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () ->
                      System.out.println(
                          "in a hook: "
                              + new Greenlet(none -> Greenlet.current().getParent().isActive())
                                  .switchTo())));
      Thread thread = new Thread(() -> suspend(3));
      thread.start();
      thread.join();
      suspend(3);
      Aio.run(() -> suspend(1));
      System.out.println("leaving");
    }
  }

  @Test
  @Parity({"GL-C73", "GL-C74", "GL-C75", "GL-1.1.3", "GL-1.10.9"})
  void aThreadOrJvmThatEndsLeavesSuspendedOnesAsTheyAreAndHangsOnNone() throws Exception {
    assertThat(child(Leaver.class).lines()).containsExactly("leaving", "in a hook: true");
  }

  // ---- the flight recorder -------------------------------------------------------------------

  /** Switches while it is recorded. */
  static final class Recorded {
    public static void main(String[] args) {
      Greenlet main = Greenlet.current();
      Greenlet g =
          new Greenlet(
              none -> {
                main.switchTo();
                throw new IOException("disk");
              });
      g.switchTo();
      try {
        g.switchTo();
      } catch (Throwable disk) {
        System.out.println(Texts.id(main) + " " + Texts.id(g) + " " + disk.getMessage());
      }
    }
  }

  @Test
  void theFlightRecorderHearsOfSwitchesWhereItIsAskedTo() throws Exception {
    Path file = folder.resolve("switches.jfr");

    String output =
        child(
            Recorded.class,
            "-XX:StartFlightRecording:filename="
                + file
                + ",+io.greenloop.GreenletSwitch#enabled=true");

    String[] words = output.lines().toList().getLast().split(" ");
    assertThat(Files.exists(file)).as(output).isTrue();
    var switches = new ArrayList<String>();
    List<RecordedEvent> events = new ArrayList<>(RecordingFile.readAllEvents(file));
    events.sort(
        Comparator.comparing(RecordedEvent::getStartTime)); // twins have buffers of their own
    for (RecordedEvent event : events) {
      if (event.getEventType().getName().equals("io.greenloop.GreenletSwitch")) {
        switches.add(
            event.getString("host")
                + ": "
                + event.getString("origin")
                + " "
                + event.getString("target")
                + " "
                + event.getString("thrown"));
      }
    }
    String main = words[0];
    String g = words[1];
    assertThat(switches)
        .containsExactly(
            "thread 'main': " + main + " " + g + " ",
            "thread 'main': " + g + " " + main + " ",
            "thread 'main': " + main + " " + g + " ",
            "thread 'main': " + g + " " + main + " java.io.IOException");
  }
}
