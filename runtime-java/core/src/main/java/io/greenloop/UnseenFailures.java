package io.greenloop;

import java.lang.ref.Cleaner;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Failures that nobody has looked at. One is reported when its future is no longer reachable, or at
 * the close of the loop, whichever comes first, and only once.
 */
final class UnseenFailures {
  private final EventLoop loop;
  private final Set<Watched> watched = ConcurrentHashMap.newKeySet();

  /** The cleaner's thread exists from the first failure on, not before. */
  private static final class OfJvm {
    static final Cleaner CLEANER = Cleaner.create();
  }

  /** Does not hold the future, or it would never become unreachable. */
  private record Watched(Failure failure, String what) {}

  UnseenFailures(EventLoop loop) {
    this.loop = loop;
  }

  void watch(LoopFuture<?> future, Failure failure) {
    if (failure.isSeen() || failure.thrown instanceof CancelledError) {
      return; // a gather that was cancelled fails with the cancel, which is no error
    }
    var entry = new Watched(failure, describe(future));
    watched.add(entry);
    OfJvm.CLEANER.register(future, () -> unreachable(entry));
  }

  private static String describe(LoopFuture<?> future) {
    return future instanceof Task<?> task ? task.describeWithAncestors() : future.describe();
  }

  /** On the cleaner's thread. */
  private void unreachable(Watched entry) {
    if (entry.failure.isSeen()) {
      watched.remove(entry);
      return;
    }
    // Left in the set until the loop gets to it: a close in between reports it too.
    loop.core()
        .post(
            (Runnable)
                () -> {
                  if (watched.remove(entry) && !entry.failure.isSeen()) {
                    report(entry);
                  }
                },
            null);
  }

  void reportAll() {
    for (Iterator<Watched> all = watched.iterator(); all.hasNext(); ) {
      Watched entry = all.next();
      all.remove();
      if (!entry.failure.isSeen()) {
        report(entry);
      }
    }
  }

  private void report(Watched entry) {
    entry.failure.markSeen();
    loop.report(
        ErrorContext.of("nobody looked at the failure of " + entry.what, entry.failure.thrown));
  }
}
