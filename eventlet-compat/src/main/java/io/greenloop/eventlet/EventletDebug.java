package io.greenloop.eventlet;

/** Switches for finding out what goes on (Python: {@code eventlet.debug}). */
public final class EventletDebug {
  private static volatile boolean reportsExceptions = true;

  private EventletDebug() {}

  /**
   * Whether what a green thread throws is also reported to the loop's exception handler, which logs
   * it by default; on at first. Any thread.
   */
  public static void hubExceptions(boolean report) {
    reportsExceptions = report;
  }

  static boolean reportsExceptions() {
    return reportsExceptions;
  }
}
