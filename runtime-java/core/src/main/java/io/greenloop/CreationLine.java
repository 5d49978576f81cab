package io.greenloop;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The line of the user's code that made a task or a callback. Taking it costs up to a microsecond,
 * so only debug mode does.
 */
final class CreationLine {
  /** What {@link #suffix} says where it is not known. */
  static final String UNKNOWN = " (creation lines unknown, run with --debug)";

  private static final Set<String> OWN =
      Set.of(
          "Aio",
          "Callback",
          "CreationLine",
          "DrivenTask",
          "EventLoop",
          "LoopFuture",
          "StackfulTask",
          "Task",
          "TaskFactories$Stackful",
          "TaskGroup",
          "TimerHandle");

  private CreationLine() {}

  /** The line that calls into us; null outside of debug mode. */
  static @Nullable StackTraceElement here(EventLoop loop) {
    if (!loop.isDebug()) {
      return null;
    }
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .dropWhile(CreationLine::isOwn)
                    .findFirst()
                    .map(StackWalker.StackFrame::toStackTraceElement)
                    .orElse(null));
  }

  private static boolean isOwn(StackWalker.StackFrame frame) {
    String type = frame.getClassName();
    String own = "io.greenloop.";
    return type.startsWith(own) && OWN.contains(type.substring(own.length()));
  }

  /** {@code " created at …"}, or nothing. */
  static String suffix(@Nullable StackTraceElement line) {
    return line == null ? "" : " created at " + line;
  }
}
