package io.greenloop;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.Owned;
import io.greenloop.internal.loop.Rejecting;
import io.greenloop.internal.loop.Strand;
import org.jspecify.annotations.Nullable;

/** A task whose steps are run by a {@link TaskDriver}. */
final class DrivenTask<T extends @Nullable Object> extends Task<T>
    implements TaskDriver.Steps<T>, Runnable, Owned, Rejecting {
  private final TaskDriver<T> driver;

  DrivenTask(EventLoop loop, TaskOptions options, TaskDriver<T> driver) {
    super(loop, options);
    this.driver = driver;
  }

  @Override
  @Nullable Strand strandOrNull() {
    return null;
  }

  @Override
  public Task<T> owner() {
    return this;
  }

  /** The first step. */
  @Override
  public void run() {
    driver.start(this);
  }

  @Override
  public Task<T> task() {
    return this;
  }

  @Override
  public void run(Runnable step) {
    LoopCore core = loop().core();
    if (core.isOnLoop()) {
      core.ready(step, this);
    } else {
      core.post(step, this);
    }
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
  void cancelOutside(@Nullable String reason) {
    dropCancels(); // the driver keeps it
    driver.cancel(reason);
  }

  @Override
  void cancelDelivered(@Nullable String reason) {
    driver.cancel(reason);
  }

  @Override
  @Nullable Object waitedObject() {
    Object parkedOn = super.waitedObject();
    return parkedOn != null ? parkedOn : driver.waitsOn();
  }

  @Override
  void failWait(Throwable failure) {
    if (super.waitedObject() != null) {
      super.failWait(failure);
    } else {
      driver.failWait(failure);
    }
  }

  @Override
  public void rejected(Runnable step) {
    driver.rejected(step);
  }

  @Override
  public StackTraceElement[] stackTrace() {
    return isDone() ? stackOfOutcome() : driver.stackTrace();
  }
}
