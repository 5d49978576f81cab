package io.greenloop.inspect;

import io.greenloop.Task;
import io.greenloop.inspect.TaskDump.CoroutineEntry;
import io.greenloop.internal.fiber.Residents;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.Strand;
import io.greenloop.internal.loop.Strands;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The greenlets of tasks that have switched away. */
final class SuspendedGreenlets {
  private static final long PATIENCE_MILLIS = 100;

  private SuspendedGreenlets() {}

  /** The greenlet of {@code task} whose code goes on when the task does, or null. Any thread. */
  static @Nullable String currentIn(Task<?> task) {
    Residents residents = residentsOf(task);
    return residents == null ? null : residents.running();
  }

  /**
   * By task, for those that have any. Their stacks are taken by the loop itself; where it does not
   * get to it, only the names are known.
   */
  static Map<Task<?>, List<CoroutineEntry>> of(Collection<Task<?>> tasks, LoopCore core) {
    boolean isStill = core.isOnLoop() || !core.isRunning();
    Map<Task<?>, List<CoroutineEntry>> found = read(tasks, isStill);
    if (isStill || found.isEmpty()) {
      return found;
    }
    var asked = new CompletableFuture<Map<Task<?>, List<CoroutineEntry>>>();
    core.post((Runnable) () -> asked.complete(read(tasks, true)), null);
    try {
      return asked.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException held) {
      return found;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return found;
    }
  }

  private static @Nullable Residents residentsOf(Task<?> task) {
    Strand strand = Strands.of(task);
    return strand == null ? null : Residents.of(strand.host());
  }

  private static Map<Task<?>, List<CoroutineEntry>> read(
      Collection<Task<?>> tasks, boolean withStacks) {
    Map<Task<?>, List<CoroutineEntry>> found = new IdentityHashMap<>();
    for (Task<?> task : tasks) {
      Residents residents = residentsOf(task);
      List<CoroutineEntry> suspended =
          residents == null
              ? List.of()
              : residents.suspended(withStacks).stream()
                  .map(each -> new CoroutineEntry(each.name(), each.stack()))
                  .toList();
      if (!suspended.isEmpty()) {
        found.put(task, suspended);
      }
    }
    return found;
  }
}
