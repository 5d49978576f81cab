package io.greenloop.gevent;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What can be set for all hubs (Python: {@code gevent.config}). Each value is the last one that was
 * set; else the system property {@code gevent.NAME}, else the environment variable {@code
 * GEVENT_NAME}, read at the first use; else its default. Any thread.
 */
public final class GeventConfig {
  /** What a program that nothing can wake is told. */
  public enum OnLoopExit {
    /** Main gets a {@link io.greenloop.LoopExit}. */
    RAISE,
    /** The report is logged, and the program waits. */
    WARN,
    /** Nothing is done about it. */
    OFF
  }

  private static volatile OnLoopExit loopExit = choice(read("loop_exit", "raise"));
  private static volatile int threadPoolSize = Integer.parseInt(read("threadpool_size", "10"));
  private static volatile Duration threadIdle = seconds(read("threadpool_idle_task_timeout", "5"));
  private static volatile Duration maxBlockingTime = seconds(read("max_blocking_time", "0.1"));
  private static volatile boolean monitorThread = isOn(read("monitor_thread_enable", "0"));
  private static volatile Duration memoryMonitorPeriod =
      seconds(read("memory_monitor_period", "5"));
  private static volatile long maxMemoryUsage = Long.parseLong(read("max_memory_usage", "0"));
  private static volatile boolean trackGreenletTree = isOn(read("track_greenlet_tree", "0"));
  private static volatile int spawningStackLimit = 10;
  private static volatile boolean printBlockingReports = isOn(read("print_blocking_reports", "1"));

  private GeventConfig() {}

  private static String read(String name, String otherwise) {
    String property = System.getProperty("gevent." + name);
    if (property != null) {
      return property;
    }
    @Nullable String variable = System.getenv("GEVENT_" + name.toUpperCase(Locale.ROOT));
    return variable != null ? variable : otherwise;
  }

  private static boolean isOn(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "1", "true", "on", "yes" -> true;
      case "0", "false", "off", "no", "" -> false;
      default ->
          throw new IllegalArgumentException("a gevent switch is '" + text + "' (expected 0 or 1)");
    };
  }

  private static Duration seconds(String text) {
    return Duration.ofNanos(Math.round(Double.parseDouble(text) * 1e9));
  }

  private static OnLoopExit choice(String text) {
    return OnLoopExit.valueOf(text.strip().toUpperCase(Locale.ROOT));
  }

  /** What {@link Gevent#run} does about a program that nothing can wake; it raises at first. */
  public static OnLoopExit loopExit() {
    return loopExit;
  }

  /** Changes {@link #loopExit}, for the next run. */
  public static void setLoopExit(OnLoopExit policy) {
    loopExit = policy;
  }

  /** How many threads the pool of a hub has at most: 10. */
  public static int threadPoolSize() {
    return threadPoolSize;
  }

  /** Changes {@link #threadPoolSize}, for hubs that have no pool yet. */
  public static void setThreadPoolSize(int threads) {
    threadPoolSize = threads;
  }

  /** How long a thread of a pool stays without work: 5 s. */
  public static Duration threadPoolIdleTaskTimeout() {
    return threadIdle;
  }

  /** Changes {@link #threadPoolIdleTaskTimeout}, for pools that have no thread yet. */
  public static void setThreadPoolIdleTaskTimeout(Duration idle) {
    threadIdle = idle;
  }

  /** How long a greenlet may hold the loop before {@link PeriodicMonitor} tells: 0.1 s. */
  public static Duration maxBlockingTime() {
    return maxBlockingTime;
  }

  /** Changes {@link #maxBlockingTime}, for monitors that are not started yet. */
  public static void setMaxBlockingTime(Duration limit) {
    maxBlockingTime = limit;
  }

  /** Whether {@link Gevent#run} starts the monitor of its hub; off at first. */
  public static boolean monitorThread() {
    return monitorThread;
  }

  /** Changes {@link #monitorThread}, for the next run. */
  public static void setMonitorThread(boolean on) {
    monitorThread = on;
  }

  /** Whether a held loop is also logged, with the stack of who holds it; on at first. */
  public static boolean printBlockingReports() {
    return printBlockingReports;
  }

  /** Changes {@link #printBlockingReports}. */
  public static void setPrintBlockingReports(boolean on) {
    printBlockingReports = on;
  }

  /** How often memory is looked at: 5 s. */
  public static Duration memoryMonitorPeriod() {
    return memoryMonitorPeriod;
  }

  /** Changes {@link #memoryMonitorPeriod}, for monitors that are not started yet. */
  public static void setMemoryMonitorPeriod(Duration period) {
    memoryMonitorPeriod = period;
  }

  /** How many bytes the heap may use before subscribers are told; 0 for no limit. */
  public static long maxMemoryUsage() {
    return maxMemoryUsage;
  }

  /** Changes {@link #maxMemoryUsage}. */
  public static void setMaxMemoryUsage(long bytes) {
    maxMemoryUsage = bytes;
  }

  /** Whether greenlets keep where they were spawned; off at first, as it costs a microsecond. */
  public static boolean trackGreenletTree() {
    return trackGreenletTree;
  }

  /** Changes {@link #trackGreenletTree}, for greenlets that are made from now on. */
  public static void setTrackGreenletTree(boolean on) {
    trackGreenletTree = on;
  }

  /** How many frames of the spawning line are kept: 10. */
  public static int spawningStackLimit() {
    return spawningStackLimit;
  }

  /** Changes {@link #spawningStackLimit}. */
  public static void setSpawningStackLimit(int frames) {
    spawningStackLimit = frames;
  }
}
