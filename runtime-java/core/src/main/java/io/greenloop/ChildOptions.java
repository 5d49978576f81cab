package io.greenloop;

import java.util.Objects;

/**
 * What a child means to its {@link TaskGroup}: whether the group waits for it, and what its failure
 * does. Immutable.
 *
 * <pre>{@code
 * group.spawn(ChildOptions.DEFAULT.daemon(), this::showProgress);
 * group.spawn(ChildOptions.DEFAULT.onFailure(OnFailure.IGNORE), this::warmCache);
 * }</pre>
 *
 * <p>Python: asyncio has no such options.
 */
public final class ChildOptions {
  /** What the failure of a child does to its group. A fatal throwable always counts as RAISE. */
  public enum OnFailure {
    /** The group is cancelled and throws the failure in its {@link ExceptionGroup}. */
    RAISE,
    /**
     * The group goes on. The failure is thrown to whoever joins the child; if nobody does, it is
     * reported as that of any other task.
     */
    IGNORE,
    /** As IGNORE, and the group is cancelled as by {@link TaskGroup#cancel}: without an error. */
    CANCEL
  }

  /** The group waits for the child, and throws its failure. */
  public static final ChildOptions DEFAULT =
      new ChildOptions(OnFailure.RAISE, false, TaskOptions.DEFAULT);

  private final OnFailure onFailure;
  private final boolean daemon;
  private final TaskOptions task;

  private ChildOptions(OnFailure onFailure, boolean daemon, TaskOptions task) {
    this.onFailure = onFailure;
    this.daemon = daemon;
    this.task = task;
  }

  /** What a failure does. */
  public ChildOptions onFailure(OnFailure onFailure) {
    return new ChildOptions(Objects.requireNonNull(onFailure, "onFailure"), daemon, task);
  }

  /**
   * A child that does not keep the group open: once the block and all other children have ended, it
   * is cancelled and waited for. It lasts until then also when the group is cancelled, so that the
   * others can use it in their cleanup.
   */
  public ChildOptions daemon() {
    return new ChildOptions(onFailure, true, task);
  }

  /** Its name, context, start. */
  public ChildOptions task(TaskOptions options) {
    return new ChildOptions(onFailure, daemon, Objects.requireNonNull(options, "options"));
  }

  OnFailure failurePolicy() {
    return onFailure;
  }

  boolean isDaemon() {
    return daemon;
  }

  TaskOptions taskOptions() {
    return task;
  }
}
