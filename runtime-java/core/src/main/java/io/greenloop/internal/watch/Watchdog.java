package io.greenloop.internal.watch;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Looks at all running loops a few times a second. One daemon thread for the JVM, from the first
 * run on. Any thread.
 */
public final class Watchdog {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long LOOK_NANOS = 100 * NANOS_PER_MILLI;

  /** Looks for one threshold: how exact the reported time is. */
  private static final int LOOKS_PER_THRESHOLD = 5;

  /** A loop held for longer is logged. */
  static final long LOG_NANOS = 500 * NANOS_PER_MILLI;

  private static final Set<Watch> WATCHES = ConcurrentHashMap.newKeySet();
  private static final List<StallListener> LISTENERS = new CopyOnWriteArrayList<>();
  private static volatile long lookNanos = LOOK_NANOS;

  private static final class Eye {
    static {
      Thread.ofPlatform().daemon().name("greenloop-watchdog").start(Watchdog::look);
    }

    static void open() {}
  }

  private Watchdog() {}

  /** Watches a run until the result is closed. */
  public static Watch watch(Watched run) {
    Eye.open();
    var watch = new Watch(run);
    WATCHES.add(watch);
    return watch;
  }

  static void forget(Watch watch) {
    WATCHES.remove(watch);
  }

  /** Tells {@code listener} of each stall, on the watchdog's thread, while the loop is held. */
  public static void addListener(StallListener listener) {
    LISTENERS.add(listener);
    adjustPace();
  }

  /** Takes back what {@link #addListener} added; returns whether it was there. */
  public static boolean removeListener(StallListener listener) {
    boolean was = LISTENERS.remove(listener);
    adjustPace();
    return was;
  }

  static List<StallListener> listeners() {
    return LISTENERS;
  }

  private static void adjustPace() {
    long pace = LOOK_NANOS;
    for (StallListener listener : LISTENERS) {
      pace = Math.min(pace, listener.thresholdNanos() / LOOKS_PER_THRESHOLD);
    }
    lookNanos = Math.max(NANOS_PER_MILLI, pace);
  }

  static void tell(StallListener listener, Stall stall) {
    try {
      listener.action().accept(stall);
    } catch (RuntimeException | Error e) {
      System.getLogger("io.greenloop")
          .log(Level.WARNING, "a stall listener failed: " + listener.action(), e);
    }
  }

  private static List<Chore> findChores() {
    return ServiceLoader.load(Chore.class, Chore.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .toList();
  }

  private static void look() {
    List<Chore> chores = null;
    while (true) {
      try {
        TimeUnit.NANOSECONDS.sleep(lookNanos);
        if (chores == null) {
          chores = findChores();
        }
        for (Chore chore : chores) {
          chore.look(WATCHES);
        }
        long now = System.nanoTime();
        for (Watch watch : WATCHES) {
          watch.look(now);
        }
      } catch (InterruptedException ignored) {
        // nobody interrupts it on purpose; it must not end
      } catch (RuntimeException e) {
        System.getLogger("io.greenloop")
            .log(Level.WARNING, "the stall watchdog failed and goes on", e);
      }
    }
  }
}
