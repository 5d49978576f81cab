package io.greenloop;

import io.greenloop.internal.loop.Strand;
import io.greenloop.internal.trace.UserFrames;
import java.util.Set;
import java.util.stream.Collectors;

/** Says who holds a loop, at which line, and which tasks have not ended. Any thread. */
final class StuckReport {
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
          .append(WatchedRun.describeOwner(loop.core().ownerSeenFromOutside()));
      text.append(" at ").append(UserFrames.line(holder.thread().getStackTrace()));
    }
    if (!tasks.isEmpty()) {
      text.append("\nnot cleaned up: ");
      text.append(tasks.stream().map(Task::describe).collect(Collectors.joining(", ")));
    }
    return text.toString();
  }
}
