package io.greenloop.internal.jfr;

import org.jspecify.annotations.Nullable;

/**
 * Whether somebody records, and what the runtime tells then. Any thread.
 *
 * <p>Costs a read of a static field while nobody does. The watchdog notices within a tenth of a
 * second that a recording has begun; one that the command line asks for is there from the start.
 */
public final class Recording {
  /** Set by the JDK when the flight recorder is set up: asking for it loads nothing. */
  private static final String REPOSITORY = "jdk.jfr.repository";

  @SuppressWarnings("NonFinalStaticField") // a switch; plain, because it is read for each task
  private static boolean on = isSetUp();

  private Recording() {}

  static boolean isSetUp() {
    return System.getProperty(REPOSITORY) != null;
  }

  /** Whether to tell. */
  public static boolean isOn() {
    return on;
  }

  static void turnOn() {
    on = true;
  }

  /** A task was made. */
  public static void taskStarted(long id, String name, String loop, @Nullable Long parent) {
    var event = new TaskStartEvent();
    if (event.shouldCommit()) {
      event.taskId = id;
      event.taskName = name;
      event.loop = loop;
      event.parentId = parent == null ? 0 : parent;
      event.commit();
    }
  }

  /** A task has an outcome. */
  public static void taskEnded(long id, String name, String loop, String outcome) {
    var event = new TaskEndEvent();
    if (event.shouldCommit()) {
      event.taskId = id;
      event.taskName = name;
      event.loop = loop;
      event.outcome = outcome;
      event.commit();
    }
  }

  /** Whether to tell of each switch between greenlets, too. */
  public static boolean recordsSwitches() {
    return new GreenletSwitchEvent().isEnabled();
  }

  /** A greenlet has handed over to another one of its host. */
  public static void greenletSwitched(
      String host, String origin, String target, @Nullable Throwable thrown) {
    var event = new GreenletSwitchEvent();
    if (event.shouldCommit()) {
      event.host = host;
      event.origin = origin;
      event.target = target;
      event.thrown = thrown == null ? "" : thrown.getClass().getName();
      event.commit();
    }
  }
}
