package io.greenloop;

import io.greenloop.internal.trace.UserFrames;
import org.jspecify.annotations.Nullable;

/**
 * The line of the user's code that made a task or a callback. Taking it costs up to a microsecond,
 * so only debug mode does.
 */
final class CreationLine {
  /** What {@link #suffix} says where it is not known. */
  static final String UNKNOWN = " (creation lines unknown, run with --debug)";

  private CreationLine() {}

  /** The user's line; null outside of debug mode, and where there is none. */
  static @Nullable StackTraceElement here(EventLoop loop) {
    if (!loop.isDebug()) {
      return null;
    }
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .filter(frame -> UserFrames.isTheUsers(frame.getClassName()))
                    .findFirst()
                    .map(StackWalker.StackFrame::toStackTraceElement)
                    .orElse(null));
  }

  /** {@code " created at …"}, or nothing. */
  static String suffix(@Nullable StackTraceElement line) {
    return line == null ? "" : " created at " + line;
  }
}
