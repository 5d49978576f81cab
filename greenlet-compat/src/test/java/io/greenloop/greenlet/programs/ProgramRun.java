package io.greenloop.greenlet.programs;

import io.greenloop.ContextVar;
import io.greenloop.TaskContext;
import io.greenloop.greenlet.Greenlet;
import io.greenloop.greenlet.GreenletExit;
import io.greenloop.greenlet.SwitchArgs;
import io.greenloop.greenlet.TraceEvent;
import io.greenloop.greenlet.TraceFunction;
import io.greenloop.greenlet.Tuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs a {@link Program} on the caller's host; greenlet_oracle.py is its twin, word for word. */
final class ProgramRun {
  private static final ContextVar<String> VAR = ContextVar.create("var", "-");
  private static final int WATCHERS = 2; // of a program at once

  /** What is refused, in the words of {@link #describe}. */
  private static final Map<String, String> REFUSALS =
      Map.of(
          "java.lang.IllegalArgumentException: run of \\w+@\\w+ takes no named values: got \\[.+]",
          "type",
          "java.lang.IllegalArgumentException: cyclic parent chain",
          "cycle",
          "java.lang.IllegalStateException: (switchTo|throwInto|switch): \\w+@\\w+ has no run:"
              + " give it a body, or override run",
          "norun",
          "java.lang.IllegalStateException: setParent: the main greenlet of a host has no parent",
          "main",
          "java.lang.IllegalStateException: (setRun|clearRun): \\w+@\\w+ has started already",
          "started",
          "java.lang.IllegalStateException: clearRun: \\w+@\\w+ was given no body",
          "attr");

  private final Program program;
  private final List<String> trace = new ArrayList<>();
  private final Map<String, Greenlet> greenlets = new TreeMap<>();
  private final Set<Greenlet> given = new HashSet<>(); // who has a body of its own
  private int watching;

  private ProgramRun(Program program) {
    this.program = program;
  }

  /** What a program throws by plan. */
  private static final class Planned extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Planned(String message) {
      super(message, null, false, false);
    }
  }

  /** Leaves a body, through its blocks. */
  private static final class Return extends Error {
    private static final long serialVersionUID = 1L;
    private final transient Object value;

    Return(Object value) {
      super(null, null, false, false);
      this.value = value;
    }
  }

  static String trace(Program program) {
    var run = new ProgramRun(program);
    run.main();
    return String.join(",", run.trace);
  }

  private void main() {
    Greenlet main = Greenlet.current();
    main.setContext(new TaskContext()); // a thread of Python begins with an empty one
    greenlets.put("m", main);
    for (int i = 0; i < program.bodies().size(); i++) {
      char parent = program.bodies().get(i).parent();
      if (parent != '*') {
        create(i).setParent(parent == '-' ? main : greenlets.getOrDefault("" + parent, main));
      }
    }
    List<Op> ops = program.main();
    for (int i = 0; i < ops.size(); i++) {
      try {
        perform("m", "m" + i, ops.get(i));
      } catch (Throwable failure) {
        trace.add("m" + i + "!!" + describe(failure));
      }
    }
    Greenlet.setTrace(null);
    states("m" + ops.size());
    parents("m" + ops.size());
  }

  private Greenlet create(int index) {
    String who = "" + Program.letter(index);
    List<Op> ops = program.bodies().get(index).ops();
    Greenlet made =
        switch (program.bodies().get(index).kind()) {
          case 'n' -> new Greenlet();
          case 'k' -> Greenlet.ofNamed(args -> execute(who, ops, args));
          case 'c' -> new ByClass(who, ops);
          default -> new Greenlet(args -> execute(who, ops, SwitchArgs.of(args)));
        };
    greenlets.put(who, made);
    if ("gk".indexOf(program.bodies().get(index).kind()) >= 0) {
      given.add(made);
    }
    return made;
  }

  /** Its body is its class's. */
  private final class ByClass extends Greenlet {
    private final String who;
    private final List<Op> ops;

    ByClass(String who, List<Op> ops) {
      this.who = who;
      this.ops = ops;
    }

    @Override
    protected @Nullable Object run(@Nullable Object... args) {
      return execute(who, ops, SwitchArgs.of(args));
    }
  }

  private Object execute(String who, List<Op> ops, SwitchArgs args) {
    trace.add(who + show(args.positional()) + (args.named().isEmpty() ? "" : show(args.named())));
    try {
      performAll(who, who, ops);
    } catch (Return done) {
      return done.value;
    }
    return who + ".";
  }

  private void performAll(String who, String tag, List<Op> ops) {
    for (int i = 0; i < ops.size(); i++) {
      perform(who, tag + i, ops.get(i));
    }
  }

  private void perform(String who, String tag, Op op) {
    switch (op.word()) {
      case "/" -> {}
      case "loop" -> {
        for (int i = 0; i < op.number(0); i++) {
          performAll(who, tag + ".", op.block());
        }
      }
      case "try" -> {
        try {
          performAll(who, tag + ".", op.block());
        } catch (Return through) {
          throw through;
        } catch (Throwable caught) {
          trace.add(tag + "~" + describe(caught));
        }
      }
      case "fin" -> {
        int slash = op.block().indexOf(Op.of("/"));
        int end = slash < 0 ? op.block().size() : slash;
        try {
          performAll(who, tag + ".", op.block().subList(0, end));
        } finally {
          performAll(who, tag + "/", op.block().subList(end, op.block().size()));
        }
      }
      case "return" -> throw new Return(tag);
      case "tuple" -> throw new Return(Tuple.of(tag, tag));
      case "raise" -> throw new Planned(tag);
      case "exit" -> throw new GreenletExit(tag);
      case "states" -> states(tag);
      case "parents" -> parents(tag);
      case "trace" -> {
        switch (op.args().getFirst()) {
          case "on" -> Greenlet.setTrace(this::traced);
          case "bad" ->
              Greenlet.setTrace(
                  (event, origin, target) -> {
                    throw new Planned("trace");
                  });
          case "exit" ->
              Greenlet.setTrace(
                  (event, origin, target) -> {
                    throw new GreenletExit("trace");
                  });
          default -> Greenlet.setTrace(null);
        }
      }
      case "watch" -> Greenlet.setTrace(watcher(tag, op.block()));
      default -> guarded(tag, op);
    }
  }

  private TraceFunction watcher(String tag, List<Op> ops) {
    return (event, origin, target) -> {
      traced(event, origin, target);
      if (watching < WATCHERS) {
        watching++;
        try {
          performAll("", tag + "@", ops);
        } finally {
          watching--;
        }
      }
    };
  }

  /** What fails goes on only from an operation in capitals. */
  private void guarded(String tag, Op op) {
    try {
      trace.add(tag + "=" + show(result(tag, op)));
    } catch (Throwable failure) {
      trace.add(tag + "!" + describe(failure));
      if (Character.isUpperCase(op.word().charAt(0))) {
        throw failure;
      }
    }
  }

  private @Nullable Object result(String tag, Op op) {
    String word = op.word();
    if (word.equals("get")) {
      return VAR.get();
    }
    if (word.equals("set")) {
      VAR.set(tag);
      return "ok";
    }
    if (word.equals("yield")) {
      Greenlet parent = Greenlet.current().getParent();
      return parent == null ? "none" : parent.switchTo(tag);
    }
    String name = op.args().getFirst();
    if (word.equals("new")) {
      if (greenlets.containsKey(name)) {
        return "exists";
      }
      create(name.charAt(0) - 'a');
      return "ok";
    }
    Greenlet target = greenlets.get(name);
    if (target == null) {
      return "missing";
    }
    switch (word) {
      case "s", "S" -> {
        return target.switchTo(values(tag, op.number(1)));
      }
      case "kw", "KW" -> {
        SwitchArgs args = SwitchArgs.of(values(tag, op.number(1)));
        for (int i = 0; i < op.number(2); i++) {
          args = args.and("k" + i, tag);
        }
        return target.switchTo(args);
      }
      case "t", "T" -> {
        return switch (op.args().get(1)) {
          case "exit" -> target.throwInto(new GreenletExit(tag));
          case "error" -> target.throwInto(new Planned(tag));
          case "type" -> target.throwInto(() -> new Planned(""));
          default -> target.throwInto();
        };
      }
      case "p" -> {
        Greenlet parent = greenlets.get(op.args().get(1));
        if (parent == null) {
          return "missing";
        }
        target.setParent(parent);
        return "ok";
      }
      case "next" -> {
        if (target == Greenlet.current()) {
          return "itself";
        }
        target.setParent(Greenlet.current());
        Object value = target.switchTo();
        return target.isDead() ? "stop" : value;
      }
      case "inherit" -> {
        target.setContext(TaskContext.current().copy());
        return "ok";
      }
      case "forget" -> {
        target.setContext(null);
        return "ok";
      }
      case "share" -> {
        VAR.set(tag);
        target.setContext(Greenlet.current().getContext());
        return "ok";
      }
      default -> {
        return changeBody(tag, word, target);
      }
    }
  }

  private Object changeBody(String tag, String word, Greenlet target) {
    // Here CPython looks at how the object is built: one killed before its start may have another
    // body, one without a body lets it be taken away, and a subclass with run forgets to ask.
    boolean byClass = target instanceof ByClass;
    boolean bare = !byClass && !given.contains(target) && word.equals("unrun");
    if (target.isDead() || (byClass && target.isActive()) || bare) {
      return "skipped";
    }
    try {
      if (word.equals("run")) {
        target.setRun(args -> tag + show(Tuple.of(args)));
        given.add(target);
      } else {
        target.clearRun();
        given.remove(target);
      }
      return "ok";
    } catch (IllegalStateException refused) {
      return describe(refused);
    }
  }

  private static Object[] values(String tag, int count) {
    Object[] values = new Object[count];
    for (int i = 0; i < count; i++) {
      values[i] = tag + "xyz".charAt(i);
    }
    return values;
  }

  // ---- words -------------------------------------------------------------------------------

  private void traced(TraceEvent event, Greenlet origin, Greenlet target) {
    String here = Greenlet.current() == target ? "" : "?";
    trace.add((event == TraceEvent.SWITCH ? "#s" : "#t") + name(origin) + name(target) + here);
  }

  private String name(@Nullable Greenlet g) {
    return greenlets.entrySet().stream()
        .filter(entry -> entry.getValue() == g)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("-");
  }

  private void states(String tag) {
    trace.add(
        tag
            + "="
            + greenlets.values().stream()
                .map(g -> (g.isDead() ? "d" : "") + (g.isActive() ? "a" : ""))
                .map(words -> words.isEmpty() ? "n" : words)
                .collect(Collectors.joining(" ")));
  }

  private void parents(String tag) {
    trace.add(
        tag
            + "="
            + greenlets.values().stream()
                .map(g -> name(g.getParent()))
                .collect(Collectors.joining()));
  }

  private static String show(@Nullable Object value) {
    return switch (value) {
      case Tuple tuple ->
          tuple.stream().map(ProgramRun::show).collect(Collectors.joining(" ", "(", ")"));
      case Map<?, ?> named ->
          named.entrySet().stream()
              .map(entry -> entry.getKey() + ":" + show(entry.getValue()))
              .collect(Collectors.joining(" ", "{", "}"));
      case SwitchArgs both -> "(" + show(both.positional()) + " " + show(both.named()) + ")";
      case GreenletExit exit -> describe(exit);
      case null -> "null";
      default -> value.toString();
    };
  }

  private static String describe(Throwable failure) {
    return switch (failure) {
      case GreenletExit exit -> "exit:" + Objects.toString(exit.getMessage(), "");
      case Planned planned -> "error:" + planned.getMessage();
      case Return leaves -> "return:" + show(leaves.value);
      default ->
          REFUSALS.entrySet().stream()
              .filter(refusal -> failure.toString().matches(refusal.getKey()))
              .map(Map.Entry::getValue)
              .findFirst()
              .orElseGet(() -> failure + Arrays.toString(failure.getStackTrace()));
    };
  }
}
