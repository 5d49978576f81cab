package io.greenloop;

import org.jspecify.annotations.Nullable;

/** How to make a task (Python: the keywords of {@code create_task}). Immutable. */
public final class TaskOptions {
  /** No name, a copy of the present context, lazy start as the factory says. */
  public static final TaskOptions DEFAULT = new TaskOptions(null, "Task", null, null);

  private final @Nullable String name;
  private final String namePrefix;
  private final @Nullable TaskContext context;
  private final @Nullable Boolean eagerStart;

  private TaskOptions(
      @Nullable String name,
      String namePrefix,
      @Nullable TaskContext context,
      @Nullable Boolean eagerStart) {
    this.name = name;
    this.namePrefix = namePrefix;
    this.context = context;
    this.eagerStart = eagerStart;
  }

  /** Options with a name. */
  public static TaskOptions named(Object name) {
    return DEFAULT.name(name);
  }

  /** The task's name. */
  public TaskOptions name(Object name) {
    return new TaskOptions(String.valueOf(name), namePrefix, context, eagerStart);
  }

  /**
   * What stands before the number in the name of a task that is given none; {@code Task} at first.
   */
  public TaskOptions namePrefix(String prefix) {
    return new TaskOptions(name, prefix, context, eagerStart);
  }

  /** The context itself, not a copy of it. */
  public TaskOptions context(TaskContext context) {
    return new TaskOptions(name, namePrefix, context, eagerStart);
  }

  /**
   * Whether the first step runs inside the spawning call, if the loop runs; overrides what the task
   * factory says.
   */
  public TaskOptions eagerStart(boolean eager) {
    return new TaskOptions(name, namePrefix, context, eager);
  }

  @Nullable String nameOrNull() {
    return name;
  }

  String namePrefixOrDefault() {
    return namePrefix;
  }

  @Nullable TaskContext contextOrNull() {
    return context;
  }

  boolean isEager(boolean otherwise) {
    return eagerStart == null ? otherwise : eagerStart;
  }
}
