package io.greenloop.inspect;

import io.greenloop.inspect.TaskDump.LoopEntry;
import io.greenloop.inspect.TaskDump.TaskEntry;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/** A dump as a tree; keeps its own stack, for chains may be long. */
final class DumpTree {
  private static final String STEP = "    ";
  private static final int MOST_STEPS = 40;

  private record Visit(Long id, Iterator<Long> awaits) {}

  private final StringBuilder text;
  private final LoopEntry loop;
  private final Map<Long, TaskEntry> byId;
  private final ArrayDeque<Visit> path = new ArrayDeque<>();
  private final Set<Long> onPath = new HashSet<>();
  private final Set<Long> shown = new HashSet<>();

  private DumpTree(StringBuilder text, LoopEntry loop) {
    this.text = text;
    this.loop = loop;
    this.byId = DumpText.byId(loop);
  }

  static String of(TaskDump dump) {
    if (dump.loops().isEmpty()) {
      return DumpText.nothing();
    }
    var text = new StringBuilder();
    for (LoopEntry loop : dump.loops()) {
      text.append(DumpText.head(loop)).append('\n');
      DumpText.circles(text, loop);
      new DumpTree(text, loop).appendAll();
    }
    return text.toString().stripTrailing();
  }

  private void appendAll() {
    for (TaskEntry task : loop.tasks()) {
      if (task.awaitedBy().isEmpty()) {
        appendFrom(task.id());
      }
    }
    for (TaskEntry task : loop.tasks()) { // a circle that nobody else waits for
      if (!shown.contains(task.id())) {
        appendFrom(task.id());
      }
    }
  }

  private void appendFrom(Long root) {
    enter(root);
    while (!path.isEmpty()) {
      Visit top = path.element();
      if (!top.awaits.hasNext()) {
        path.pop();
        onPath.remove(top.id);
        continue;
      }
      Long next = top.awaits.next();
      if (onPath.contains(next)) {
        line(next, " (a circle: it is named above)");
      } else if (shown.contains(next)) {
        line(next, " (shown above)");
      } else {
        enter(next);
      }
    }
  }

  private void enter(Long id) {
    TaskEntry task = byId.get(id);
    if (task == null) {
      line(id, " (of another loop, or ended meanwhile)");
      return;
    }
    String at = DumpTable.line(task);
    line(id, " " + task.activity() + (at.isEmpty() ? "" : ", at " + at));
    shown.add(id);
    onPath.add(id);
    path.push(new Visit(id, task.awaits().iterator()));
  }

  private void line(Long id, String remark) {
    TaskEntry task = byId.get(id);
    text.append(STEP.repeat(Math.min(path.size(), MOST_STEPS)))
        .append(path.isEmpty() ? "* " : "└── ")
        .append("task ")
        .append(id)
        .append(task == null ? "" : " '" + task.name() + "'")
        .append(remark)
        .append('\n');
  }
}
