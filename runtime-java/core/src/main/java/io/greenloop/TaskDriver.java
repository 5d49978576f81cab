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
   * The first step. Further ones are queued by {@link Steps#run}. If {@link #cancel} has been
   * called before, no code of the task should run: the driver ends it as cancelled.
   */
  void start(Steps<T> steps);

  /**
   * A cancel was requested; called once per request. The driver decides when it takes effect. A
   * step that is parked in a wait of ours is woken with a {@link CancelledError} besides.
   */
  void cancel(@Nullable String reason);

  /**
   * The one thing that all code of this task waits for, an {@link Awaitable} or a {@link Waiter};
   * or null if that is not known or not one thing, and then nobody can prove a dead-lock.
   */
  default @Nullable Object waitsOn() {
    return null;
  }

  /**
   * Ends what the task waits for with {@code failure}, thrown there: called for what {@link
   * #waitsOn} told of.
   */
  default void failWait(Throwable failure) {}

  /**
   * The loop was closed with a step still queued: gives it back. The default drops it. Any thread.
   */
  default void rejected(Runnable step) {}

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
