package io.greenloop.inspect;

import io.greenloop.LoopFuture;
import io.greenloop.Task;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The await graph turned round: for each future, the tasks that wait for it. One moment's. */
final class AwaitIndex {
  private final Map<LoopFuture<?>, Set<Task<?>>> waiters = new IdentityHashMap<>();

  /**
   * @param tasks all that may be waiters
   */
  AwaitIndex(Collection<? extends Task<?>> tasks) {
    for (Task<?> task : tasks) {
      for (LoopFuture<?> awaited : awaitedBy(task)) {
        waiters.computeIfAbsent(awaited, f -> new LinkedHashSet<>()).add(task);
      }
    }
  }

  /**
   * What {@code task} waits for: what its wait names, and behind what is put together of others (a
   * gather, a shield, a group's end) its parts.
   */
  static Set<LoopFuture<?>> awaitedBy(Task<?> task) {
    Set<LoopFuture<?>> all = new LinkedHashSet<>();
    var open = new ArrayDeque<LoopFuture<?>>(task.awaits());
    open.addAll(Awaits.linkedFrom(task));
    for (LoopFuture<?> next = open.poll(); next != null; next = open.poll()) {
      if (all.add(next) && !(next instanceof Task<?>)) {
        open.addAll(next.awaits());
      }
    }
    return all;
  }

  /** The tasks that wait for {@code future}, in the order of their creation. */
  Set<Task<?>> waitersOf(LoopFuture<?> future) {
    Set<Task<?>> known = new LinkedHashSet<>(waiters.getOrDefault(future, Set.of()));
    known.addAll(Awaits.linkedTo(future)); // tasks of other loops, too
    return known;
  }
}
