package io.greenloop;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The task factories that a loop can have out of the box. */
public final class TaskFactories {
  private static final TaskFactory LAZY = new Stackful(false);
  private static final TaskFactory EAGER = new Stackful(true);

  private TaskFactories() {}

  /** The default: the first step is queued. */
  public static TaskFactory lazy() {
    return LAZY;
  }

  /** The first step runs inside {@code spawn} (Python: {@code eager_task_factory}). */
  public static TaskFactory eager() {
    return EAGER;
  }

  private record Stackful(boolean eager) implements TaskFactory {
    @Override
    public <T extends @Nullable Object> Task<T> create(
        EventLoop loop, TaskOptions options, Callable<? extends T> body) {
      var task = new StackfulTask<T>(loop, options, body);
      loop.registry().add(task);
      if (options.isEager(eager) && loop.core().currentStrand() != null) {
        loop.core().direct().start(task.strand());
      } else {
        task.strand().start();
      }
      return task;
    }
  }
}
