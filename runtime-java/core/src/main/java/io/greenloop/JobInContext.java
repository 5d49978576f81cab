package io.greenloop;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A job of another thread that sees the context variables of the task which asked for it. */
record JobInContext<T extends @Nullable Object>(TaskContext context, Callable<? extends T> inner)
    implements Callable<T>, BodyWrapper {
  JobInContext {
    Objects.requireNonNull(inner, "job");
  }

  @Override
  public T call() throws Exception {
    return context.<T>callOnThread(inner);
  }
}
