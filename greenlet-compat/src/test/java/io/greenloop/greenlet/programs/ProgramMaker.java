package io.greenloop.greenlet.programs;

import io.greenloop.greenlet.programs.Program.Body;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes a random {@link Program}; the same seed gives the same one. It has up to 12 greenlets and
 * 200 operations. Left out is what a collector decides, and what CPython refuses by the type of an
 * argument.
 */
final class ProgramMaker {
  private static final int LONGEST = 200;

  /** What a program is mostly about; one that does a little of everything gets nowhere. */
  private enum Theme {
    ANYTHING,
    VALUES,
    ENDS,
    GENERATORS,
    PARENTS,
    CONTEXTS
  }

  /** What its tracers may do. */
  enum Tracers {
    NOTE,
    SWITCH
  }

  private final SplittableRandom random;
  private final Theme theme;
  private final int greenlets;
  private final boolean traced;
  private final Tracers tracers;
  private int left = LONGEST;

  private ProgramMaker(long seed, Tracers tracers) {
    this.tracers = tracers;
    random = new SplittableRandom(seed);
    theme = Theme.values()[random.nextInt(Theme.values().length)];
    greenlets = 1 + random.nextInt(random.nextInt(3) == 0 ? 12 : 5);
    traced = random.nextInt(3) == 0 || tracers == Tracers.SWITCH;
  }

  static Program make(long seed, Tracers tracers) {
    return new ProgramMaker(seed, tracers).make();
  }

  private Program make() {
    List<Op> main = ops(4 + random.nextInt(12), 2, false);
    if (traced) {
      main.addFirst(tracers == Tracers.SWITCH ? watch() : Op.of("trace", "on"));
    }
    var bodies = new ArrayList<Body>();
    for (int i = 0; i < greenlets; i++) {
      int kind = random.nextInt(10);
      char parent = '-';
      if (i > 0 && random.nextInt(5) == 0) {
        parent = Program.letter(random.nextInt(i));
      } else if (random.nextInt(5) == 0) {
        parent = '*';
        main.add(random.nextInt(1 + main.size() / 2), Op.of("new", Program.letter(i)));
      }
      bodies.add(
          new Body(
              parent,
              kind < 6 ? 'g' : kind < 7 ? 'n' : kind < 8 ? 'c' : 'k',
              ops(random.nextInt(2 + LONGEST / 10 / (1 + greenlets / 4)), 2, true)));
    }
    return new Program(main, bodies);
  }

  private List<Op> ops(int count, int depth, boolean mayEnd) {
    var ops = new ArrayList<Op>();
    for (int i = 0; i < count && left > 0; i++) {
      left--;
      ops.add(depth > 0 && random.nextInt(6) == 0 ? block(depth, mayEnd) : op(mayEnd));
    }
    return ops;
  }

  private Op block(int depth, boolean mayEnd) {
    List<Op> inside = ops(1 + random.nextInt(4), depth - 1, mayEnd);
    return switch (random.nextInt(4)) {
      case 0 -> Op.block(inside, "loop", 2 + random.nextInt(2));
      case 1 -> Op.block(inside, "try");
      default -> {
        inside.add(Op.of("/"));
        inside.addAll(ops(1 + random.nextInt(2), depth - 1, false));
        yield Op.block(inside, "fin");
      }
    };
  }

  private Op op(boolean mayEnd) {
    int kind = random.nextInt(100);
    if (kind < 40) {
      return themed();
    }
    if (kind < 70) {
      return Op.of(random.nextInt(3) == 0 ? "S" : "s", anyone(), random.nextInt(3));
    }
    if (kind < 80) {
      return thrown();
    }
    if (kind < 84) {
      return Op.of("p", anyone(), anyone());
    }
    if (kind < 87) {
      return Op.of("states");
    }
    if (kind < 90) {
      return traced ? tracer() : thrown();
    }
    return mayEnd && kind < 96 ? end() : Op.of("s", anyone(), 1);
  }

  private Op themed() {
    return switch (theme) {
      case ANYTHING -> Op.of("s", anyone(), random.nextInt(3));
      case VALUES ->
          Op.of(random.nextBoolean() ? "kw" : "KW", anyone(), random.nextInt(3), named());
      case ENDS -> random.nextInt(4) == 0 ? body() : thrown();
      case GENERATORS -> random.nextInt(3) == 0 ? Op.of("next", anyone()) : Op.of("yield");
      case PARENTS -> random.nextInt(3) == 0 ? Op.of("parents") : Op.of("p", anyone(), anyone());
      case CONTEXTS ->
          switch (random.nextInt(6)) {
            case 0, 1 -> Op.of("get");
            case 2 -> Op.of("set");
            case 3 -> Op.of("inherit", anyone());
            case 4 -> Op.of("forget", anyone());
            default -> Op.of("share", anyone());
          };
    };
  }

  private int named() {
    return random.nextInt(3);
  }

  private Op body() {
    return Op.of(random.nextBoolean() ? "run" : "unrun", anyone());
  }

  private Op thrown() {
    String what = List.of("exit", "exit", "error", "error", "bare", "type").get(random.nextInt(6));
    return Op.of(random.nextInt(3) == 0 ? "T" : "t", anyone(), what);
  }

  private Op tracer() {
    if (tracers == Tracers.SWITCH && random.nextInt(2) == 0) {
      return watch();
    }
    return Op.of("trace", List.of("on", "on", "off", "bad", "exit").get(random.nextInt(5)));
  }

  private Op watch() {
    var inside = new ArrayList<Op>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      inside.add(
          switch (random.nextInt(10)) {
            case 0 -> end();
            case 1, 2 -> thrown();
            case 3 -> themed();
            case 4 -> Op.of("trace", "off");
            default -> Op.of(random.nextInt(3) == 0 ? "S" : "s", anyone(), random.nextInt(3));
          });
    }
    return Op.block(inside, "watch");
  }

  private Op end() {
    return Op.of(List.of("return", "tuple", "raise", "exit").get(random.nextInt(4)));
  }

  private String anyone() {
    int number = random.nextInt(greenlets + 1);
    return number == greenlets ? "m" : "" + Program.letter(number);
  }
}
