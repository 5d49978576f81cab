package io.greenloop.gevent;

import io.greenloop.Registration;
import io.greenloop.Task;
import io.greenloop.inspect.Stall;
import io.greenloop.inspect.Stalls;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A thread that watches one hub (Python: {@code PeriodicMonitoringThread}): whether a greenlet
 * holds it, how much memory is used, and whatever else it is asked to. Made by {@link
 * Hub#startPeriodicMonitoringThread}.
 *
 * <p>Any thread, unless a method says otherwise.
 */
public final class PeriodicMonitor implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.greenloop");

  private final Hub hub;
  private final ScheduledExecutorService thread;
  private final Registration stalls;
  private final Set<Task<?>> ignored =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
  private volatile boolean overMemory;

  PeriodicMonitor(Hub hub) {
    this.hub = hub;
    thread =
        Executors.newSingleThreadScheduledExecutor(
            work ->
                Thread.ofPlatform().daemon().name("gevent-monitor-" + hub.id()).unstarted(work));
    stalls = Stalls.onStall(GeventConfig.maxBlockingTime(), this::held);
    addMonitoringFunction(watched -> checkMemory(), GeventConfig.memoryMonitorPeriod());
  }

  /**
   * Calls {@code function} with the hub every {@code period}, on this monitor's thread. One that
   * throws is logged, and called again.
   */
  public Registration addMonitoringFunction(Consumer<? super Hub> function, Duration period) {
    long nanos = period.toNanos();
    ScheduledFuture<?> job =
        thread.scheduleAtFixedRate(() -> call(function), nanos, nanos, TimeUnit.NANOSECONDS);
    return () -> job.cancel(false);
  }

  private void call(Consumer<? super Hub> function) {
    try {
      function.accept(hub);
    } catch (Throwable thrown) { // would end the job
      LOG.log(Level.WARNING, "a monitoring function of " + hub + " threw", thrown);
    }
  }

  /** The calling greenlet may hold the loop from now on. In a greenlet. */
  public void ignoreCurrentGreenletBlocking() {
    Task<?> task = Task.currentOrNull();
    if (task != null) {
      ignored.add(task);
    }
  }

  /** Takes {@link #ignoreCurrentGreenletBlocking} back. In that greenlet. */
  public void monitorCurrentGreenletBlocking() {
    Task<?> task = Task.currentOrNull();
    if (task != null) {
      ignored.remove(task);
    }
  }

  private void held(Stall stall) {
    Task<?> task = stall.task().orElse(null);
    if (stall.loop() != hub.eventLoop() || ignored.contains(task)) {
      return;
    }
    if (GeventConfig.printBlockingReports()) {
      LOG.log(Level.WARNING, stall.toString());
    }
    Greenlet<?> greenlet =
        task != null && task.attachment() instanceof Greenlet<?> face ? face : null;
    GeventEvents.notify(
        new GeventEvents.EventLoopBlocked(greenlet, stall.duration(), stall.toString(), hub));
  }

  /** Looks at the memory now, as it does by itself each period. */
  public void checkMemory() {
    long most = GeventConfig.maxMemoryUsage();
    if (most <= 0) {
      return;
    }
    Runtime jvm = Runtime.getRuntime();
    long used = jvm.totalMemory() - jvm.freeMemory();
    if (used > most && !overMemory) {
      overMemory = true;
      GeventEvents.notify(new GeventEvents.MemoryUsageThresholdExceeded(used, most));
    } else if (used <= most && overMemory) {
      overMemory = false;
      GeventEvents.notify(new GeventEvents.MemoryUsageUnderThreshold(used, most));
    }
  }

  /** Ends the thread; the hub does it when its loop ends. */
  @Override
  public void close() {
    stalls.remove();
    thread.shutdown();
  }
}
