package io.greenloop.greenlet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A random program over the greenlet API; greenlet_oracle.py says how one is written. */
final class Program {
  private static final int GREENLETS = 4;

  private final String text;
  private final List<String> trace = new ArrayList<>();
  private final Map<String, Greenlet> greenlets = new TreeMap<>();

  private Program(String text) {
    this.text = text;
  }

  /** What a program throws by plan. */
  private static final class Planned extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Planned(String message) {
      super(message);
    }
  }

  // ---- making ------------------------------------------------------------------------------

  static String random(long seed) {
    var random = new Random(seed);
    var bodies = new ArrayList<String>();
    bodies.add(operations(random, 3 + random.nextInt(8), false));
    for (int i = 0; i < GREENLETS; i++) {
      int kind = random.nextInt(10);
      String parent = kind < 5 || i == 0 ? "-" : kind < 6 ? "n" : "" + random.nextInt(i);
      bodies.add(parent + " " + operations(random, random.nextInt(6), true));
    }
    return bodies.stream().map(String::strip).collect(Collectors.joining("|"));
  }

  private static String operations(Random random, int count, boolean mayEnd) {
    var operations = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      operations.add(operation(random, mayEnd));
    }
    return String.join(" ", operations);
  }

  private static String operation(Random random, boolean mayEnd) {
    int kind = random.nextInt(20);
    if (kind < 10) {
      return (random.nextInt(3) == 0 ? "S" : "s") + anyone(random) + ":" + random.nextInt(4);
    }
    if (kind < 14) {
      String how = random.nextInt(3) == 0 ? "T" : "t";
      return how + anyone(random) + (random.nextBoolean() ? "x" : "e");
    }
    if (kind < 17) {
      return "p" + anyone(random) + anyone(random);
    }
    return kind < 18 || !mayEnd ? "d" : List.of("r", "R", "X").get(random.nextInt(3));
  }

  private static String anyone(Random random) {
    int number = random.nextInt(GREENLETS + 1);
    return number == GREENLETS ? "m" : "" + number;
  }

  // ---- running -----------------------------------------------------------------------------

  /** Runs it on a host of its own. */
  static String trace(String text) throws InterruptedException {
    var program = new Program(text);
    Thread host = new Thread(program::run);
    host.start();
    host.join();
    return String.join(",", program.trace);
  }

  private void run() {
    List<List<String>> bodies =
        Arrays.stream(text.split("\\|")).map(body -> Arrays.asList(body.split(" "))).toList();
    Greenlet main = Greenlet.current();
    greenlets.put("m", main);
    for (int i = 1; i < bodies.size(); i++) {
      String who = "" + (i - 1);
      List<String> body = bodies.get(i);
      String parent = body.getFirst();
      Greenlet above = "-n".contains(parent) ? main : greenlets.get(parent);
      List<String> operations = body.subList(1, body.size());
      greenlets.put(
          who,
          parent.equals("n")
              ? new Greenlet(above)
              : new Greenlet(args -> execute(who, operations, args), above));
    }
    List<String> operations = bodies.getFirst();
    for (int i = 0; i < operations.size(); i++) {
      perform("m", i, operations.get(i));
    }
    perform("m", operations.size(), "d");
  }

  private Object execute(String who, List<String> operations, @Nullable Object[] args) {
    trace.add(who + show(Tuple.of(args)));
    for (int i = 0; i < operations.size(); i++) {
      String operation = operations.get(i);
      switch (operation) {
        case "r" -> {
          return who + ".";
        }
        case "R" -> throw new Planned(who + i);
        case "X" -> throw new GreenletExit(who + i);
        default -> perform(who, i, operation);
      }
    }
    return who + ".";
  }

  private void perform(String who, int index, String operation) {
    String tag = who + index;
    char kind = Character.toLowerCase(operation.charAt(0));
    if (kind == 'd') {
      String states =
          greenlets.values().stream().map(Program::state).collect(Collectors.joining(" "));
      trace.add(tag + "=" + states);
      return;
    }
    try {
      trace.add(tag + "=" + show(result(tag, kind, operation)));
    } catch (Throwable failure) {
      trace.add(tag + "!" + describe(failure));
      if (Character.isUpperCase(operation.charAt(0)) && !who.equals("m")) {
        throw failure;
      }
    }
  }

  private @Nullable Object result(String tag, char kind, String operation) {
    Greenlet target = greenlets.get(operation.substring(1, 2));
    switch (kind) {
      case 's' -> {
        int count = Integer.parseInt(operation.substring(3));
        Object[] values = new Object[count];
        for (int i = 0; i < count; i++) {
          values[i] = tag + "abc".charAt(i);
        }
        return target.switchTo(values);
      }
      case 't' -> {
        return target.throwInto(
            operation.charAt(2) == 'x' ? new GreenletExit(tag) : new Planned(tag));
      }
      default -> {
        target.setParent(greenlets.get(operation.substring(2, 3)));
        return "ok";
      }
    }
  }

  private static String state(Greenlet g) {
    String words = (g.isDead() ? "d" : "") + (g.isActive() ? "a" : "");
    return words.isEmpty() ? "n" : words;
  }

  private static String show(@Nullable Object value) {
    if (value instanceof Tuple tuple) {
      return tuple.stream().map(Program::show).collect(Collectors.joining(" ", "(", ")"));
    }
    return value instanceof GreenletExit exit ? describe(exit) : String.valueOf(value);
  }

  private static String describe(Throwable failure) {
    return switch (failure) {
      case GreenletExit exit -> "exit:" + exit.getMessage();
      case Planned planned -> "error:" + planned.getMessage();
      case IllegalArgumentException cycle -> "cycle";
      case IllegalStateException state ->
          state.getMessage().contains("has no run") ? "norun" : "main";
      default -> failure.toString();
    };
  }
}
