package io.greenloop.eventlet.programs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** Bodies of green threads, each a list of operations; body 0 is main's. */
record Program(List<List<String>> bodies) {
  /** Each with the bounds of its numbers. */
  private static final String[] OPERATIONS = {
    "spawn,4",
    "spawn,4",
    "spawn,4",
    "after,4,30",
    "pool,4",
    "pool,4",
    "wait,6",
    "wait,6",
    "kill,6",
    "cancel,6",
    "link,6",
    "sleep,30",
    "sleep,1",
    "sleep,10",
    "send,2,9",
    "await,2",
    "awaitfor,2,20",
    "put,3,9",
    "put,3,9",
    "putfor,3,20",
    "putnow,3,9",
    "get,3",
    "get,3",
    "getfor,3,20",
    "getnow,3",
    "done",
    "join",
    "acquire,2",
    "acquire,2",
    "acquirefor,2,20",
    "try,2",
    "release,2",
    "release,2",
    "waitall",
    "counts",
    "fail",
    "timeout,20,3"
  };

  /**
   * Whether a kill stands within a time limit. If the limit passes in the turn of the kill,
   * eventlet's switch back to the killer stays scheduled, and ends whatever it waits for next: a
   * wake-up that nobody sent, and that there is none of here.
   */
  boolean killsWithinLimit() {
    return bodies.stream().anyMatch(Program::killsWithinLimit);
  }

  private static boolean killsWithinLimit(List<String> ops) {
    int limited = 0;
    for (String op : ops) {
      if (limited-- > 0 && (op.startsWith("kill") || op.startsWith("cancel"))) {
        return true;
      }
      if (op.startsWith("timeout")) {
        limited = Math.max(limited, Integer.parseInt(op.split(",")[2]));
      }
    }
    return false;
  }

  static Program random(long seed) {
    var random = new Random(seed);
    List<List<String>> bodies = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      List<String> body = new ArrayList<>();
      for (int left = 2 + random.nextInt(i == 0 ? 12 : 6); left > 0; left--) {
        body.add(operation(random, i));
      }
      bodies.add(body);
    }
    return new Program(bodies);
  }

  /** A body spawns those behind it only, so that every program ends. */
  private static String operation(Random random, int body) {
    while (true) {
      String[] words = OPERATIONS[random.nextInt(OPERATIONS.length)].split(",");
      boolean spawns = words[1 % words.length].equals("4");
      if ((spawns && body == 3) || (body == 0 && words[0].equals("fail"))) {
        continue;
      }
      for (int i = 1; i < words.length; i++) {
        int bound = Integer.parseInt(words[i]);
        boolean target = spawns && i == 1;
        words[i] =
            String.valueOf(
                target ? body + 1 + random.nextInt(bound - body - 1) : random.nextInt(bound));
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
