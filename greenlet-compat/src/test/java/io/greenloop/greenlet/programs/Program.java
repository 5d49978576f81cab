package io.greenloop.greenlet.programs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A program: the operations of main and, behind {@code |}, the bodies of up to twelve greenlets, a
 * to l in their order. A body begins with its parent and its kind: see greenlet_oracle.py.
 */
record Program(List<Op> main, List<Body> bodies) {
  /** One greenlet. */
  record Body(char parent, char kind, List<Op> ops) {
    @Override
    public String toString() {
      return ("" + parent + kind + " " + text(ops)).strip();
    }
  }

  static Program parse(String text) {
    List<List<String>> parts =
        Arrays.stream(text.split("\\|", -1))
            .map(part -> List.of(part.strip().split(" +")))
            .toList();
    return new Program(
        ops(parts.getFirst()),
        parts.subList(1, parts.size()).stream()
            .map(
                part ->
                    new Body(
                        part.getFirst().charAt(0),
                        part.getFirst().charAt(1),
                        ops(part.subList(1, part.size()))))
            .toList());
  }

  private static List<Op> ops(List<String> tokens) {
    return tokens.equals(List.of("")) ? List.of() : Op.parse(new ArrayDeque<>(tokens));
  }

  private static String text(List<Op> ops) {
    return ops.stream().map(Op::toString).collect(Collectors.joining(" "));
  }

  @Override
  public String toString() {
    return text(main) + bodies.stream().map(b -> " | " + b).collect(Collectors.joining());
  }

  // ---- shrinking ---------------------------------------------------------------------------

  /** Programs with one piece less, larger pieces first; the letters of the others stay. */
  List<Program> smaller() {
    var found = new ArrayList<Program>();
    for (int i = bodies.size() - 1; i >= 0; i--) {
      if (!bodies.get(i).ops().isEmpty()) {
        found.add(with(i, List.of()));
      }
    }
    if (!bodies.isEmpty() && bodies.getLast().ops().isEmpty()) {
      char last = letter(bodies.size() - 1);
      if (!toString().matches(".*[: ]" + last + "[: gcnk].*|.*:" + last)) {
        found.addFirst(new Program(main, bodies.subList(0, bodies.size() - 1)));
      }
    }
    smaller(main).forEach(ops -> found.add(new Program(ops, bodies)));
    for (int i = 0; i < bodies.size(); i++) {
      int at = i;
      smaller(bodies.get(i).ops()).forEach(ops -> found.add(with(at, ops)));
    }
    return found;
  }

  static char letter(int index) {
    return (char) ('a' + index);
  }

  private Program with(int index, List<Op> ops) {
    var changed = new ArrayList<>(bodies);
    Body body = bodies.get(index);
    changed.set(index, new Body(body.parent(), body.kind(), ops));
    return new Program(main, changed);
  }

  private static List<List<Op>> smaller(List<Op> ops) {
    var found = new ArrayList<List<Op>>();
    for (int half = ops.size() / 2; half > 1; half /= 2) {
      for (int from = 0; from + half <= ops.size(); from += half) {
        var changed = new ArrayList<>(ops);
        changed.subList(from, from + half).clear();
        found.add(changed);
      }
    }
    for (int i = 0; i < ops.size(); i++) {
      found.add(replaced(ops, i, List.of()));
    }
    for (int i = 0; i < ops.size(); i++) {
      Op op = ops.get(i);
      if (op.isBlock()) {
        found.add(
            replaced(ops, i, op.block().stream().filter(o -> !o.word().equals("/")).toList()));
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
