package io.greenloop;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Makes the tasks of a loop (Python: the argument of {@code set_task_factory}). */
@FunctionalInterface
public interface TaskFactory {
  /**
   * Makes a task for {@code body}, usually by {@link TaskFactories#lazy} or {@link
   * TaskFactories#eager}. What it throws is thrown by {@code spawn}.
   */
  <T extends @Nullable Object> Task<T> create(
      EventLoop loop, TaskOptions options, Callable<? extends T> body);
}
