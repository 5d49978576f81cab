package io.greenloop;

import org.jspecify.annotations.Nullable;

/** A task whose steps are run by a {@link TaskDriver}. */
final class DrivenTask<T extends @Nullable Object> extends Task<T> implements TaskDriver.Steps<T> {
  private static final StackTraceElement[] NO_STACK = {};

  private final TaskDriver<T> driver;
  private boolean started;

  DrivenTask(EventLoop loop, TaskOptions options, TaskDriver<T> driver) {
    super(loop, options);
    this.driver = driver;
  }

  void begin() {
    started = true;
    if (mustCancel) {
      tryCancel(new Failure(cancelReason));
    } else {
      driver.start(this);
    }
  }

  @Override
  public Task<T> task() {
    return this;
  }

  @Override
  public void run(Runnable step) {
    loop().queue(step, this);
  }

  @Override
  public void succeed(T result) {
    if (!isDone()) {
      trySucceed(result);
    }
  }

  @Override
  public void fail(Throwable thrown) {
    if (!isDone() && bodyThrew(thrown)) {
      loop().core().failRun(thrown);
    }
  }

  @Override
  void cancelOutside() {
    if (started) {
      mustCancel = false; // the driver keeps it from here on
      driver.cancel(cancelReason);
    }
  }

  @Override
  public StackTraceElement[] stackTrace() {
    return isDone() ? NO_STACK : driver.stackTrace();
  }
}
