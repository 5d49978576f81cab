package io.greenloop.eventlet.internal;

import io.greenloop.Task;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What was thrown into a task that was parked in foreign code comes out of there in disguise. */
public final class Disguise {
  private Disguise() {}

  /** Calls {@code body}; what interrupted foreign code in it is thrown as it is. */
  public static <T extends @Nullable Object> T unmasked(Callable<? extends T> body) {
    try {
      return body.call();
    } catch (Throwable thrown) {
      Task<?> here = Task.currentOrNull();
      throw Sneaky.raise(here == null ? thrown : here.unmask(thrown));
    }
  }
}
