package io.greenloop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Every unfinished task of a loop, held strongly. Written by the loop only; a snapshot may be taken
 * by any thread, and then may miss what changes meanwhile.
 */
final class TaskRegistry {
  private volatile @Nullable Task<?>[] slots = new Task<?>[16];
  private int[] free = new int[16];
  private int freeCount;
  private int used;
  private final int most;

  TaskRegistry(int most) {
    this.most = most;
  }

  /** Throws if there are as many as there may be. */
  void checkSpace(EventLoop loop, String operation) {
    if (used - freeCount >= most) {
      throw new RejectedExecutionException(
          operation
              + ": "
              + loop
              + " has "
              + most
              + " unfinished tasks, which is its limit; wait for some of them, or raise the limit"
              + " by LoopOptions.withMaxTasks");
    }
  }

  void add(Task<?> task) {
    int slot = freeCount > 0 ? free[--freeCount] : used++;
    if (slot == slots.length) {
      slots = Arrays.copyOf(slots, 2 * slot);
    }
    task.slot = slot;
    slots[slot] = task;
  }

  void remove(Task<?> task) {
    if (task.slot >= slots.length) {
      return; // abandoned, and ends only now
    }
    slots[task.slot] = null;
    if (freeCount == free.length) {
      free = Arrays.copyOf(free, 2 * freeCount);
    }
    free[freeCount++] = task.slot;
  }

  Set<Task<?>> snapshot() {
    var tasks = new LinkedHashSet<Task<?>>();
    for (Task<?> task : slots) {
      if (task != null && !task.isDone()) {
        tasks.add(task);
      }
    }
    return tasks;
  }

  /**
   * At close: what still lives in foreign code runs to its end elsewhere, what waits for this loop
   * never goes on; both are reported.
   */
  void abandon(EventLoop loop) {
    var pending = new ArrayList<String>();
    for (Task<?> task : snapshot()) {
      if (task instanceof StackfulTask<?> stackful && stackful.strand().isForeign()) {
        loop.report(
            ErrorContext.of(
                task.describe()
                    + " was still blocked outside the loop when "
                    + loop
                    + " closed; it runs to its end on the JDK's scheduler",
                null,
                task));
      } else {
        pending.add(task.describe());
      }
    }
    if (!pending.isEmpty()) {
      loop.report(
          ErrorContext.of(
              loop
                  + " closed with pending tasks, which never go on: "
                  + String.join(", ", pending)
                  + "; run them to their end, or use a Runner, which cancels them",
              null));
    }
    slots = new Task<?>[0];
  }
}
