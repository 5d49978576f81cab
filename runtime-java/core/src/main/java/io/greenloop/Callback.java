package io.greenloop;

import org.jspecify.annotations.Nullable;

/**
 * The entry of one callback. It is its own owner in the ready queue, so that the context is known
 * while it runs without being set and reset.
 */
non-sealed class Callback extends Handle implements Runnable {
  private volatile @Nullable Runnable body;
  private final Class<?> bodyType;
  private final TaskContext context;
  private final @Nullable Task<?> origin;
  private volatile boolean cancelled;

  Callback(Runnable body, TaskContext context, @Nullable Task<?> origin) {
    this.body = body;
    this.bodyType = body.getClass();
    this.context = context;
    this.origin = origin;
  }

  @Override
  public void run() {
    Runnable present = body;
    if (present != null) {
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
    return context;
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
        + (origin == null ? "" : ", scheduled by " + origin.describe());
  }
}
