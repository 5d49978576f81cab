package io.greenloop;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.Strand;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks at all running loops a few times a second and logs one that makes no step: who holds it,
 * and the line, taken during the stall. One daemon thread for the JVM, from the first run on.
 */
final class Watchdog {
  private static final System.Logger LOG = System.getLogger("io.greenloop");
  private static final long LOOK_MILLIS = 100;
  private static final int LOOKS_UNTIL_STALL = 5;
  static final int LOOKS_UNTIL_SUSPICION = 100;
  private static final Map<EventLoop, Watch> WATCHED = new ConcurrentHashMap<>();

  private static final class Eye {
    static {
      Thread.ofPlatform().daemon().name("greenloop-watchdog").start(Watchdog::look);
    }

    static void open() {}
  }

  private Watchdog() {}

  /** One loop's run under watch; closing ends it. */
  static final class Watch implements AutoCloseable {
    private final EventLoop loop;
    private long lastSteps;
    private int looks;
    private int idleLooks;

    Watch(EventLoop loop) {
      this.loop = loop;
    }

    @Override
    public void close() {
      WATCHED.remove(loop, this);
    }

    void look() {
      LoopCore core = loop.core();
      long steps = core.steps();
      Strand holder = core.mountedStrand();
      lookForIdleness(core, steps);
      if (core.isAsleep() || holder == null || steps != lastSteps) {
        lastSteps = steps;
        looks = 0;
      } else if (++looks == LOOKS_UNTIL_STALL) {
        report(holder);
      }
    }

    /** A run that sleeps although somebody is awaited, and nothing is known to wake it. */
    private void lookForIdleness(LoopCore core, long steps) {
      if (steps != lastSteps || !core.isAsleep() || !loop.runs().isIdleWithoutReason()) {
        idleLooks = 0;
      } else if (++idleLooks == LOOKS_UNTIL_SUSPICION) {
        LOG.log(Level.WARNING, DeadLock.suspicion(loop, idleLooks * LOOK_MILLIS / 1000));
      }
    }

    private void report(Strand holder) {
      StackTraceElement[] frames = holder.thread().getStackTrace();
      Object owner = loop.core().ownerSeenFromOutside();
      String who =
          owner instanceof Task<?> task
              ? task.describe()
              : owner == null ? "a callback" : owner.toString();
      var text = new StringBuilder(loop.toString());
      text.append(" has been held for ").append(LOOKS_UNTIL_STALL * LOOK_MILLIS);
      text.append(" ms by ").append(who).append(", nothing else can run; it is at");
      for (StackTraceElement frame : frames) {
        text.append("\n\tat ").append(frame);
      }
      LOG.log(Level.WARNING, text.toString());
    }
  }

  static Watch watch(EventLoop loop) {
    Eye.open();
    var watch = new Watch(loop);
    WATCHED.put(loop, watch);
    return watch;
  }

  private static void look() {
    while (true) {
      try {
        Thread.sleep(LOOK_MILLIS);
        WATCHED.values().forEach(Watch::look);
      } catch (InterruptedException ignored) {
        // nobody interrupts it on purpose; it must not end
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, "the stall watchdog failed and goes on", e);
      }
    }
  }
}
