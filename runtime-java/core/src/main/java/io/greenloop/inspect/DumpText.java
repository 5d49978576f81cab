package io.greenloop.inspect;

import io.greenloop.inspect.TaskDump.CoroutineEntry;
import io.greenloop.inspect.TaskDump.LoopEntry;
import io.greenloop.inspect.TaskDump.TaskEntry;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A dump for people. */
final class DumpText {
  private DumpText() {}

  static String of(TaskDump dump) {
    var text = new StringBuilder();
    for (LoopEntry loop : dump.loops()) {
      text.append(head(loop)).append('\n');
      circles(text, loop);
      for (TaskEntry task : loop.tasks()) {
        text.append('\n');
        append(text, task);
      }
      text.append('\n');
    }
    return dump.loops().isEmpty() ? nothing() : text.toString().stripTrailing();
  }

  static String nothing() {
    return "no loop runs";
  }

  /** {@code loop 'a' sleeps; 3 tasks}. */
  static String head(LoopEntry loop) {
    int size = loop.tasks().size();
    return "loop '"
        + loop.name()
        + "' "
        + loop.activity()
        + "; "
        + size
        + (size == 1 ? " task" : " tasks");
  }

  /** A line for each circle. */
  static void circles(StringBuilder text, LoopEntry loop) {
    Map<Long, TaskEntry> byId = byId(loop);
    for (List<Long> circle : loop.circles()) {
      text.append("in a circle: ");
      for (Long id : circle) {
        text.append(label(byId, id)).append(" -> ");
      }
      text.append(label(byId, circle.getFirst())).append('\n');
    }
  }

  static Map<Long, TaskEntry> byId(LoopEntry loop) {
    return loop.tasks().stream().collect(Collectors.toMap(TaskEntry::id, Function.identity()));
  }

  private static String label(Map<Long, TaskEntry> byId, Long id) {
    TaskEntry task = byId.get(id);
    return task == null ? "task " + id : "task '" + task.name() + "'";
  }

  private static void append(StringBuilder text, TaskEntry task) {
    text.append("task ").append(task.id()).append(" '").append(task.name()).append("' ");
    text.append(task.activity());
    if (task.coroutine() != null) {
      text.append(", in ").append(task.coroutine());
    }
    if (task.parent() != null) {
      text.append("; spawned by task ").append(task.parent());
    }
    if (task.createdAt() != null) {
      text.append(" at ").append(task.createdAt());
    }
    if (!task.awaitedBy().isEmpty()) {
      text.append("; awaited by ").append(numbers(task.awaitedBy()));
    }
    text.append('\n');
    for (StackTraceElement frame : task.stack()) {
      text.append("\tat ").append(frame).append('\n');
    }
    for (CoroutineEntry greenlet : task.suspended()) {
      text.append("\tsuspended in it: ").append(greenlet.name()).append('\n');
      for (StackTraceElement frame : greenlet.stack()) {
        text.append("\t\tat ").append(frame).append('\n');
      }
    }
    if (task.stack().isEmpty()) {
      text.append("\t(no stack: it has not begun, or waits in a primitive that is not ours)\n");
    }
  }

  static String numbers(List<Long> ids) {
    return ids.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
