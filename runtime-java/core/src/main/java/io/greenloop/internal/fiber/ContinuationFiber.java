package io.greenloop.internal.fiber;

import jdk.internal.vm.Continuation;
import jdk.internal.vm.ContinuationScope;
import org.jspecify.annotations.Nullable;

/**
 * A fiber of full mode: one continuation of the JDK. Nothing else touches them.
 *
 * <p>A generator has a scope of its own, so that it can be suspended from below a generator it
 * resumed (170 ns instead of 90, see the bench "generator"); greenlets share one scope, because the
 * greenlet that runs is always the innermost. Between two resumes a continuation may move to
 * another thread.
 */
@SuppressWarnings("ReferenceEquality") // identity is meant
final class ContinuationFiber extends Continuation implements Fiber {
  private static final ContinuationScope GREENLETS = new ContinuationScope("greenlets");

  private final Object owner;

  /** The greenlet below a generator while it runs: it has to be the innermost when we suspend. */
  private @Nullable Continuation base;

  /** Why it could not be suspended the last time that it could not. */
  private @Nullable Pinned pinned;

  ContinuationFiber(Object owner, Runnable body, boolean greenlet) {
    super(greenlet ? GREENLETS : new ContinuationScope("generator"), body);
    this.owner = owner;
  }

  @Override
  public void resume() {
    if (getScope() != GREENLETS) {
      base = getCurrentContinuation(GREENLETS);
    }
    run();
  }

  @Override
  public void suspend() {
    if (!Continuation.yield(getScope())) {
      throw pinned == Pinned.MONITOR ? Refusal.pinnedByMonitor(owner) : Refusal.pinned(owner);
    }
  }

  @Override
  public void checkInside() {
    if (getCurrentContinuation(getScope()) != this) {
      throw Refusal.outside(owner);
    }
    if (getScope() != GREENLETS && getCurrentContinuation(GREENLETS) != base) {
      throw Refusal.acrossGreenlet(owner);
    }
  }

  @Override
  public StackTraceElement[] stackTrace() {
    return getStackTrace();
  }

  /**
   * Throws nothing: {@code yield} then returns false. It also runs when the host thread tries to
   * park through us, and the JDK must see that as a plain refusal to park on its carrier instead.
   */
  @Override
  protected void onPinned(Pinned reason) {
    pinned = reason;
  }

  Object owner() {
    return owner;
  }

  @Override
  public String toString() {
    return "Fiber of " + owner;
  }
}
