package io.greenloop.inspect;

import io.greenloop.EventLoop;
import io.greenloop.LoopFuture;
import io.greenloop.Task;
import io.greenloop.internal.trace.UserFrames;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A future with its stack, and who awaits it, and who awaits those (Python: {@code
 * asyncio.capture_call_graph}). A snapshot: nothing in it changes.
 *
 * <p>A task stands in the graph once; where tasks await each other in a circle, following {@link
 * #awaitedBy} comes back to the same object, and {@link #format} says so instead of going on.
 *
 * <p><b>Room:</b> capturing: the loop of the future, or its setup; from another thread the picture
 * may mix two moments.
 */
public final class CallGraph {
  private final LoopFuture<?> future;
  private final List<StackTraceElement> frames;
  private final List<CallGraph> awaitedBy = new ArrayList<>();

  private CallGraph(LoopFuture<?> future, List<StackTraceElement> frames) {
    this.future = future;
    this.frames = frames;
  }

  /**
   * The graph of the current task; null in a callback.
   *
   * @throws IllegalStateException if no loop runs here
   */
  public static @Nullable CallGraph capture() {
    EventLoop loop = EventLoop.current();
    if (!loop.isRunning()) {
      throw new IllegalStateException(
          "CallGraph.capture: "
              + loop
              + " does not run; call it from a task, or name the future: capture(future)");
    }
    Task<?> task = Task.currentOrNull();
    return task == null ? null : capture(task);
  }

  /** The graph of {@code future}, with full stacks. */
  public static CallGraph capture(LoopFuture<?> future) {
    return capture(future, 0, Integer.MAX_VALUE);
  }

  /**
   * The graph of {@code future}.
   *
   * @param depth how many of the innermost frames to leave out of the stack of {@code future}
   *     itself, if that is the task that calls this: helpers on the way here
   * @param limit at most so many frames a stack: positive, the innermost ones; negative, the
   *     outermost ones; 0, none, only who awaits whom
   */
  public static CallGraph capture(LoopFuture<?> future, int depth, int limit) {
    if (depth < 0) {
      throw new IllegalArgumentException(
          "CallGraph.capture: depth = " + depth + " (expected >= 0)");
    }
    var index = new AwaitIndex(future.loop().allTasks());
    Map<LoopFuture<?>, CallGraph> nodes = new LinkedHashMap<>();
    int skip = future == Task.currentOrNull() ? depth : 0;
    var root = new CallGraph(future, frames(future, skip, limit));
    nodes.put(future, root);
    var open = new ArrayDeque<CallGraph>();
    open.add(root);
    for (CallGraph next = open.poll(); next != null; next = open.poll()) {
      for (Task<?> waiter : index.waitersOf(next.future)) {
        CallGraph node = nodes.get(waiter);
        if (node == null) {
          node = new CallGraph(waiter, frames(waiter, 0, limit));
          nodes.put(waiter, node);
          open.add(node);
        }
        next.awaitedBy.add(node);
      }
    }
    return root;
  }

  private static List<StackTraceElement> stackOf(LoopFuture<?> future) {
    return future instanceof Task<?> task && !task.isDone()
        ? UserFrames.of(task.stackTrace())
        : List.of();
  }

  private static List<StackTraceElement> frames(LoopFuture<?> future, int skip, int limit) {
    if (limit == 0) {
      return List.of(); // not even asked for: a stack costs microseconds
    }
    List<StackTraceElement> frames = stackOf(future);
    List<StackTraceElement> rest = frames.subList(Math.min(skip, frames.size()), frames.size());
    int size = rest.size();
    if (limit >= 0) {
      return rest.subList(0, Math.min(limit, size));
    }
    return rest.subList(Math.max(0, size + limit), size);
  }

  /** What this is the graph of. */
  public LoopFuture<?> future() {
    return future;
  }

  /** Its stack, innermost frame first, without frames of the runtime; empty if it is no task. */
  public List<StackTraceElement> frames() {
    return Collections.unmodifiableList(frames);
  }

  /** The tasks that wait for it, in the order of their creation. */
  public List<CallGraph> awaitedBy() {
    return Collections.unmodifiableList(awaitedBy);
  }

  /** The graph as an indented text, from the future outwards. */
  public String format() {
    return new CallGraphText().of(this);
  }

  /** Prints {@link #format} (Python: {@code asyncio.print_call_graph}). */
  public void print(PrintStream out) {
    out.println(format());
  }

  @Override
  public String toString() {
    return "call graph of " + future + ", awaited by " + awaitedBy.size();
  }
}
