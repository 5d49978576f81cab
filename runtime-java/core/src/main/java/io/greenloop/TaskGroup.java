package io.greenloop;

import io.greenloop.ChildOptions.OnFailure;
import io.greenloop.internal.loop.PinnedException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that are done, or cancelled and done, before the block that spawned them ends (Python:
 * {@code asyncio.TaskGroup}).
 *
 * <pre>{@code
 * TaskGroup.run(group -> {
 *   group.spawn(() -> serve(listener));
 *   return group.spawn(this::warmUp).join();
 * });
 * }</pre>
 *
 * <p>The first child that fails cancels the other children and the body. A child that is cancelled
 * by hand is no failure. At the end all children are waited for, also when the body failed or the
 * calling task is cancelled meanwhile; {@link ChildOptions} make exceptions per child. Then:
 *
 * <ul>
 *   <li>failures are thrown as one {@link ExceptionGroup}: those of children in the order of their
 *       completion, the body's own last;
 *   <li>without failures, a cancel of the calling task is thrown as it is;
 *   <li>with both, the group is thrown and the cancel hits the next wait;
 *   <li>a fatal throwable is thrown as it is.
 * </ul>
 *
 * <p><b>Room:</b> loop; {@link #run} in a task.
 */
public final class TaskGroup {
  private final EventLoop loop;
  private final Task<?> parent;
  private final int requestsAtEntry;
  private final int shieldsAtEntry;
  private final Set<Task<?>> children = new LinkedHashSet<>();
  private final Set<Task<?>> daemons = new LinkedHashSet<>();
  private final List<Throwable> failures = new ArrayList<>();
  private @Nullable Throwable fatal;
  private final Set<Signal> joins = new LinkedHashSet<>();
  private @Nullable Signal end; // what the block waits for, when its body has ended
  private @Nullable CancelledError cancel;
  private boolean parentCancelled; // by this group
  private boolean aborting;
  private boolean exiting;
  private boolean repeatsPaused;

  private TaskGroup(EventLoop loop, Task<?> parent) {
    this.loop = loop;
    this.parent = parent;
    this.requestsAtEntry = parent.deliveredRequests();
    this.shieldsAtEntry = parent.shields();
  }

  /**
   * The block of a group.
   *
   * @param <T> its result
   */
  @FunctionalInterface
  public interface Body<T extends @Nullable Object> extends VoidBody {
    /** Runs in the calling task. */
    T call(TaskGroup group) throws Exception;

    @Override
    default void run(TaskGroup group) throws Exception {
      call(group);
    }
  }

  /**
   * The block of a group, without a result. The more general of the two, so that a lambda which is
   * both, like {@code group -> group.spawn(job)}, counts as one with a result.
   */
  @FunctionalInterface
  public interface VoidBody {
    /** Runs in the calling task. */
    void run(TaskGroup group) throws Exception;
  }

  /**
   * Runs {@code body} in the calling task and waits for every child.
   *
   * @return what {@code body} returns; null if {@link #cancel} ended it
   * @throws ExceptionGroup if the body or a child failed
   * @throws IllegalStateException outside of a task
   */
  public static <T extends @Nullable Object> T run(Body<? extends T> body) {
    EventLoop loop = EventLoop.running("TaskGroup.run");
    var group = new TaskGroup(loop, loop.taskThatMayWait("TaskGroup.run"));
    T result = null;
    Throwable thrown = null;
    try {
      result = body.call(group);
    } catch (Throwable t) {
      thrown = group.parent.unmask(t);
    }
    group.exit(thrown);
    return orNull(result);
  }

  @SuppressWarnings("NullAway") // null is what the documentation promises
  private static <T extends @Nullable Object> T orNull(@Nullable T result) {
    return result;
  }

  /** {@link #run(Body)} for a block without a result. */
  @LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public static void run(VoidBody body) {
    TaskGroup.<@Nullable Void>run(
        (Body<@Nullable Void>)
            group -> {
              body.run(group);
              return null;
            });
  }

  /**
   * A child task. Allowed to children too, and at the end of the block as long as one is alive.
   *
   * @throws IllegalStateException if the group has finished, or is being aborted
   */
  public <T extends @Nullable Object> Task<T> spawn(Callable<? extends T> body) {
    return spawn(TaskOptions.DEFAULT, body);
  }

  /** {@link #spawn(Callable)} for a body without a result. */
  @LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public Task<@Nullable Void> spawn(ThrowingRunnable body) {
    return spawn(TaskOptions.DEFAULT, Bodies.callable(body));
  }

  /** {@link #spawn(Callable)} with a name, a context, an eager start. */
  public <T extends @Nullable Object> Task<T> spawn(
      TaskOptions options, Callable<? extends T> body) {
    return spawn(ChildOptions.DEFAULT.task(options), body);
  }

  /** {@link #spawn(ChildOptions, Callable)} for a body without a result. */
  @LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public Task<@Nullable Void> spawn(ChildOptions options, ThrowingRunnable body) {
    return spawn(options, Bodies.callable(body));
  }

  /** {@link #spawn(Callable)} that says what the child means to the group. */
  public <T extends @Nullable Object> Task<T> spawn(
      ChildOptions options, Callable<? extends T> body) {
    loop.checkRoom("TaskGroup.spawn");
    if (exiting && children.isEmpty()) {
      throw new IllegalStateException(
          "TaskGroup.spawn: the group of " + parent.describe() + " has finished");
    }
    if (aborting) {
      throw new IllegalStateException(
          "TaskGroup.spawn: the group of " + parent.describe() + " is being cancelled");
    }
    Task<T> child = loop.spawn(options.taskOptions(), body);
    Set<Task<?>> kind = options.isDaemon() ? daemons : children;
    kind.add(child);
    child.addWaiter((Runnable) () -> childDone(child, kind, options.failurePolicy()), null);
    return child;
  }

  /**
   * Parks until no child is left but daemons; one that fails meanwhile ends the wait and the block.
   */
  public void join() {
    while (!children.isEmpty()) {
      Signal done = noneLeftOf(children);
      joins.add(done);
      try {
        done.join();
      } finally {
        joins.remove(done);
      }
    }
  }

  private Signal noneLeftOf(Set<Task<?>> members) {
    return new Signal(
        loop,
        () ->
            "the children of its group: "
                + String.join(", ", members.stream().map(Task::describe).toList()),
        members);
  }

  /**
   * Cancels the children and the block, which then ends without throwing and without a result.
   * Idempotent; no-op once the group has finished. (Python 3.15: {@code TaskGroup.cancel}.)
   */
  public void cancel() {
    loop.checkRoom("TaskGroup.cancel");
    if (!aborting && !(exiting && children.isEmpty())) {
      abort("the group was cancelled");
    }
  }

  // ---- children ----------------------------------------------------------------------------

  private void childDone(Task<?> child, Set<Task<?>> kind, OnFailure onFailure) {
    kind.remove(child);
    joins.forEach(TaskGroup::tellIfNoneLeft);
    if (end != null) {
      tellIfNoneLeft(end); // last: a daemon that waits for the others still hears of it
    }
    Failure failure = child.failure();
    if (failure == null || child.isCancelled()) {
      return;
    }
    Throwable thrown = failure.throwable(false);
    boolean raise = onFailure == OnFailure.RAISE || Fatal.isFatal(thrown);
    if (raise) {
      failure.markSeen();
      collect(thrown);
    }
    if (!aborting && (raise || onFailure == OnFailure.CANCEL)) {
      abort(child.describe() + " of its group failed");
    }
  }

  private static void tellIfNoneLeft(Signal signal) {
    if (signal.sources().isEmpty()) {
      signal.trySucceed(null);
    }
  }

  private void collect(Throwable failure) {
    failures.add(failure);
    if (fatal == null && Fatal.isFatal(failure)) {
      fatal = failure;
    }
  }

  private void abort(String reason) {
    aborting = true;
    for (Task<?> child : List.copyOf(children)) {
      child.cancel(reason);
    }
    // The end of the block waits for all children anyway; only the body must be told.
    if (!exiting) {
      parentCancelled = true;
      parent.cancelFor(this, reason, shieldsAtEntry, false);
    }
  }

  // ---- the end of the block ----------------------------------------------------------------

  private void exit(@Nullable Throwable thrown) {
    exiting = true;
    cancel = thrown instanceof CancelledError c ? c : null;
    if (parentCancelled) {
      if (parent.withdraw(this) <= requestsAtEntry) {
        cancel = null; // nobody else asked: it was ours
      }
    }
    if (thrown != null && !aborting) {
      abort("the block of its group failed");
    }
    waitForAll();
    if (thrown != null && !(thrown instanceof CancelledError)) {
      collect(thrown);
    }
    throwOutcome();
  }

  private void waitForAll() {
    try {
      try {
        waitOut(children);
      } finally {
        List.copyOf(daemons).forEach(child -> child.cancel("the others of its group have ended"));
      }
      waitOut(daemons);
    } finally {
      if (repeatsPaused) {
        parent.resumeRepeats();
      }
    }
  }

  /** Waits for {@code members}, whatever happens meanwhile. */
  private void waitOut(Set<Task<?>> members) {
    boolean deadLocked = false;
    while (!members.isEmpty()) {
      try {
        end = noneLeftOf(members);
        end.join();
      } catch (CancelledError again) {
        if (!repeatsPaused) {
          repeatsPaused = true; // else each wait from here on would end at once
          parent.pauseRepeats();
        }
        if (cancel == null && parent.requestsHere() > requestsAtEntry) {
          cancel = again; // from outside, also while the group is being cancelled
        }
        if (!aborting) {
          cancel = again;
          abort("the block of its group was cancelled");
        }
      } catch (Throwable other) { // thrown into this wait, a proven dead-lock, or a refusal
        if (!aborting) {
          abort("the wait for its group failed");
        }
        if (other instanceof PinnedException || (other instanceof LoopExit && deadLocked)) {
          throw other; // to wait once more would give the same again
        }
        deadLocked |= other instanceof LoopExit;
        collect(other);
      }
    }
  }

  private void throwOutcome() {
    if (fatal != null) {
      throw Unchecked.raise(fatal);
    }
    if (!failures.isEmpty()) {
      rearmCancel();
      throw new ExceptionGroup("TaskGroup: unhandled failures", failures);
    }
    if (cancel != null) {
      throw cancel;
    }
  }

  /** The failures are thrown now; a cancel from outside is not lost, it hits the next wait. */
  private void rearmCancel() {
    if (parent.requestsHere() > requestsAtEntry && !parent.mustCancel()) {
      parent.throwCancelAgain();
    }
  }
}
