package io.greenloop;

import static io.greenloop.internal.check.Known.present;

import io.greenloop.internal.loop.LoopThread;
import io.greenloop.internal.trace.ReadableTrace;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a future failed or was cancelled, and whether anybody has seen it. */
final class Failure {
  private static final int AWAITING_FRAMES = 64;

  /** Our frames on top of the line that waits. */
  private static final Set<String> OWN =
      Set.of(
          Failure.class.getName(),
          LoopFuture.class.getName(),
          Aio.class.getName(),
          Race.class.getName(),
          TimeoutScope.class.getName());

  final @Nullable Throwable thrown;
  private final @Nullable String reason;
  private boolean framesAppended;
  private volatile boolean seen;
  private boolean givenOut;

  /** A failure with {@code thrown}; a cancel if that is a {@link CancelledError}. */
  Failure(Throwable thrown) {
    this.thrown = thrown;
    this.reason = thrown instanceof CancelledError c ? c.reason() : null;
  }

  /** A cancel by request. */
  Failure(@Nullable String reason) {
    this.thrown = null;
    this.reason = reason;
  }

  @Nullable String reason() {
    return reason;
  }

  /** What it failed with; for a cancel, the error that its waiter gets. */
  Throwable throwable(boolean cancelled) {
    return cancelled ? cancelled() : present(thrown);
  }

  void markSeen() {
    seen = true;
  }

  boolean isSeen() {
    return seen;
  }

  /** The error of a cancel: the one the task ended with for the first who asks, then fresh ones. */
  CancelledError cancelled() {
    if (thrown instanceof CancelledError original && !givenOut) {
      givenOut = true;
      return original;
    }
    return new CancelledError(reason);
  }

  /**
   * Does not return: throws what the waiter of a failed or cancelled future of {@code loop} gets.
   */
  RuntimeException forWaiter(EventLoop loop, boolean cancelled) {
    markSeen();
    if (cancelled) {
      CancelledError cancel = cancelled();
      if (cancel == thrown) {
        showWaiter(loop, cancel);
      }
      throw cancel;
    }
    Throwable failure = present(thrown);
    showWaiter(loop, failure);
    throw Unchecked.raise(failure);
  }

  // Once only: a stored throwable that many wait for must not grow with each of them.
  private void showWaiter(EventLoop loop, Throwable failure) {
    if (framesAppended) {
      return;
    }
    framesAppended = true;
    if (!loop.isDebug()) {
      ReadableTrace.tidy(failure);
    }
    StackTraceElement[] own = failure.getStackTrace();
    if (own.length == 0) {
      return;
    }
    StackTraceElement[] awaiting =
        StackWalker.getInstance()
            .walk(
                frames ->
                    frames
                        .dropWhile(f -> OWN.contains(f.getClassName()))
                        .filter(f -> !f.getClassName().startsWith("java.lang.VirtualThread"))
                        .limit(AWAITING_FRAMES)
                        .map(StackWalker.StackFrame::toStackTraceElement)
                        .toArray(StackTraceElement[]::new));
    var joined = new ArrayList<StackTraceElement>(List.of(own));
    joined.add(ReadableTrace.awaitedBy(waiter()));
    joined.addAll(loop.isDebug() ? List.of(awaiting) : ReadableTrace.of(awaiting, true));
    failure.setStackTrace(joined.toArray(StackTraceElement[]::new));
  }

  private static String waiter() {
    return LoopThread.currentLoop() == null
        ? "thread '" + Thread.currentThread().getName() + "'"
        : WatchedRun.describeOwner(Aio.currentTask().orElse(null));
  }
}
