package io.greenloop;

import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The values of the {@link ContextVar}s of one task, callback or thread (Python: {@code
 * contextvars.Context}). Copying is cheap: the values are shared until one side sets one.
 */
public final class TaskContext {
  private static final ThreadLocal<TaskContext> OF_THREAD =
      ThreadLocal.withInitial(TaskContext::new);

  private Map<ContextVar<?>, Object> values;

  /** An empty context. */
  public TaskContext() {
    this(Map.of());
  }

  TaskContext(Map<ContextVar<?>, Object> values) {
    this.values = values;
  }

  /** The values at this moment; never changed in place. */
  Map<ContextVar<?>, Object> values() {
    return values;
  }

  /** The context of the calling thread, for code that runs on no loop. */
  static TaskContext ofThread() {
    return OF_THREAD.get();
  }

  /** The context of the caller: of its task or callback on a loop, of its thread elsewhere. */
  public static TaskContext current() {
    EventLoop loop = EventLoop.runningHere();
    TaskContext ofEntry = loop == null ? null : loop.entryContext();
    return ofEntry == null ? OF_THREAD.get() : ofEntry;
  }

  /** The values of {@link #current}, without making a context for an entry that has none yet. */
  static Map<ContextVar<?>, Object> currentValues() {
    EventLoop loop = EventLoop.runningHere();
    Map<ContextVar<?>, Object> ofEntry = loop == null ? null : loop.entryValues();
    return ofEntry == null ? OF_THREAD.get().values : ofEntry;
  }

  /**
   * The values of what is either a context or, as long as nobody asked for the context, its values.
   * Most tasks and callbacks never need the object.
   */
  @SuppressWarnings("unchecked")
  static Map<ContextVar<?>, Object> valuesOf(Object contextOrValues) {
    return contextOrValues instanceof TaskContext context
        ? context.values
        : (Map<ContextVar<?>, Object>) contextOrValues;
  }

  /** {@code contextOrValues} as a context: itself, or a new one. */
  static TaskContext from(Object contextOrValues) {
    return contextOrValues instanceof TaskContext context
        ? context
        : new TaskContext(valuesOf(contextOrValues));
  }

  /** A context of its own with the same values. */
  public TaskContext copy() {
    return new TaskContext(values);
  }

  /**
   * Runs {@code body} with this context as the calling thread's; off the loop only, where a thread
   * carries its own.
   */
  <T extends @Nullable Object> T callOnThread(Callable<? extends T> body) throws Exception {
    TaskContext before = OF_THREAD.get();
    OF_THREAD.set(this);
    try {
      return body.call();
    } finally {
      OF_THREAD.set(before);
    }
  }

  @Nullable Object get(ContextVar<?> variable) {
    return values.get(variable);
  }

  @Nullable Object put(ContextVar<?> variable, @Nullable Object value) {
    var changed = new java.util.HashMap<>(values);
    Object before = value == null ? changed.remove(variable) : changed.put(variable, value);
    values = changed;
    return before;
  }

  @Override
  public String toString() {
    return "TaskContext" + values;
  }
}
