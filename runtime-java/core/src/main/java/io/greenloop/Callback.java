package io.greenloop;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The entry of one callback. It is its own owner in the ready queue, so that the context is known
 * while it runs without being set and reset.
 */
non-sealed class Callback extends Handle implements Runnable {
  private @Nullable Runnable body; // plain: a volatile one would cost a fence per callback
  private final Class<?> bodyType;
  private final Map<ContextVar<?>, Object> values;
  private final @Nullable Task<?> origin;
  private @Nullable TaskContext context; // made when somebody asks
  private @Nullable StackTraceElement createdAt; // in debug mode
  private volatile boolean cancelled;

  /** A callback that runs in {@code context} itself. */
  Callback(Runnable body, TaskContext context, @Nullable Task<?> origin) {
    this(body, context.values(), origin);
    this.context = context;
  }

  /** A callback that runs in a context of its own with {@code values}. */
  Callback(Runnable body, Map<ContextVar<?>, Object> values, @Nullable Task<?> origin) {
    this(body, body.getClass(), values, origin);
  }

  /** One whose body wraps what the user gave: {@code bodyType} names that in reports. */
  Callback(
      Runnable body,
      Class<?> bodyType,
      Map<ContextVar<?>, Object> values,
      @Nullable Task<?> origin) {
    this.body = body;
    this.bodyType = bodyType;
    this.values = values;
    this.origin = origin;
  }

  /** In debug mode: remembers the line that makes it. */
  final void traceCreation(EventLoop loop) {
    createdAt = CreationLine.here(loop);
  }

  @Override
  public void run() {
    Runnable present = body;
    if (present != null && !cancelled) {
      body = null;
      present.run();
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    body = null;
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public TaskContext context() {
    TaskContext present = context;
    if (present == null) {
      present = new TaskContext(values);
      context = present;
    }
    return present;
  }

  /** The values of its context, without making one. */
  Map<ContextVar<?>, Object> values() {
    TaskContext present = context;
    return present == null ? values : present.values();
  }

  /** The task that registered it, or null. */
  @Nullable Task<?> origin() {
    return origin;
  }

  @Override
  public String toString() {
    return "callback in "
        + Names.ofType(bodyType)
        + (cancelled ? " (cancelled)" : "")
        + CreationLine.suffix(createdAt)
        + (origin == null ? "" : ", scheduled by " + origin.describe());
  }
}
