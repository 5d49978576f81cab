package io.greenloop;

import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The entry of one callback. It is its own owner in the ready queue, so that the context is known
 * while it runs without being set and reset.
 */
final class Callback extends Handle implements Runnable {
  private Runnable body; // plain: a volatile one would cost a fence per callback
  private Object context; // or its values, until somebody asks for it
  private final @Nullable Task<?> origin;
  private @Nullable StackTraceElement createdAt; // in debug mode

  /** A callback that runs in {@code context} itself. */
  Callback(Runnable body, TaskContext context, @Nullable Task<?> origin) {
    this.body = body;
    this.context = context;
    this.origin = origin;
  }

  /** A callback that runs in a context of its own with {@code values}. */
  Callback(Runnable body, Map<ContextVar<?>, Object> values, @Nullable Task<?> origin) {
    this.body = body;
    this.context = values;
    this.origin = origin;
  }

  /** In debug mode: remembers the line that makes it. */
  final void traceCreation(EventLoop loop) {
    createdAt = CreationLine.here(loop);
  }

  @Override
  public void run() {
    body.run();
  }

  @Override
  public void cancel() {
    if (!isCancelled()) {
      body = new Cancelled(typeOf(body));
    }
  }

  @Override
  public boolean isCancelled() {
    return body instanceof Cancelled;
  }

  @Override
  public TaskContext context() {
    TaskContext made = TaskContext.from(context);
    context = made;
    return made;
  }

  void setContext(TaskContext other) {
    context = other;
  }

  /** The values of its context, without making one. */
  Map<ContextVar<?>, Object> contextValues() {
    return TaskContext.valuesOf(context);
  }

  /** The task that registered it, or null. */
  @Nullable Task<?> origin() {
    return origin;
  }

  @Override
  public String toString() {
    Runnable present = body;
    return "callback in "
        + Names.ofType(typeOf(present))
        + (present instanceof Cancelled ? " (cancelled)" : "")
        + CreationLine.suffix(createdAt)
        + (origin == null ? "" : ", scheduled by " + origin.describe());
  }

  /** The class of what the user gave, for reports. */
  private static Class<?> typeOf(Runnable body) {
    return switch (body) {
      case Cancelled(Class<?> type) -> type;
      case Notice<?> notice -> notice.consumer().getClass();
      default -> body.getClass();
    };
  }

  /** What stands in the place of a body that is not wanted any more. */
  private record Cancelled(Class<?> type) implements Runnable {
    @Override
    public void run() {}
  }

  /** The body of a callback on a future. */
  record Notice<T extends @Nullable Object>(
      LoopFuture<T> future, Consumer<? super LoopFuture<T>> consumer) implements Runnable {
    @Override
    public void run() {
      consumer.accept(future);
    }
  }
}
