package io.greenloop.inspect;

import io.greenloop.inspect.TaskDump.LoopEntry;
import io.greenloop.inspect.TaskDump.TaskEntry;
import io.greenloop.internal.trace.UserFrames;
import java.util.ArrayList;
import java.util.List;

/** A dump with a line a task, in columns as wide as they need. */
final class DumpTable {
  private static final List<String> HEAD =
      List.of("LOOP", "ID", "NAME", "DOES", "AT", "AWAITED BY");

  private DumpTable() {}

  static String of(TaskDump dump) {
    if (dump.loops().isEmpty()) {
      return DumpText.nothing();
    }
    var rows = new ArrayList<List<String>>();
    rows.add(HEAD);
    for (LoopEntry loop : dump.loops()) {
      for (TaskEntry task : loop.tasks()) {
        rows.add(row(loop, task));
      }
    }
    return aligned(rows);
  }

  private static List<String> row(LoopEntry loop, TaskEntry task) {
    return List.of(
        loop.name(),
        String.valueOf(task.id()),
        task.name(),
        task.activity() + (task.coroutine() == null ? "" : ", in " + task.coroutine()),
        line(task),
        DumpText.numbers(task.awaitedBy()));
  }

  /** The user's innermost line, or nothing. */
  static String line(TaskEntry task) {
    return task.stack().isEmpty()
        ? ""
        : UserFrames.line(task.stack().toArray(StackTraceElement[]::new));
  }

  private static String aligned(List<List<String>> rows) {
    int[] widths = new int[HEAD.size()];
    for (List<String> row : rows) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    var text = new StringBuilder();
    for (List<String> row : rows) {
      var line = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        String cell = row.get(column);
        line.append(cell).append(" ".repeat(widths[column] - cell.length() + 2));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString().stripTrailing();
  }
}
