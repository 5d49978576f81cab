package io.greenloop;

import io.greenloop.internal.trace.ReadableTrace;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Where errors go that no caller can be told of. */
final class ErrorReports {
  private final EventLoop loop;
  private volatile @Nullable BiConsumer<EventLoop, ErrorContext> handler;

  ErrorReports(EventLoop loop) {
    this.loop = loop;
  }

  void setHandler(@Nullable BiConsumer<EventLoop, ErrorContext> handler) {
    this.handler = handler;
  }

  @Nullable BiConsumer<EventLoop, ErrorContext> handler() {
    return handler;
  }

  /** Reports; what a handler throws is logged with the error it was given, and goes no further. */
  void report(ErrorContext error) {
    BiConsumer<EventLoop, ErrorContext> present = handler;
    if (present == null) {
      log(error);
      return;
    }
    try {
      present.accept(loop, error);
    } catch (Throwable broken) {
      if (Fatal.isFatal(broken)) {
        throw broken;
      }
      log(error);
      log(ErrorContext.of("the exception handler of " + loop + " threw", broken));
    }
  }

  private void log(ErrorContext error) {
    Throwable failure = error.exception();
    if (failure != null && !loop.isDebug()) {
      ReadableTrace.tidy(failure);
      failure = isSaid(failure, error) ? null : failure;
    }
    try {
      System.getLogger("io.greenloop").log(Level.ERROR, text(error), failure);
    } catch (RuntimeException broken) {
      System.err.println("greenloop: logging failed (" + broken + "): " + text(error));
    }
  }

  /** What a peer did, such as to decline our certificate: no line of the trace is the program's. */
  private static boolean isSaid(Throwable failure, ErrorContext error) {
    String said = failure.getMessage();
    return failure instanceof IOException && said != null && error.message().startsWith(said);
  }

  private String text(ErrorContext error) {
    var text = new StringBuilder(loop.toString()).append(": ").append(error.message());
    Task<?> scheduler = error.handle() instanceof Callback callback ? callback.origin() : null;
    Task<?> task = error.task() != null ? error.task() : scheduler;
    if (task != null) {
      text.append(task == scheduler ? "; scheduled by " : "; in ");
      text.append(task.describeWithAncestors());
      if (task.creationLine().isEmpty() && !loop.isDebug()) {
        text.append(CreationLine.UNKNOWN);
      }
    }
    return text.toString();
  }
}
