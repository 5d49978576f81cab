package io.greenloop;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** How to make a task (Python: the keywords of {@code create_task}). Immutable. */
public final class TaskOptions {
  /** No name, a copy of the present context, lazy start as the factory says. */
  public static final TaskOptions DEFAULT = new TaskOptions(null, "Task", null, null, null);

  private final @Nullable String name;
  private final String namePrefix;
  private final @Nullable TaskContext context;
  private final @Nullable Boolean eagerStart;
  private final @Nullable Rebinding rebinding;

  private TaskOptions(
      @Nullable String name,
      String namePrefix,
      @Nullable TaskContext context,
      @Nullable Boolean eagerStart,
      @Nullable Rebinding rebinding) {
    this.name = name;
    this.namePrefix = namePrefix;
    this.context = context;
    this.eagerStart = eagerStart;
    this.rebinding = rebinding;
  }

  /** Options with a name. */
  public static TaskOptions named(Object name) {
    return DEFAULT.name(name);
  }

  /** The task's name. */
  public TaskOptions name(Object name) {
    return new TaskOptions(String.valueOf(name), namePrefix, context, eagerStart, rebinding);
  }

  /**
   * What stands before the number in the name of a task that is given none; {@code Task} at first.
   */
  public TaskOptions namePrefix(String prefix) {
    return new TaskOptions(name, prefix, context, eagerStart, rebinding);
  }

  /** The context itself, not a copy of it. */
  public TaskOptions context(TaskContext context) {
    return new TaskOptions(name, namePrefix, context, eagerStart, rebinding);
  }

  /**
   * Whether the first step runs inside the spawning call, if the loop runs; overrides what the task
   * factory says.
   */
  public TaskOptions eagerStart(boolean eager) {
    return new TaskOptions(name, namePrefix, context, eager, rebinding);
  }

  /**
   * Binds each of {@code values} in the task's body to what it is bound to now; one that is not
   * bound stays so. A task inherits no scoped values by itself, as it may outlive their scope. For
   * stackful tasks.
   */
  public TaskOptions rebind(ScopedValue<?>... values) {
    Rebinding listed = Rebinding.of(List.of(values));
    return new TaskOptions(name, namePrefix, context, eagerStart, listed);
  }

  <T extends @Nullable Object> Callable<? extends T> rebound(Callable<? extends T> body) {
    return rebinding == null ? body : rebinding.around(body);
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
