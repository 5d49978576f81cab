package io.greenloop.testing;

import io.greenloop.EventLoop;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.OpenLoops;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What was there before a test, to find out what the test left behind. */
final class LeakCheck {
  /** How long a thread that has been told to end may take. */
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final Set<LoopCore> loops = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Thread> threads = new HashSet<>();

  private LeakCheck() {}

  static LeakCheck begin() {
    var check = new LeakCheck();
    check.loops.addAll(OpenLoops.snapshot());
    check.threads.addAll(Thread.getAllStackTraces().keySet());
    return check;
  }

  /**
   * Throws if something is left behind.
   *
   * @throws AssertionError with a line for each loop and thread
   */
  void end() {
    var found = new ArrayList<String>();
    for (LoopCore loop : OpenLoops.snapshot()) {
      if (!loops.contains(loop)) {
        found.add(describe(loop));
      }
    }
    long deadline = System.nanoTime() + GRACE_NANOS;
    for (Thread thread : suspects()) {
      if (!endsBy(deadline, thread)) {
        found.add(
            "thread '"
                + thread.getName()
                + "' is alive"
                + (thread.isDaemon() ? "" : ", no daemon"));
      }
    }
    if (!found.isEmpty()) {
      throw new AssertionError("left behind by this test:\n  " + String.join("\n  ", found));
    }
  }

  private static String describe(LoopCore core) {
    var loop = (EventLoop) core.face();
    List<String> tasks = loop.allTasks().stream().map(task -> "'" + task.name() + "'").toList();
    return loop
        + " is open; close it"
        + (tasks.isEmpty() ? "" : "; its tasks: " + String.join(", ", tasks))
        + (core.pendingTimers() == 0 ? "" : "; pending timers: " + core.pendingTimers());
  }

  /** Threads that are new and either keep the JVM alive or work for a loop. */
  private List<Thread> suspects() {
    Set<String> openCarriers = new HashSet<>();
    OpenLoops.snapshot().forEach(loop -> openCarriers.add("greenloop-" + loop.name()));
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !threads.contains(thread) && !thread.getName().startsWith("junit-"))
        .filter(thread -> !thread.isDaemon() || isOurs(thread.getName()))
        .filter(thread -> !openCarriers.contains(thread.getName()))
        .toList();
  }

  private static boolean isOurs(String name) {
    return name.startsWith("greenloop-") && !name.equals("greenloop-watchdog");
  }

  private static boolean endsBy(long deadline, Thread thread) {
    boolean interrupted = Thread.interrupted();
    try {
      while (thread.isAlive() && System.nanoTime() - deadline < 0) {
        thread.join(10);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }
}
