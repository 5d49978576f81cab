package io.greenloop.programs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A program: the bodies of its tasks, separated by {@code |}. The first is started at once, each
 * other one by the operation that names it; a body is started once.
 */
record Program(List<List<Op>> bodies) {
  static Program parse(String text) {
    return new Program(
        Arrays.stream(text.split("\\|", -1))
            .map(String::strip)
            .map(body -> body.isEmpty() ? new String[0] : body.split(" +"))
            .map(tokens -> Op.parse(new ArrayDeque<>(List.of(tokens))))
            .toList());
  }

  @Override
  public String toString() {
    return bodies.stream()
        .map(body -> body.stream().map(Op::toString).collect(Collectors.joining(" ")))
        .collect(Collectors.joining(" | "));
  }

  // ---- shrinking ---------------------------------------------------------------------------

  /** Programs with one piece less, larger pieces first; the numbers of bodies stay. */
  List<Program> smaller() {
    var found = new ArrayList<Program>();
    for (int i = bodies.size() - 1; i >= 0; i--) {
      if (!bodies.get(i).isEmpty()) {
        found.add(with(i, List.of()));
      }
    }
    if (bodies.size() > 1 && bodies.getLast().isEmpty()) {
      found.addFirst(new Program(bodies.subList(0, bodies.size() - 1)));
    }
    for (int i = 0; i < bodies.size(); i++) {
      int at = i;
      smaller(bodies.get(i)).forEach(body -> found.add(with(at, body)));
    }
    return found;
  }

  private Program with(int index, List<Op> body) {
    var changed = new ArrayList<>(bodies);
    changed.set(index, body);
    return new Program(changed);
  }

  private static List<List<Op>> smaller(List<Op> ops) {
    var found = new ArrayList<List<Op>>();
    for (int i = 0; i < ops.size(); i++) {
      found.add(replaced(ops, i, List.of()));
    }
    for (int i = 0; i < ops.size(); i++) {
      Op op = ops.get(i);
      if (op.isBlock()) {
        found.add(replaced(ops, i, op.block()));
        for (List<Op> block : smaller(op.block())) {
          found.add(replaced(ops, i, List.of(op.withBlock(block))));
        }
      }
    }
    return found;
  }

  private static List<Op> replaced(List<Op> ops, int index, List<Op> by) {
    var changed = new ArrayList<>(ops);
    changed.remove(index);
    changed.addAll(index, by);
    return changed;
  }
}
