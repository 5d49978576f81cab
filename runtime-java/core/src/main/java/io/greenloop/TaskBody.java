package io.greenloop;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The body of a task that wants to be told when it will never run: for those who wrap tasks and
 * keep a result of their own.
 *
 * @param <T> the result
 */
public interface TaskBody<T extends @Nullable Object> extends Callable<T> {
  /**
   * Called in place of the body, as its task, when that was cancelled before its first step, or
   * something was thrown into it. Must not throw.
   *
   * @param reason what the task ends with
   */
  void neverRun(Throwable reason);
}
