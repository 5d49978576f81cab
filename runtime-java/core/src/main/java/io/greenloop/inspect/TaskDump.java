package io.greenloop.inspect;

import io.greenloop.EventLoop;
import io.greenloop.LoopFuture;
import io.greenloop.Task;
import io.greenloop.internal.fiber.RunningFiber;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopCores;
import io.greenloop.internal.loop.OpenLoops;
import io.greenloop.internal.loop.Strand;
import io.greenloop.internal.trace.Circles;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All tasks of all loops of this JVM, or of one loop, with names and stacks: a snapshot. The JDK's
 * own thread dump lists tasks too, if it tracks virtual threads (not with {@code
 * -Djdk.trackAllThreads=false}); it knows neither what they wait for nor suspend tasks.
 *
 * <p><b>Room:</b> any thread. The loops go on meanwhile, so two tasks may be seen at two moments.
 */
public final class TaskDump {
  private static final int ATTEMPTS = 5;

  private final List<LoopEntry> loops;

  private TaskDump(List<LoopEntry> loops) {
    this.loops = loops;
  }

  /**
   * One loop.
   *
   * @param name of the loop
   * @param activity {@code is held by task 'a'}, {@code sleeps}, {@code does not run}
   * @param tasks the unfinished ones, in the order of their creation
   * @param circles the tasks that wait for each other in a circle, by their ids
   */
  public record LoopEntry(
      String name, String activity, List<TaskEntry> tasks, List<List<Long>> circles) {}

  /**
   * One task.
   *
   * @param id see {@link Task#id}
   * @param name of the task
   * @param activity see {@link Task#activity}
   * @param coroutine the greenlet, generator or coroutine that runs in it at this moment, or the
   *     greenlet whose code waits; or null
   * @param parent the id of the task that spawned it, or null
   * @param createdAt the line that spawned it, in debug mode, or null
   * @param awaits the ids of the tasks that it waits for
   * @param awaitedBy the ids of the tasks that wait for it
   * @param stack innermost frame first; empty if it is not known
   * @param suspended the greenlets that live in it and have switched away
   */
  public record TaskEntry(
      long id,
      String name,
      String activity,
      @Nullable String coroutine,
      @Nullable Long parent,
      @Nullable String createdAt,
      List<Long> awaits,
      List<Long> awaitedBy,
      List<StackTraceElement> stack,
      List<CoroutineEntry> suspended) {}

  /**
   * A greenlet that has switched away.
   *
   * @param name in words
   * @param stack its own frames, innermost first; empty if another thread asks while something
   *     holds the loop
   */
  public record CoroutineEntry(String name, List<StackTraceElement> stack) {}

  // ---- capturing ---------------------------------------------------------------------------

  /** All loops that run, or have tasks. */
  public static TaskDump capture() {
    var entries = new ArrayList<LoopEntry>();
    OpenLoops.snapshot().stream()
        .sorted(Comparator.comparing(LoopCore::name))
        .map(core -> (EventLoop) core.face())
        .filter(loop -> loop.isRunning() || !loop.allTasks().isEmpty())
        .forEach(loop -> entries.add(entryOf(loop)));
    return new TaskDump(List.copyOf(entries));
  }

  /** One loop. */
  public static TaskDump capture(EventLoop loop) {
    return new TaskDump(List.of(entryOf(loop)));
  }

  /** From another thread a collection may change while it is read: then once more. */
  private static LoopEntry entryOf(EventLoop loop) {
    for (int attempt = 1; ; attempt++) {
      try {
        return read(loop);
      } catch (RuntimeException e) {
        if (attempt == ATTEMPTS) {
          throw new IllegalStateException(
              "TaskDump.capture: " + loop + " changes faster than it can be read; try again", e);
        }
      }
    }
  }

  private static LoopEntry read(EventLoop loop) {
    Set<Task<?>> tasks = loop.allTasks();
    var index = new AwaitIndex(tasks);
    LoopCore core = LoopCores.of(loop);
    Strand mounted = core.mountedStrand();
    Object running = mounted == null ? null : core.ownerSeenFromOutside();
    Map<Task<?>, List<CoroutineEntry>> suspended = SuspendedGreenlets.of(tasks, core);
    var entries = new ArrayList<TaskEntry>();
    for (Task<?> task : tasks) {
      RunningFiber inside =
          task == running && mounted != null
              ? RunningFiber.on(mounted.thread(), core.carrier())
              : null;
      entries.add(entryOf(task, index, inside, suspended.getOrDefault(task, List.of())));
    }
    var circles =
        Circles.<Task<?>>in(tasks, TaskDump::awaitedTasks).stream().map(TaskDump::ids).toList();
    return new LoopEntry(core.name(), activityOf(core, running), List.copyOf(entries), circles);
  }

  private static TaskEntry entryOf(
      Task<?> task,
      AwaitIndex index,
      @Nullable RunningFiber inside,
      List<CoroutineEntry> suspended) {
    Object coroutine = inside == null ? SuspendedGreenlets.currentIn(task) : inside.owner();
    return new TaskEntry(
        task.id(),
        task.name(),
        task.activity(),
        coroutine == null ? null : coroutine.toString(),
        task.parentId().isEmpty() ? null : (Long) task.parentId().getAsLong(),
        task.creationLine().map(StackTraceElement::toString).orElse(null),
        ids(awaitedTasks(task)),
        ids(index.waitersOf(task)),
        List.of(inside == null ? task.stackTrace() : inside.thread().getStackTrace()),
        suspended);
  }

  private static String activityOf(LoopCore core, @Nullable Object running) {
    if (!core.isRunning()) {
      return "does not run";
    }
    if (core.isAsleep()) {
      return "sleeps";
    }
    return running instanceof Task<?> task
        ? "runs task '" + task.name() + "'"
        : running == null ? "runs" : "runs " + running;
  }

  private static List<Task<?>> awaitedTasks(Task<?> task) {
    var tasks = new ArrayList<Task<?>>();
    for (LoopFuture<?> awaited : AwaitIndex.awaitedBy(task)) {
      if (awaited instanceof Task<?> other) {
        tasks.add(other);
      }
    }
    return tasks;
  }

  private static List<Long> ids(Collection<? extends Task<?>> tasks) {
    return tasks.stream().map(Task::id).toList();
  }

  // ---- showing -----------------------------------------------------------------------------

  /** The loops, sorted by name. */
  public List<LoopEntry> loops() {
    return loops;
  }

  /** Everything, with full stacks, to be read by people. */
  public String text() {
    return DumpText.of(this);
  }

  /**
   * Everything as one JSON object: {@code loops}, an array of objects with the components of {@link
   * LoopEntry}, {@code tasks} of {@link TaskEntry}; frames as strings.
   */
  public String json() {
    return DumpJson.of(this);
  }

  /** A line a task: loop, id, name, what it does, the user's line, who waits for it. */
  public String table() {
    return DumpTable.of(this);
  }

  /**
   * The tasks as a tree: below each task those that it waits for; those that wait for each other in
   * a circle are named above it.
   */
  public String tree() {
    return DumpTree.of(this);
  }

  @Override
  public String toString() {
    return text();
  }
}
