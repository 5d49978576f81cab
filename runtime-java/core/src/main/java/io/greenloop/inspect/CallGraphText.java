package io.greenloop.inspect;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Set;

/** Prints a {@link CallGraph}; keeps its own stack, for chains may be long. */
final class CallGraphText {
  private static final String STEP = "    ";

  /** Deeper nodes are not indented further: the text would grow with the square of the depth. */
  private static final int MOST_STEPS = 40;

  private record Visit(CallGraph node, Iterator<CallGraph> waiters) {}

  private final StringBuilder text = new StringBuilder();
  private final ArrayDeque<Visit> path = new ArrayDeque<>();
  private final Set<CallGraph> onPath = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<CallGraph> shown = Collections.newSetFromMap(new IdentityHashMap<>());

  String of(CallGraph root) {
    enter(root);
    while (!path.isEmpty()) {
      Visit top = path.element();
      if (!top.waiters.hasNext()) {
        path.pop();
        onPath.remove(top.node);
        continue;
      }
      CallGraph next = top.waiters.next();
      if (onPath.contains(next)) {
        head(next, " (a circle: it is named above)");
      } else if (shown.contains(next)) {
        head(next, " (shown above)");
      } else {
        enter(next);
      }
    }
    return text.toString().stripTrailing();
  }

  private void enter(CallGraph node) {
    head(node, "");
    String indent = indent();
    if (!node.frames().isEmpty()) {
      text.append(indent).append("  + Call stack:\n");
      for (StackTraceElement frame : node.frames()) {
        text.append(indent).append("  |   at ").append(frame).append('\n');
      }
    }
    if (!node.awaitedBy().isEmpty()) {
      text.append(indent).append("  + Awaited by:\n");
    }
    shown.add(node);
    onPath.add(node);
    path.push(new Visit(node, node.awaitedBy().iterator()));
  }

  private String indent() {
    return STEP.repeat(Math.min(path.size(), MOST_STEPS));
  }

  private void head(CallGraph node, String remark) {
    text.append(indent()).append("* ").append(node.future()).append(remark).append('\n');
  }
}
