package io.greenloop;

import io.greenloop.internal.fiber.Host;
import io.greenloop.internal.fiber.Residents;
import io.greenloop.internal.vm.ThreadContext;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The values of the {@link ContextVar}s of one task, callback or thread (Python: {@code
 * contextvars.Context}). Copying is cheap: the values are shared until one side sets one.
 */
public final class TaskContext {
  private Map<ContextVar<?>, Object> values;
  private boolean entered;

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
    TaskContext present = (TaskContext) ThreadContext.get();
    if (present == null) {
      present = new TaskContext();
      ThreadContext.set(present);
    }
    return present;
  }

  /**
   * The context of the caller: of its greenlet, else of its task or callback on a loop, of its
   * thread elsewhere.
   */
  public static TaskContext current() {
    Residents greenlets = greenletsWithContext();
    if (greenlets == null) {
      return ofHost();
    }
    TaskContext own = (TaskContext) greenlets.context();
    if (own == null) {
      own = new TaskContext();
      greenlets.setContext(own);
    }
    return own;
  }

  /** As {@link #current}, but for a greenlet that of the task, callback or thread it runs in. */
  public static TaskContext ofHost() {
    EventLoop loop = EventLoop.runningHere();
    TaskContext ofEntry = loop == null ? null : loop.entryContext();
    return ofEntry == null ? ofThread() : ofEntry;
  }

  /** Changes {@link #ofHost}: for the rest of the task or callback, or for the thread. */
  public static void setOfHost(TaskContext context) {
    Objects.requireNonNull(context, "context");
    EventLoop loop = EventLoop.runningHere();
    if (loop == null || !loop.setEntryContext(context)) {
      ThreadContext.set(context);
    }
  }

  /** The values of {@link #current}, without making a context for an entry that has none yet. */
  static Map<ContextVar<?>, Object> currentValues() {
    Map<ContextVar<?>, Object> ofGreenlet = greenletValues();
    if (ofGreenlet != null) {
      return ofGreenlet;
    }
    EventLoop loop = EventLoop.runningHere();
    Map<ContextVar<?>, Object> ofEntry = loop == null ? null : loop.entryValues();
    return ofEntry == null ? ofThread().values : ofEntry;
  }

  /** The values of the greenlet that runs, or null where the host's own context holds. */
  static @Nullable Map<ContextVar<?>, Object> greenletValues() {
    Residents greenlets = greenletsWithContext();
    if (greenlets == null) {
      return null;
    }
    TaskContext own = (TaskContext) greenlets.context();
    return own == null ? Map.of() : own.values;
  }

  private static @Nullable Residents greenletsWithContext() {
    Residents greenlets = Host.residentsHere();
    return greenlets != null && greenlets.hasOwnContext() ? greenlets : null;
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
   * Calls {@code body} in this context, which keeps what is set meanwhile (Python: {@code
   * Context.run}). Calls nest, also across switches of greenlets.
   *
   * <p><b>Room:</b> any; one caller at a time.
   *
   * @throws IllegalStateException if it is entered already, or if the body's end finds another
   *     context in its place
   */
  public <T extends @Nullable Object> T call(Callable<? extends T> body) throws Exception {
    if (entered) {
      throw new IllegalStateException("call: " + this + " is entered already; enter a copy of it");
    }
    TaskContext before = exchange(this);
    entered = true;
    try {
      return body.call();
    } finally {
      entered = false;
      leave(before);
    }
  }

  private void leave(TaskContext before) {
    TaskContext found = exchange(before);
    if (found != this) {
      exchange(found);
      throw new IllegalStateException(
          "call: " + this + " cannot be left: " + found + " was put in its place meanwhile");
    }
  }

  /** Makes {@code next} the context of the caller; gives the former one. */
  private static TaskContext exchange(TaskContext next) {
    TaskContext before = current();
    Residents greenlets = greenletsWithContext();
    if (greenlets != null) {
      greenlets.setContext(next);
    } else {
      setOfHost(next);
    }
    return before;
  }

  /**
   * Runs {@code body} with this context as the calling thread's; off the loop only, where a thread
   * carries its own.
   */
  <T extends @Nullable Object> T callOnThread(Callable<? extends T> body) throws Exception {
    Object before = ThreadContext.get();
    ThreadContext.set(this);
    try {
      return body.call();
    } finally {
      ThreadContext.set(before);
    }
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
