package io.greenloop.examples;

import static java.lang.IO.println;

import io.greenloop.coroutine.Coroutine;
import io.greenloop.coroutine.Generator;
import io.greenloop.coroutine.Yielder;
import io.greenloop.greenlet.Greenlet;
import io.greenloop.greenlet.GreenletExit;
import io.greenloop.greenlet.Tuple;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** Shapes of programs built on greenlets; {@code greenlet-shapes.py} is the original. */
@NullUnmarked // a switch carries anything, as in Python
public final class GreenletShapes {
  private GreenletShapes() {}

  private static String words(List<?> list) {
    return list.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  // 2: a generator that yields from a recursion
  private record Tree(@Nullable Tree left, int value, @Nullable Tree right) {}

  private static void walk(@Nullable Tree tree, Yielder<Integer, ?> out) {
    if (tree != null) {
      walk(tree.left, out);
      out.yieldValue(tree.value);
      walk(tree.right, out);
    }
  }

  private static void treeWalk() {
    var left = new Tree(new Tree(null, 1, null), 2, null);
    var right = new Tree(new Tree(null, 4, null), 5, null);
    try (var values = Generator.<Integer>yielding(out -> walk(new Tree(left, 3, right), out))) {
      println("2 " + words(values.stream().toList()));
    }
  }

  // 3: a parser that is fed in pieces, written as a loop
  private static @Nullable String parse(Yielder<@Nullable String, @Nullable String> self) {
    String data = "";
    for (; ; ) {
      while (data.indexOf(';') < 0) {
        data += self.yieldValue(null);
      }
      int end = data.indexOf(';');
      String message = data.substring(0, end);
      data = data.substring(end + 1) + self.yieldValue(message);
    }
  }

  private static void parser() {
    var found = new ArrayList<String>();
    try (Coroutine<@Nullable String, @Nullable String> parser =
        Coroutine.of(GreenletShapes::parse)) {
      parser.send(null);
      for (String chunk : List.of("ab", "c;de", ";f;", "g")) {
        for (String message = parser.send(chunk); message != null; message = parser.send("")) {
          found.add(message);
        }
      }
    }
    println("3 " + words(found));
  }

  // 6: round robin
  private static void roundRobin() {
    var said = new ArrayList<String>();
    var ready = new ArrayDeque<Greenlet>();
    for (var job : List.of(Tuple.of("a", 2), Tuple.of("b", 3), Tuple.of("c", 1))) {
      var g =
          new Greenlet(
              args -> {
                for (int step = 0; step < (int) args[1]; step++) {
                  said.add(args[0] + "" + step);
                  Greenlet.current().getParent().switchTo();
                }
                return null;
              });
      g.switchTo(job.toArray());
      ready.add(g);
    }
    while (!ready.isEmpty()) {
      Greenlet g = ready.remove();
      g.switchTo();
      if (!g.isDead()) {
        ready.add(g);
      }
    }
    println("6 " + words(said));
  }

  // 9: the script of a figure, which gives commands to the engine
  private static void figureScript() {
    var script =
        new Greenlet(
            args -> {
              Greenlet engine = Greenlet.current().getParent();
              engine.switchTo("say", "hello");
              engine.switchTo("wait", 3);
              return engine.switchTo("walk", 1, 2);
            });
    for (Object command = script.switchTo(); !script.isDead(); command = script.switchTo()) {
      println("9 " + words((Tuple) command));
    }
    println("9 end");
  }

  // 17: a pipeline of endless consumers
  private static void pipeline() {
    var seen = new ArrayList<Object>();
    var to =
        new Greenlet(
            args -> {
              try {
                for (Object value = args[0]; ; value = Greenlet.current().getParent().switchTo()) {
                  seen.add(value);
                }
              } catch (GreenletExit exit) {
                return seen.add("sink closed");
              }
            });
    var first =
        new Greenlet(
            args -> {
              try {
                for (Object value = args[0]; ; value = Greenlet.current().getParent().switchTo()) {
                  to.switchTo((int) value * 2);
                }
              } catch (GreenletExit exit) {
                return seen.add("doubler closed");
              }
            });
    to.setParent(first);
    for (int number : List.of(1, 2, 3)) {
      first.switchTo(number);
    }
    to.close();
    first.close();
    println("17 " + words(seen));
  }

  // 18: a search that goes back; each branch is a greenlet of its own, killed when it fails
  private static void search() {
    var unwound = new ArrayList<Tuple>();
    Tuple solution = solve(unwound);
    println("18 " + words(solution) + " after " + unwound.size() + " branches");
  }

  private static Tuple solve(List<Tuple> unwound) {
    for (int x = 1; x < 5; x++) {
      for (int y = 1; y < 5; y++) {
        Greenlet branch = new Greenlet(args -> attempt((int) args[0], (int) args[1], unwound));
        if ((boolean) branch.switchTo(x, y)) {
          return (Tuple) branch.switchTo();
        }
        branch.close();
      }
    }
    throw new AssertionError("there is a solution");
  }

  private static Tuple attempt(int x, int y, List<Tuple> unwound) {
    try {
      Greenlet.current().getParent().switchTo(x + y == 7 && x * y == 12);
      return Tuple.of(x, y);
    } finally {
      unwound.add(Tuple.of(x, y));
    }
  }

  /** Runs all of them. */
  public static void main(String[] args) {
    treeWalk();
    parser();
    roundRobin();
    figureScript();
    pipeline();
    search();
  }
}
