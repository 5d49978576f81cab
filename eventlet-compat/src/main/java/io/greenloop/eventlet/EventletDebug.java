package io.greenloop.eventlet;

import io.greenloop.Registration;
import io.greenloop.inspect.Stall;
import io.greenloop.inspect.Stalls;
import io.greenloop.inspect.TaskDump;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Switches and dumps for finding out what goes on (Python: {@code eventlet.debug}). The switches
 * count for the whole JVM; any thread may turn them.
 */
public final class EventletDebug {
  private static final StackTraceElement[] NONE = new StackTraceElement[0];

  private static volatile boolean reportsExceptions = true;
  private static volatile boolean listenerStacks;
  private static volatile boolean timerStacks;
  private static volatile boolean preventsMultipleReaders = true;
  private static volatile boolean tpoolExceptions;
  private static @Nullable Registration blockingDetection;

  private EventletDebug() {}

  // ---- switches ----------------------------------------------------------------------------

  /**
   * Whether what a green thread throws is also reported to the loop's exception handler, which logs
   * it by default; on at first.
   */
  public static void hubExceptions(boolean report) {
    reportsExceptions = report;
  }

  static boolean reportsExceptions() {
    return reportsExceptions;
  }

  /**
   * Whether {@link Hub#listeners}, and the refusal of a second reader, know where each waits; off
   * at first.
   */
  public static void hubListenerStacks(boolean record) {
    listenerStacks = record;
  }

  static boolean recordsListenerStacks() {
    return listenerStacks;
  }

  /** Whether {@link #dumpTimers} knows where each was made; off at first. */
  public static void hubTimerStacks(boolean record) {
    timerStacks = record;
  }

  static boolean recordsTimerStacks() {
    return timerStacks;
  }

  /** Whether a second green thread that waits for the same channel is refused; on at first. */
  public static void hubPreventMultipleReaders(boolean prevent) {
    preventsMultipleReaders = prevent;
  }

  static boolean preventsMultipleReaders() {
    return preventsMultipleReaders;
  }

  /** Whether what a job of {@link Tpool} throws is also logged; off at first. */
  public static void tpoolExceptions(boolean log) {
    tpoolExceptions = log;
  }

  static boolean logsTpoolExceptions() {
    return tpoolExceptions;
  }

  /** {@link #hubBlockingDetection(boolean, Duration)} of more than a second. */
  public static void hubBlockingDetection(boolean on) {
    hubBlockingDetection(on, Duration.ofSeconds(1));
  }

  /**
   * Whether code that holds a loop for longer is logged, with its stack, while it does. eventlet
   * throws in that code; a JVM cannot. Half a second is logged anyway.
   */
  public static void hubBlockingDetection(boolean on, Duration resolution) {
    hubBlockingDetection(
        on,
        resolution,
        stall -> System.getLogger("io.greenloop").log(System.Logger.Level.WARNING, stall));
  }

  /** {@link #hubBlockingDetection(boolean, Duration)} with something else than the log. */
  public static synchronized void hubBlockingDetection(
      boolean on, Duration resolution, Consumer<Stall> action) {
    if (blockingDetection != null) {
      blockingDetection.remove();
      blockingDetection = null;
    }
    if (on) {
      blockingDetection = Stalls.onStall(resolution, action);
    }
  }

  // ---- dumps -------------------------------------------------------------------------------

  /** Who waits for which channel (Python: {@code format_hub_listeners}). Loop. */
  public static String dumpListeners() {
    var text = new StringBuilder("LISTENERS:");
    for (Hub.Listener each : Hub.current().listeners()) {
      text.append("\n  ").append(each.who()).append(each.reads() ? " reads " : " writes ");
      text.append(each.channel());
      each.stack().forEach(frame -> text.append("\n    at ").append(frame));
    }
    return text.toString();
  }

  /** Which timers wait for their time (Python: {@code format_hub_timers}). Loop. */
  public static String dumpTimers() {
    var text = new StringBuilder("TIMERS:");
    for (Timer timer : Hub.current().timers) {
      text.append("\n  ").append(timer);
      for (StackTraceElement frame : timer.madeAt()) {
        text.append("\n    at ").append(frame);
      }
    }
    return text.toString();
  }

  /** The tasks of the loop, and what each waits for (Python: {@code format_asyncio_info}). Loop. */
  public static String dumpTasks() {
    return TaskDump.capture(Hub.current().loop()).toString();
  }

  /** The platform threads of the JVM with their stacks (Python: {@code format_threads_info}). */
  public static String dumpThreads() {
    var text = new StringBuilder("THREADS:");
    for (Map.Entry<Thread, StackTraceElement[]> each : Thread.getAllStackTraces().entrySet()) {
      text.append("\n  ").append(each.getKey().getName());
      for (StackTraceElement frame : each.getValue()) {
        text.append("\n    at ").append(frame);
      }
    }
    return text.toString();
  }

  static StackTraceElement[] stackIf(boolean wanted) {
    return wanted ? new Throwable().getStackTrace() : NONE;
  }
}
