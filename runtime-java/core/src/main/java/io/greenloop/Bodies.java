package io.greenloop;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Bodies of one shape from bodies of another. */
final class Bodies {
  private Bodies() {}

  static Callable<@Nullable Void> callable(ThrowingRunnable body) {
    return () -> {
      body.run();
      return null;
    };
  }
}
