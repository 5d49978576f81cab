package io.greenloop.programs;

import static io.greenloop.Aio.currentTask;
import static io.greenloop.Aio.shield;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.timeoutScope;
import static io.greenloop.Aio.waitFor;
import static io.greenloop.Aio.yieldNow;

import io.greenloop.AsyncTimeoutException;
import io.greenloop.CancelledError;
import io.greenloop.LoopFuture;
import io.greenloop.Task;
import io.greenloop.TaskGroup;
import io.greenloop.TaskOptions;
import io.greenloop.TimeoutScope;
import io.greenloop.internal.loop.LoopCores;
import io.greenloop.sync.Permit;
import io.greenloop.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/**
 * Runs a {@link Program} on a loop and notes what each operation gives: {@code 1.4=ok} for
 * operation 4 of body 1, {@code 1.4!timeout} when it throws, {@code @50} when time has passed.
 * asyncio_oracle.py does the same with CPython's asyncio.
 */
final class ProgramRun {
  /** Later than anything that a program does by itself. */
  private static final Duration AFTERWARDS = SharedOps.micros(1_000_000_000);

  private static final int SWEEPS = 100;

  /** Or takes it back. */
  private static final Set<String> PASSES_CANCEL_ON =
      Set.of("join", "joinfor", "gather", "settle", "each", "await", "awaitfor", "uncancel");

  private final TestLoop t;
  private final Program program;
  private final World world;
  private final List<String> trace = new ArrayList<>();
  private final Set<Integer> started = new HashSet<>();
  private final Map<Integer, Task<String>> tasks = new LinkedHashMap<>();
  private final Set<Task<?>> cancelled = new HashSet<>();
  private final Set<Task<?>> excused = new HashSet<>(); // saw a cancel, took it back, passed it on
  private final SharedOps shared;
  private Duration lastTime;
  private int strikeAt = -1;
  private int victim;

  ProgramRun(TestLoop t, Program program) {
    this.t = t;
    this.program = program;
    this.world = new World(t.loop());
    this.shared = new SharedOps(world, tasks);
    this.lastTime = t.loop().time();
  }

  /** The code of one body, and the scopes it is in. */
  private static final class Actor {
    final int number;
    final Deque<TaskGroup> groups;
    final Deque<TimeoutScope> scopes = new ArrayDeque<>();
    final Deque<Integer> conditions = new ArrayDeque<>();

    Actor(int number, Deque<TaskGroup> groups) {
      this.number = number;
      this.groups = new ArrayDeque<>(groups);
    }
  }

  /** The trace of {@code program} on a loop of its own, first in, first out. */
  static String trace(Program program) {
    try (var t = TestLoop.virtual()) {
      var run = new ProgramRun(t, program);
      run.run();
      t.errors(); // of tasks that nobody looked at; asyncio reports them at another time
      if (!run.faults().isEmpty()) {
        throw new AssertionError(run.faults() + ": " + program);
      }
      return run.trace();
    }
  }

  /** Cancels a task after so many notes, whatever it is in the middle of. */
  void strike(int afterNotes, int victim) {
    strikeAt = afterNotes;
    this.victim = victim;
  }

  String trace() {
    return String.join(" ", trace);
  }

  /** What broke a promise. */
  List<String> faults() {
    return world.faults;
  }

  void run() {
    t.run(
        () -> {
          Actor nobody = new Actor(-1, new ArrayDeque<>());
          spawn(nobody, 0, false, null);
          sleep(AFTERWARDS);
          sweep();
          noteEnd();
          checkCancels();
          world.checkEnd(currentTask().orElseThrow());
        });
  }

  private void sweep() {
    for (int round = 0; tasks.values().stream().anyMatch(task -> !task.isDone()); round++) {
      if (round == SWEEPS) {
        world.fault("these do not end: " + t.loop().allTasks());
        return;
      }
      List.copyOf(tasks.values()).forEach(task -> cancel(task, "sweep"));
      sleep(AFTERWARDS);
    }
  }

  private boolean cancel(Task<String> task, String reason) {
    boolean accepted = task.cancel(reason);
    if (accepted) {
      cancelled.add(task);
    }
    return accepted;
  }

  /** Who was cancelled must have seen it, or end cancelled. */
  private void checkCancels() {
    for (Task<String> task : tasks.values()) {
      if (cancelled.contains(task)
          && !excused.contains(task)
          && task.isDone()
          && !task.isCancelled()
          && task.exceptionNow() == null) {
        world.fault("a cancel of " + task.name() + " was lost");
      }
    }
  }

  // ---- the trace ---------------------------------------------------------------------------

  private void note(String what) {
    world.alone(
        () -> {
          Duration now = t.loop().time();
          if (!now.equals(lastTime)) {
            lastTime = now;
            trace.add("@" + now.toNanos() / 1000);
          }
          trace.add(what);
          t.note(what);
        });
    Task<String> hit = trace.size() == strikeAt ? tasks.get(victim) : null;
    if (hit != null) {
      cancel(hit, "strike");
    }
  }

  private void noteEnd() {
    tasks.forEach(
        (number, task) -> note("t" + number + Words.outcome(task) + ":" + task.cancelRequests()));
    for (int i = 0; i < world.futures.size(); i++) {
      LoopFuture<String> future = world.futures.get(i);
      note("f" + i + (future.isDone() ? Words.outcome(future) : "?"));
    }
    note(
        "q"
            + world.queues.subList(0, 3).stream() // those that asyncio has
                .map(queue -> String.valueOf(queue.size()))
                .collect(Collectors.joining(",")));
  }

  // ---- bodies and blocks -------------------------------------------------------------------

  private String spawn(Actor by, int number, boolean eager, TaskGroup group) {
    if (number >= program.bodies().size() || !started.add(number)) {
      return "no";
    }
    var actor = new Actor(number, by.groups);
    TaskOptions options = TaskOptions.named("t" + number).eagerStart(eager);
    Callable<String> body = () -> body(actor);
    try {
      tasks.put(number, group == null ? t.loop().spawn(options, body) : group.spawn(options, body));
    } catch (IllegalStateException refused) {
      started.remove(number);
      throw refused;
    }
    return null;
  }

  private String body(Actor actor) throws Exception {
    note(actor.number + "(");
    try {
      execute(actor, program.bodies().get(actor.number), 0);
    } finally {
      checkTimers(actor.number);
    }
    return actor.number + ".";
  }

  /** The last one alive has left all its scopes: only main's own sleep is still set. */
  private void checkTimers(int number) {
    boolean last =
        tasks.entrySet().stream().allMatch(e -> e.getKey() == number || e.getValue().isDone());
    int left = LoopCores.of(t.loop()).pendingTimers();
    if (last && left > 1) {
      world.fault("timers are left: " + (left - 1));
    }
  }

  private void execute(Actor actor, List<Op> ops, int first) throws Exception {
    int number = first;
    for (Op op : ops) {
      perform(actor, op, number);
      number += op.size();
    }
  }

  private void perform(Actor actor, Op op, int number) throws Exception {
    String tag = actor.number + "." + number;
    if (PASSES_CANCEL_ON.contains(op.word())) {
      excused.add(currentTask().orElseThrow());
    }
    try {
      Object result = op.isBlock() ? block(actor, op, number) : simple(actor, op, tag);
      note(tag + "=" + Words.show(result));
    } catch (Throwable failure) {
      if (failure instanceof CancelledError || failure instanceof AsyncTimeoutException) {
        excused.add(currentTask().orElseThrow());
      }
      note(tag + "!" + Words.describe(failure));
      throw failure;
    }
  }

  private Object block(Actor actor, Op op, int number) throws Exception {
    Body body = () -> execute(actor, op.block(), number + 1);
    return switch (op.word()) {
      case "lock" -> inside(world.locks.get(op.number(0)).acquire(), op.number(0), 1, body);
      case "sem" ->
          inside(
              world.semaphores.get(op.number(0)).acquire(),
              2 + op.number(0),
              op.number(0) + 1,
              body);
      case "cond" -> condition(actor, op.number(0), body);
      case "timeout" -> timeout(actor, SharedOps.micros(op.number(0)), body);
      case "group" -> group(actor, body);
      case "try" -> tried(body, false);
      case "catch" -> tried(body, true);
      default -> throw new IllegalArgumentException(op.toString());
    };
  }

  @FunctionalInterface
  private interface Body {
    void run() throws Exception;
  }

  private Object inside(Permit permit, int slot, int limit, Body body) throws Exception {
    try (permit) {
      world.entered(slot, limit);
      try {
        body.run();
      } finally {
        world.left(slot);
      }
    }
    return null;
  }

  private Object condition(Actor actor, int index, Body body) throws Exception {
    Permit permit = world.conditions.get(index).acquire();
    actor.conditions.push(index);
    try {
      return inside(permit, 4 + index, 1, body);
    } finally {
      actor.conditions.pop();
    }
  }

  private static Object timeout(Actor actor, Duration limit, Body body) {
    var opened = new TimeoutScope[1];
    timeoutScope(
        limit,
        scope -> {
          opened[0] = scope;
          actor.scopes.push(scope);
          try {
            body.run();
          } finally {
            actor.scopes.pop();
          }
          return null;
        });
    return opened[0].expired() ? "late" : null;
  }

  private static Object group(Actor actor, Body body) {
    TaskGroup.run(
        group -> {
          actor.groups.push(group);
          try {
            body.run();
          } finally {
            actor.groups.pop();
          }
        });
    return null;
  }

  private static Object tried(Body body, boolean cancelToo) throws Exception {
    try {
      body.run();
      return null;
    } catch (CancelledError cancel) {
      if (!cancelToo) {
        throw cancel;
      }
    } catch (Exception caught) {
      // the operation that threw has noted it
    }
    return "caught";
  }

  // ---- operations --------------------------------------------------------------------------

  private Object simple(Actor actor, Op op, String tag) throws Exception {
    return switch (op.word()) {
      case "yield" -> {
        yieldNow();
        yield null;
      }
      case "sleep" -> {
        sleep(SharedOps.micros(op.number(0)));
        yield null;
      }
      case "raise" -> throw new Words.Planned(tag);
      case "bail" -> throw new CancelledError(tag);
      case "uncancel" -> currentTask().orElseThrow().uncancel();
      case "move" -> {
        if (actor.scopes.isEmpty()) {
          yield "no";
        }
        actor.scopes.peek().reschedule(SharedOps.micros(op.number(0)));
        yield null;
      }
      case "spawn" -> spawn(actor, op.number(0), false, null);
      case "eager" -> spawn(actor, op.number(0), true, null);
      case "child" ->
          actor.groups.isEmpty() ? "no" : spawn(actor, op.number(0), false, actor.groups.peek());
      case "stop" -> {
        if (actor.groups.isEmpty()) {
          yield "no";
        }
        actor.groups.peek().cancel();
        yield null;
      }
      case "cancel", "join", "joinfor", "shield" -> withTask(op, tag);
      case "wait", "notify" ->
          actor.conditions.contains(op.number(0)) ? shared.perform(op, tag) : "no";
      default -> shared.perform(op, tag);
    };
  }

  private Object withTask(Op op, String tag) {
    Task<String> task = tasks.get(op.number(0));
    if (task == null) {
      return "no";
    }
    return switch (op.word()) {
      case "cancel" -> cancel(task, tag);
      case "join" -> task.join();
      case "joinfor" -> waitFor(task, SharedOps.micros(op.number(1)));
      default -> shield(task).join();
    };
  }
}
