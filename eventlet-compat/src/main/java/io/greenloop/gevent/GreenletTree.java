package io.greenloop.gevent;

import io.greenloop.EventLoop;
import io.greenloop.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who spawned whom (Python: {@code gevent.util.GreenletTree}): a snapshot of the unfinished tasks
 * of a loop, greenlets among them. Immutable.
 */
public final class GreenletTree {
  private final String label;
  private final List<StackTraceElement> stack;
  private final List<GreenletTree> children = new ArrayList<>();
  private final long task;

  private GreenletTree(String label, List<StackTraceElement> stack, long task) {
    this.label = label;
    this.stack = stack;
    this.task = task;
  }

  /** The trees of the calling line's loop; each is one that nobody unfinished has spawned. */
  public static List<GreenletTree> forest() {
    EventLoop loop = Hub.of("GreenletTree.forest").eventLoop();
    Map<Long, GreenletTree> all = new LinkedHashMap<>();
    List<Task<?>> tasks = new ArrayList<>(loop.allTasks());
    tasks.sort(java.util.Comparator.comparingLong(Task::id));
    for (Task<?> task : tasks) {
      all.put(task.id(), of(task));
    }
    List<GreenletTree> roots = new ArrayList<>();
    for (Task<?> task : tasks) {
      GreenletTree parent =
          task.parentId().isPresent() ? all.get(task.parentId().getAsLong()) : null;
      GreenletTree tree = all.get(task.id());
      if (tree != null) {
        (parent == null ? roots : parent.children).add(tree);
      }
    }
    return roots;
  }

  /** The tree in which the calling greenlet stands; empty in the hub. */
  public static Optional<GreenletTree> current() {
    Task<?> here = Task.currentOrNull();
    return here == null
        ? Optional.empty()
        : forest().stream().filter(tree -> tree.contains(here.id())).findFirst();
  }

  private static GreenletTree of(Task<?> task) {
    String who =
        task.attachment() instanceof Greenlet<?> greenlet
            ? greenlet.toString()
            : "task '" + task.name() + "'";
    return new GreenletTree(who + " " + task.activity(), List.of(task.stackTrace()), task.id());
  }

  private boolean contains(long id) {
    return task == id || children.stream().anyMatch(child -> child.contains(id));
  }

  /** Who stands at the root, and what it does. */
  public String label() {
    return label;
  }

  /** Whom it has spawned, of those that have not ended. */
  public List<GreenletTree> children() {
    return List.copyOf(children);
  }

  /** The tree, a line each, those below indented. */
  public String format() {
    return format(false);
  }

  /** {@link #format()}, with the stacks if {@code details}. */
  public String format(boolean details) {
    var text = new StringBuilder();
    format(text, "", details);
    return text.toString();
  }

  private void format(StringBuilder text, String indent, boolean details) {
    text.append(indent).append(label).append('\n');
    if (details) {
      for (StackTraceElement frame : stack) {
        text.append(indent).append("    at ").append(frame).append('\n');
      }
    }
    for (GreenletTree child : children) {
      child.format(text, indent + "  ", details);
    }
  }

  @Override
  public String toString() {
    return format();
  }
}
