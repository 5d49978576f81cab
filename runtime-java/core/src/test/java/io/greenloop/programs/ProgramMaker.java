package io.greenloop.programs;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Makes a random {@link Program}; the same seed gives the same one. */
final class ProgramMaker {
  private static final int DEPTH = 3;

  private static final Set<String> FALLIBLE =
      Set.of(
          "raise",
          "bail",
          "move",
          "child",
          "join",
          "joinfor",
          "shield",
          "gather",
          "await",
          "awaitfor",
          "guard",
          "complete",
          "fail",
          "done",
          "barrier");

  /** What a program is mostly about; one that does a little of everything meets few races. */
  private enum Theme {
    ANYTHING,
    QUEUES,
    LOCKS,
    EVENTS,
    FUTURES,
    SCOPES
  }

  private final SplittableRandom random;
  private final boolean asyncio;
  private final Theme theme;
  private final int focus;
  private final boolean circles;
  private final int bodies;
  private int body;
  private int conditionsAround;

  private ProgramMaker(long seed, boolean asyncio) {
    random = new SplittableRandom(seed);
    this.asyncio = asyncio;
    theme = Theme.values()[random.nextInt(Theme.values().length)];
    focus = random.nextInt(6);
    circles = !asyncio && random.nextInt(4) == 0;
    bodies = 2 + random.nextInt(5);
  }

  /** Over everything there is; times are few, so that timers meet. */
  static Program any(long seed) {
    return new ProgramMaker(seed, false).make();
  }

  /**
   * What asyncio has too, in all its versions from 3.11 on. Left out are: an eager start [3.12],
   * {@code Queue.shutdown} [3.13], {@code TaskGroup.cancel} [3.15], {@code as_completed}, whose
   * order is one of hash codes; tasks that wait for each other in a circle, whose cancel CPython
   * answers with a RecursionError. Times differ, because CPython leaves the order of equal
   * deadlines open.
   */
  static Program asyncio(long seed) {
    return new ProgramMaker(seed, true).make();
  }

  private Program make() {
    var made = new ArrayList<List<Op>>();
    for (body = 0; body < bodies; body++) {
      made.add(guarded(ops(1 + random.nextInt(5), DEPTH, false)));
    }
    // Whoever is not started by another one is started by the first.
    var first = new ArrayList<Op>();
    for (int i = 1; i < bodies; i++) {
      if (random.nextInt(6) > 0) {
        first.add(Op.of(!asyncio && random.nextInt(8) == 0 ? "eager" : "spawn", i));
      }
    }
    first.addAll(made.getFirst());
    made.set(0, first);
    return new Program(made);
  }

  /** Most of what fails is caught, or a program would be over soon. */
  private List<Op> guarded(List<Op> ops) {
    var guarded = new ArrayList<Op>();
    for (Op op : ops) {
      boolean fallible = op.isBlock() || FALLIBLE.contains(op.word());
      guarded.add(
          switch (fallible ? random.nextInt(6) : 0) {
            case 0, 1 -> op;
            case 2 -> Op.block(List.of(op), "catch");
            default -> Op.block(List.of(op), "try");
          });
    }
    return guarded;
  }

  private List<Op> ops(int count, int depth, boolean inCondition) {
    var ops = new ArrayList<Op>();
    for (int i = 0; i < count; i++) {
      ops.add(depth > 0 && random.nextInt(5) < 2 ? block(depth) : op(inCondition));
    }
    return ops;
  }

  private Op block(int depth) {
    boolean locks = theme == Theme.LOCKS && random.nextBoolean();
    if (random.nextInt(locks ? 3 : 9) == 0) {
      conditionsAround++;
      List<Op> inside = ops(1 + random.nextInt(3), depth - 1, true);
      conditionsAround--;
      return Op.block(inside, "cond", which(2));
    }
    List<Op> inner = ops(1 + random.nextInt(3), depth - 1, false);
    if (locks) {
      return Op.block(inner, random.nextBoolean() ? "lock" : "sem", which(2));
    }
    return switch (random.nextInt(12)) {
      case 0, 1 -> Op.block(inner, "lock", which(2));
      case 2 -> Op.block(inner, "sem", which(2));
      case 3, 4, 5 -> Op.block(inner, "timeout", limit());
      case 6, 7 -> Op.block(inner, mayWaitForOthers() ? "group" : "try");
      case 8, 9 -> Op.block(inner, "try");
      default -> Op.block(inner, "catch");
    };
  }

  private Op op(boolean inCondition) {
    if (inCondition && random.nextBoolean()) {
      return random.nextBoolean()
          ? Op.of("wait", which(2))
          : Op.of("notify", which(2), 1 + random.nextInt(2));
    }
    if (theme != Theme.ANYTHING && random.nextBoolean()) {
      return switch (theme) {
        case QUEUES -> asyncio || random.nextInt(5) > 0 ? queue() : pick();
        case EVENTS -> other();
        case FUTURES -> random.nextInt(3) == 0 ? many() : future();
        default ->
            switch (random.nextInt(4)) {
              case 0 -> Op.of("yield");
              case 1 -> Op.of("child", later());
              default -> Op.of("cancel", anyone());
            };
      };
    }
    return switch (random.nextInt(asyncio ? 22 : 25)) {
      case 0, 1 -> Op.of("yield");
      case 2, 3, 4 -> Op.of("sleep", time());
      case 5 -> Op.of("spawn", anyone());
      case 6 -> Op.of("child", later());
      case 7, 8, 9 -> Op.of("cancel", anyone());
      case 10 -> Op.of("uncancel");
      case 11, 12 -> joining();
      case 13 -> Op.of("shield", anyone());
      case 14 -> random.nextInt(3) == 0 ? Op.of("bail") : Op.of("raise");
      case 15 -> Op.of("move", limit());
      case 16, 17 -> future();
      case 18 -> queue();
      case 19 -> other();
      case 20, 21 -> many();
      case 22 -> Op.of("stop");
      case 23 -> pick();
      default ->
          random.nextInt(3) > 0
              ? Op.of("eager", anyone())
              : Op.of(random.nextInt(4) == 0 ? "closenow" : "close", which(World.QUEUES));
    };
  }

  private Op joining() {
    if (conditionsAround > 0) {
      return Op.of("shield", anyone());
    }
    return random.nextBoolean() ? Op.of("join", joined()) : Op.of("joinfor", joined(), waitLimit());
  }

  /**
   * A group waits for its children whatever happens: not where they could wait for it. Who waits
   * for a condition holds cancels back until he has its lock: nobody may wait for him with it.
   */
  private boolean mayWaitForOthers() {
    return !circles && conditionsAround == 0;
  }

  private Op future() {
    int which = which(3);
    return switch (random.nextInt(8)) {
      case 0, 1 -> Op.of("await", which);
      case 2 -> Op.of("awaitfor", which, waitLimit());
      case 3, 4 -> Op.of("guard", which);
      case 5 -> Op.of("complete", which);
      case 6 -> Op.of("fail", which);
      default -> Op.of("drop", which);
    };
  }

  private Op queue() {
    int which = which(asyncio ? World.QUEUES - 1 : World.QUEUES);
    return switch (random.nextInt(12)) {
      case 0, 1, 2 -> Op.of("put", which);
      case 3, 4, 5, 6 -> Op.of("get", which);
      case 7 -> Op.of("tryput", which);
      case 8 -> Op.of("tryget", which);
      case 9, 10 -> Op.of("done", which);
      default -> Op.of("drain", which);
    };
  }

  private Op pick() {
    var args = new ArrayList<Object>();
    args.add(random.nextBoolean() ? "-" : limit());
    int from = which(World.QUEUES); // who puts into the queue it takes from may meet itself
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      args.add(
          switch (random.nextInt(6)) {
            case 0, 1 -> "g" + from;
            case 2, 3 -> "p" + (from + 1 + random.nextInt(World.QUEUES - 1)) % World.QUEUES;
            case 4 -> "l" + which(2);
            default -> "f" + which(3);
          });
    }
    return Op.of("pick", args.toArray());
  }

  private Op other() {
    int which = which(2);
    return switch (random.nextInt(12)) {
      case 0, 1, 2 -> Op.of("event", which);
      case 3, 4 -> Op.of("set", which);
      case 5 -> Op.of("clear", which);
      case 6, 7, 8, 9 -> Op.of("barrier", which);
      case 10 -> Op.of("reset", which);
      default -> Op.of("abort", which);
    };
  }

  private Op many() {
    var args = new ArrayList<Object>();
    String word =
        switch (conditionsAround > 0 ? 4 : random.nextInt(5)) {
          case 0, 1 -> "gather";
          case 2 -> asyncio || random.nextBoolean() ? "settle" : "each";
          default -> List.of("any", "all", "first").get(random.nextInt(3));
        };
    boolean waits = !Set.of("gather", "settle", "each").contains(word);
    if (waits) {
      args.add(random.nextBoolean() ? "-" : limit());
    }
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      args.add(
          random.nextInt(4) == 0 ? "f" + random.nextInt(3) : "t" + (waits ? anyone() : joined()));
    }
    return Op.of(word, args.toArray());
  }

  /** The number of a shared thing: a program has a favourite. */
  private int which(int among) {
    return random.nextInt(4) > 0 ? focus % among : random.nextInt(among);
  }

  private int anyone() {
    return random.nextInt(bodies);
  }

  /** A task that this one waits for in such a way that a cancel is passed on. */
  private int joined() {
    return circles ? anyone() : later();
  }

  private int later() {
    return body + 1 + random.nextInt(2);
  }

  private int time() {
    return asyncio ? 1 + random.nextInt(99_999) : 1000 * random.nextInt(30);
  }

  private int waitLimit() {
    return asyncio ? time() : limit();
  }

  /** Also one that has passed already. */
  private int limit() {
    return random.nextInt(8) == 0 ? 0 : time();
  }
}
