package io.greenloop;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The time limit of a run: cancels the main task when it passes. */
final class RunLimit implements AutoCloseable {
  private final @Nullable Duration limit;
  private final @Nullable TimerHandle timer;
  private boolean passed;

  private RunLimit(Task<?> main, @Nullable Duration limit) {
    this.limit = limit;
    this.timer =
        limit == null
            ? null
            : main.loop()
                .callLater(
                    limit,
                    () -> {
                      passed = true;
                      main.cancel("time limit of the run passed");
                    });
  }

  static RunLimit on(Task<?> main, @Nullable Duration limit) {
    return new RunLimit(main, limit);
  }

  /** Throws the timeout if {@code cancelled} is its doing. */
  void translate(CancelledError cancelled) {
    if (passed) {
      throw new AsyncTimeoutException("run: time limit of " + limit + " passed", cancelled);
    }
  }

  @Override
  public void close() {
    if (timer != null) {
      timer.cancel();
    }
  }
}
