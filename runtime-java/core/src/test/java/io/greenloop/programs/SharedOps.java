package io.greenloop.programs;

import static io.greenloop.Aio.asCompleted;
import static io.greenloop.Aio.gather;
import static io.greenloop.Aio.gatherSettled;
import static io.greenloop.Aio.shield;
import static io.greenloop.Aio.waitFor;
import static io.greenloop.Aio.waitUntil;

import io.greenloop.LoopFuture;
import io.greenloop.Task;
import io.greenloop.WaitMode;
import io.greenloop.WaitResult;
import io.greenloop.sync.Permit;
import io.greenloop.sync.Select;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The operations on what tasks share, and on several tasks at once. */
final class SharedOps {
  private final World world;
  private final Map<Integer, Task<String>> tasks;

  SharedOps(World world, Map<Integer, Task<String>> tasks) {
    this.world = world;
    this.tasks = tasks;
  }

  Object perform(Op op, String tag) {
    return switch (op.word()) {
      case "gather", "settle", "any", "all", "first", "each" -> many(op);
      case "await", "awaitfor", "guard", "complete", "fail", "drop" -> withFuture(op, tag);
      case "put", "get", "tryput", "tryget", "done", "drain", "close", "closenow" ->
          withQueue(op, tag);
      case "pick" -> pick(op, tag);
      case "wait", "notify" -> withCondition(op);
      default -> withOthers(op);
    };
  }

  private Object withFuture(Op op, String tag) {
    var future = world.futures.get(op.number(0));
    return switch (op.word()) {
      case "await" -> future.join();
      case "awaitfor" -> waitFor(future, micros(op.number(1)));
      case "guard" -> shield(future).join();
      case "complete" -> {
        future.complete(tag);
        yield null;
      }
      case "fail" -> {
        future.completeExceptionally(new Words.Planned(tag));
        yield null;
      }
      default -> future.cancel(tag);
    };
  }

  private Object withQueue(Op op, String tag) {
    int index = op.number(0);
    var queue = world.queues.get(index);
    switch (op.word()) {
      case "put" -> {
        queue.put(tag);
        world.putDone(index, tag);
        return null;
      }
      case "tryput" -> {
        boolean put = queue.tryPut(tag);
        if (put) {
          world.putDone(index, tag);
        }
        return put;
      }
      case "get" -> {
        String item = queue.get();
        world.got(index, item);
        return item;
      }
      case "tryget" -> {
        return queue
            .tryGet()
            .map(
                item -> {
                  world.got(index, item);
                  return item;
                })
            .orElse("empty");
      }
      case "done" -> queue.taskDone();
      case "drain" -> queue.join();
      case "close" -> queue.close();
      default -> {
        world.dropsItems(index);
        queue.closeNow();
      }
    }
    return null;
  }

  private Object withCondition(Op op) {
    int index = op.number(0);
    if (op.word().equals("notify")) {
      world.conditions.get(index).notify(op.number(1));
      return null;
    }
    world.left(4 + index);
    try {
      world.conditions.get(index).waitFor();
    } finally {
      world.entered(4 + index, 1);
    }
    return null;
  }

  private Object withOthers(Op op) {
    int index = op.number(0);
    switch (op.word()) {
      case "event" -> world.events.get(index).waitFor();
      case "set" -> world.events.get(index).set();
      case "clear" -> world.events.get(index).clear();
      case "barrier" -> {
        return world.barriers.get(index).waitFor();
      }
      case "reset" -> world.barriers.get(index).reset();
      case "abort" -> world.barriers.get(index).abort();
      default -> throw new IllegalArgumentException(op.toString());
    }
    return null;
  }

  private Object many(Op op) {
    boolean waits = op.word().equals("any") || op.word().equals("all") || op.word().equals("first");
    List<String> names = op.args().subList(waits ? 1 : 0, op.args().size());
    Map<String, LoopFuture<String>> found = new LinkedHashMap<>();
    for (String name : names) {
      LoopFuture<String> future = named(name);
      if (future != null) {
        found.put(name, future);
      }
    }
    if (op.word().equals("each")) {
      return each(found.values());
    }
    if (!waits) {
      var all = List.copyOf(found.values());
      return op.word().equals("gather") ? gather(all).join() : gatherSettled(all).join();
    }
    if (found.isEmpty()) {
      return "no";
    }
    WaitMode mode =
        switch (op.word()) {
          case "any" -> WaitMode.FIRST_COMPLETED;
          case "all" -> WaitMode.ALL_COMPLETED;
          default -> WaitMode.FIRST_EXCEPTION;
        };
    Duration limit = op.args().getFirst().equals("-") ? null : micros(op.number(0));
    WaitResult<LoopFuture<String>> result = waitUntil(mode, limit, found.values());
    return found.entrySet().stream()
        .filter(entry -> result.done().contains(entry.getValue()))
        .map(Map.Entry::getKey)
        .collect(Collectors.joining(",", "{", "}"));
  }

  private Object pick(Op op, String tag) {
    var select = new Select<String>();
    for (String name : op.args().subList(1, op.args().size())) {
      int index = Integer.parseInt(name.substring(1));
      switch (name.charAt(0)) {
        case 'g' ->
            select.get(
                world.queues.get(index),
                item -> {
                  world.got(index, item);
                  return item;
                });
        case 'p' ->
            select.put(
                world.queues.get(index),
                tag,
                () -> {
                  world.putDone(index, tag);
                  return name;
                });
        case 'l' ->
            select.<Permit>on(
                world.locks.get(index)::acquire,
                permit -> {
                  permit.close();
                  return name;
                });
        default -> select.done(world.futures.get(index), done -> name);
      }
    }
    if (!op.args().getFirst().equals("-")) {
      select.after(micros(op.number(0)), () -> "late");
    }
    return select.run();
  }

  private Object each(Collection<LoopFuture<String>> futures) {
    int number = 0;
    for (var next : asCompleted(futures)) {
      next.asFuture().join();
      number++;
    }
    if (number != futures.size()) {
      world.fault("asCompleted gave " + number + " of " + futures.size());
    }
    return number;
  }

  private LoopFuture<String> named(String name) {
    int number = Integer.parseInt(name.substring(1));
    return name.charAt(0) == 't' ? tasks.get(number) : world.futures.get(number);
  }

  static Duration micros(long micros) {
    return Duration.ofNanos(micros * 1000);
  }
}
