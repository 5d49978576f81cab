package io.greenloop;

import io.greenloop.internal.loop.Strand;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says who holds a loop, at which line, and which tasks have not ended. Any thread. */
final class StuckReport {
  private static final String[] NOT_THE_USERS = {
    "java.", "jdk.", "sun.", "kotlin.", "kotlinx.", "io.greenloop."
  };

  private StuckReport() {}

  static String of(EventLoop loop, String what) {
    Strand holder = loop.core().mountedStrand();
    Set<Task<?>> tasks = loop.allTasks();
    var text = new StringBuilder(what);
    if (holder == null) {
      text.append("; ").append(loop).append(" is not held by anybody");
    } else {
      text.append("; ")
          .append(loop)
          .append(" is held by ")
          .append(describe(loop.core().ownerSeenFromOutside()));
      text.append(" at ").append(line(holder.thread().getStackTrace()));
    }
    if (!tasks.isEmpty()) {
      text.append("\nnot cleaned up: ");
      text.append(tasks.stream().map(Task::describe).collect(Collectors.joining(", ")));
    }
    return text.toString();
  }

  private static String describe(@Nullable Object owner) {
    if (owner instanceof Task<?> task) {
      return task.describe();
    }
    return owner == null ? "a callback" : owner.toString();
  }

  private static String line(StackTraceElement[] frames) {
    for (StackTraceElement frame : frames) {
      if (isTheUsers(frame.getClassName())) {
        return frame.toString();
      }
    }
    return frames.length == 0 ? "a line unknown" : frames[0].toString();
  }

  private static boolean isTheUsers(String className) {
    for (String prefix : NOT_THE_USERS) {
      if (className.startsWith(prefix)) {
        return false;
      }
    }
    return true;
  }
}
