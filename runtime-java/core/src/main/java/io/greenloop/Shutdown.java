package io.greenloop;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What happens on a loop between the end of its main task and its close. Loop room. */
final class Shutdown {
  private static final int GENERATIONS = 10;

  private final EventLoop loop;
  private final Set<ThrowingRunnable> closers = new LinkedHashSet<>();

  Shutdown(EventLoop loop) {
    this.loop = loop;
  }

  Registration register(ThrowingRunnable closer) {
    closers.add(closer);
    return () -> closers.remove(closer);
  }

  /**
   * Cancels every task but the current one, once, waits for all, and reports failures that nobody
   * has seen. Tasks that the cleanup of others spawns are next, up to a few generations.
   */
  void cancelTasks() {
    for (int generation = 0; generation < GENERATIONS; generation++) {
      List<Task<?>> leftovers = new ArrayList<>(loop.allTasks());
      leftovers.remove(loop.currentTaskOrNull());
      if (leftovers.isEmpty()) {
        return;
      }
      leftovers.forEach(task -> task.cancel("the loop shuts down"));
      leftovers.forEach(Quietly::untilDone);
      leftovers.forEach(this::reportFailure);
    }
  }

  private void reportFailure(Task<?> task) {
    Failure failure = task.failure();
    if (failure != null && !task.isCancelled() && !failure.isSeen()) {
      failure.markSeen();
      if (Fatal.isFatal(failure.throwable(false))) {
        return; // it leaves the run
      }
      loop.report(
          ErrorContext.of(
              task.describe() + " failed while the loop was shutting down", failure.thrown, task));
    }
  }

  /** Closes the generators that were started on this loop and are still suspended. */
  void closeGenerators() {
    loop.core()
        .openCloseables()
        .closeAll(
            e -> loop.report(ErrorContext.of("closing at the end of " + loop + " failed", e)));
  }

  /**
   * Closes what was registered, newest first; an error of one does not stop the others. A fatal one
   * is thrown at the end.
   */
  void closeRegistered() {
    var order = new ArrayList<>(closers);
    closers.clear();
    Throwable fatal = null;
    for (ThrowingRunnable closer : order.reversed()) {
      try {
        closer.run();
      } catch (Throwable e) { // the others are closed all the same
        if (fatal == null && Fatal.isFatal(e)) {
          fatal = e;
        } else {
          loop.report(ErrorContext.of("closing at the end of " + loop + " failed", e));
        }
      }
    }
    if (fatal != null) {
      throw Unchecked.raise(fatal);
    }
  }
}
