package io.greenloop.eventlet.programs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Bodies of green threads, each a list of operations: a name and numbers, with commas between. A
 * {@code timeout} says how long, and how many of the operations behind it are within it.
 */
public record Program(List<List<String>> bodies) {
  /** What stands for a body in {@link #random}: one behind that of the operation. */
  public static final String BODY = "body";

  private static final int BODIES = 4;

  /**
   * A program of {@code operations}, each with the bounds of its numbers. A body spawns those
   * behind it only, so that every program ends; the first one, main's, does not fail.
   */
  static Program random(long seed, List<String> operations) {
    var random = new Random(seed);
    List<List<String>> bodies = new ArrayList<>();
    for (int i = 0; i < BODIES; i++) {
      List<String> body = new ArrayList<>();
      for (int left = 2 + random.nextInt(i == 0 ? 12 : 6); left > 0; left--) {
        body.add(operation(random, i, operations));
      }
      bodies.add(body);
    }
    return new Program(bodies);
  }

  private static String operation(Random random, int body, List<String> operations) {
    while (true) {
      String[] words = operations.get(random.nextInt(operations.size())).split(",");
      boolean spawns = Arrays.asList(words).contains(BODY);
      if ((spawns && body == BODIES - 1) || (body == 0 && words[0].equals("fail"))) {
        continue;
      }
      for (int i = 1; i < words.length; i++) {
        words[i] =
            String.valueOf(
                words[i].equals(BODY)
                    ? body + 1 + random.nextInt(BODIES - body - 1)
                    : random.nextInt(Integer.parseInt(words[i])));
      }
      return String.join(",", words);
    }
  }

  static Program parse(String text) {
    return new Program(
        Arrays.stream(text.split("\\|", -1))
            .map(body -> Arrays.stream(body.split(";")).filter(op -> !op.isEmpty()).toList())
            .toList());
  }

  /** Whether an operation that {@code which} holds for stands within a time limit. */
  boolean limits(Predicate<String> which) {
    return bodies.stream().anyMatch(body -> limits(body, which));
  }

  private static boolean limits(List<String> ops, Predicate<String> which) {
    int limited = 0;
    for (String op : ops) {
      if (limited-- > 0 && which.test(op)) {
        return true;
      }
      if (op.startsWith("timeout")) {
        limited = Math.max(limited, Integer.parseInt(op.split(",")[2]));
      }
    }
    return false;
  }

  /** Each without one operation. */
  static List<Program> smaller(Program program) {
    List<Program> smaller = new ArrayList<>();
    for (int body = 0; body < program.bodies.size(); body++) {
      for (int op = 0; op < program.bodies.get(body).size(); op++) {
        List<List<String>> bodies = new ArrayList<>(program.bodies);
        List<String> without = new ArrayList<>(bodies.get(body));
        without.remove(op);
        bodies.set(body, without);
        smaller.add(new Program(bodies));
      }
    }
    return smaller;
  }

  @Override
  public String toString() {
    return bodies.stream().map(body -> String.join(";", body)).collect(Collectors.joining("|"));
  }
}
