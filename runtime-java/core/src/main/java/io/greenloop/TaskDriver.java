package io.greenloop;

import org.jspecify.annotations.Nullable;

/**
 * Coroutine machinery of another kind that runs as a {@link Task}: Kotlin's suspend functions, for
 * one. The task has the same place in the queue, the same context, name and tree as a stackful one;
 * the driver runs its steps.
 *
 * <p><b>Room:</b> the loop calls everything here on itself.
 *
 * @param <T> the result
 */
public interface TaskDriver<T extends @Nullable Object> {
  /**
   * The first step. Further ones are queued by {@link Steps#run}. Not called if the task was
   * cancelled before; {@link #cancel} is not called then either.
   */
  void start(Steps<T> steps);

  /** A cancel was requested; called once per request. The driver decides when it takes effect. */
  void cancel(@Nullable String reason);

  /** The stack of the suspended code, innermost first, as far as it is known. */
  default StackTraceElement[] stackTrace() {
    return new StackTraceElement[0];
  }

  /**
   * What a driver may do with its task.
   *
   * @param <T> the result
   */
  interface Steps<T extends @Nullable Object> {
    /** The task. */
    Task<T> task();

    /**
     * Queues a step of this task behind everything that is ready. Any thread.
     *
     * @param step runs on the hub, with the task as the current one
     */
    void run(Runnable step);

    /** Ends the task with its result; a no-op if it has ended. */
    void succeed(T result);

    /** Ends the task with a failure, or as cancelled if that is a {@link CancelledError}. */
    void fail(Throwable thrown);
  }
}
