package io.greenloop.greenlet.programs;

import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One operation, written {@code word:argument:argument}, with a block {@code word:argument[ … ]}.
 * greenlet_oracle.py says what the words do.
 */
record Op(String word, List<String> args, boolean isBlock, List<Op> block) {
  static Op of(String word, Object... args) {
    return new Op(word, List.of(args).stream().map(String::valueOf).toList(), false, List.of());
  }

  static Op block(List<Op> block, String word, Object... args) {
    return new Op(word, of(word, args).args, true, block);
  }

  int number(int index) {
    return Integer.parseInt(args.get(index));
  }

  Op withBlock(List<Op> other) {
    return new Op(word, args, isBlock, other);
  }

  /** Reads operations up to a closing bracket or the end. */
  static List<Op> parse(Deque<String> tokens) {
    var ops = new ArrayList<Op>();
    while (!tokens.isEmpty()) {
      String token = tokens.remove();
      if (token.equals("]")) {
        break;
      }
      boolean opens = token.endsWith("[");
      List<String> parts =
          List.of((opens ? token.substring(0, token.length() - 1) : token).split(":"));
      List<Op> block = opens ? parse(tokens) : List.of();
      ops.add(new Op(parts.getFirst(), parts.subList(1, parts.size()), opens, block));
    }
    return ops;
  }

  @Override
  public String toString() {
    String head = word + args.stream().map(a -> ":" + a).collect(Collectors.joining());
    return isBlock
        ? head + "[ " + block.stream().map(o -> o + " ").collect(Collectors.joining()) + "]"
        : head;
  }
}
