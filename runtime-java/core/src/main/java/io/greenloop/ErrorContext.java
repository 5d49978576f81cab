package io.greenloop;

import org.jspecify.annotations.Nullable;

/**
 * What went wrong where no caller could be told (Python: the {@code context} of {@code
 * call_exception_handler}).
 *
 * @param message what happened, in words
 * @param exception the throwable, if there is one
 * @param task the task concerned
 * @param future the future concerned, when it is not a task
 * @param handle the callback concerned
 */
public record ErrorContext(
    String message,
    @Nullable Throwable exception,
    @Nullable Task<?> task,
    @Nullable LoopFuture<?> future,
    @Nullable Handle handle) {

  /** A report about {@code task}. */
  public static ErrorContext of(String message, @Nullable Throwable exception, Task<?> task) {
    return new ErrorContext(message, exception, task, null, null);
  }

  /** A report about nothing in particular. */
  public static ErrorContext of(String message, @Nullable Throwable exception) {
    return new ErrorContext(message, exception, null, null, null);
  }
}
