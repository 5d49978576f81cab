package io.greenloop;

import io.greenloop.internal.fiber.Residents;
import io.greenloop.internal.loop.OutsideWork;
import io.greenloop.internal.loop.Strand;
import io.greenloop.internal.trace.ReadableTrace;
import io.greenloop.internal.trace.UserFrames;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds out whether a loop that nothing can wake is dead-locked, and says who waits for what. */
final class DeadLock {
  private DeadLock() {}

  /**
   * Called when nothing is ready, no timer is set and nothing outside is known to wake the loop.
   * Proof needs every live task to wait on an object that only code of this loop can complete.
   */
  static void check(EventLoop loop) {
    LoopFuture<?> awaited = loop.runs().awaited();
    if (awaited == null) {
      return; // run forever: somebody may post
    }
    Set<Task<?>> tasks = loop.allTasks();
    for (Task<?> task : tasks) {
      if (!task.waitsForLoopOnly()) {
        return;
      }
    }
    if (loop.core().outsideWork().stream().anyMatch(OutsideWork::isGoingOn)) {
      return;
    }
    if (loop.core().hasPosts() || loop.core().hasReady()) {
      return; // what has just ended outside may have brought something before
    }
    if (loop.runs().reportsDeadLock()) {
      loop.report(ErrorContext.of(report(loop, tasks), null));
    } else if (awaited instanceof Task<?> main) {
      var exit = new LoopExit(report(loop, tasks));
      if (main instanceof StackfulTask<?> stackful) {
        exit.setStackTrace(stackful.strand().thread().getStackTrace()); // the lines of its wait
        if (!loop.isDebug()) {
          ReadableTrace.tidy(exit);
        }
      }
      main.failWait(exit);
    }
  }

  /** For a loop that has been idle for long without proof. Any thread; may be out of date. */
  static String suspicion(EventLoop loop, long seconds) {
    var text =
        new StringBuilder()
            .append(loop)
            .append(" has been idle for ")
            .append(seconds)
            .append(" s, and nothing known to it will wake it; who waits:");
    who(text, loop.allTasks());
    return text.toString();
  }

  private static String report(EventLoop loop, Set<Task<?>> tasks) {
    var text =
        new StringBuilder("dead-lock: nothing can wake ").append(loop).append("; who waits:");
    who(text, tasks);
    var circles = AwaitCircles.of(tasks);
    for (String circle : circles) {
      text.append("\n  in a circle: ").append(circle);
    }
    if (circles.isEmpty()) {
      text.append("\nif another thread is going to wake them, tell the loop with expectPosts()");
    }
    return text.toString();
  }

  private static void who(StringBuilder text, Set<Task<?>> tasks) {
    for (Task<?> task : tasks) {
      text.append("\n  ").append(task.describe()).append(" waits for ");
      boolean outside = task instanceof StackfulTask<?> s && s.strand().isForeign();
      text.append(outside ? foreign(((StackfulTask<?>) task).strand()) : task.describeWait());
      if (outside || (task instanceof DrivenTask && task.waitsFor().isEmpty())) {
        StackTraceElement[] stack = task.stackTrace();
        text.append(stack.length == 0 ? "" : ", at " + UserFrames.line(stack));
      }
    }
  }

  private static String foreign(Strand strand) {
    if (strand.foreignThread().getState() != Thread.State.BLOCKED) {
      return "something outside of the loop";
    }
    Residents greenlets = Residents.of(strand.host());
    String away =
        greenlets == null
            ? ""
            : greenlets.suspended(false).stream()
                .map(Residents.Resident::name)
                .collect(Collectors.joining(", "));
    return "a monitor (synchronized)"
        + (away.isEmpty() ? "" : ", which one that has switched away may hold: " + away);
  }
}
