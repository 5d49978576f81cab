package io.greenloop.internal.fiber;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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
class ContinuationFiber extends Continuation implements Fiber {
  private static final ContinuationScope GREENLETS = new ContinuationScope("greenlets");

  /** 1 while somebody reads a stack; set and reset without calls, which may find the stack full. */
  private static final VarHandle READING;

  @SuppressWarnings({"unused", "NonFinalStaticField"}) // by READING
  private static volatile int reading;

  static {
    try {
      READING =
          MethodHandles.lookup().findStaticVarHandle(ContinuationFiber.class, "reading", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Object owner;

  /** Whether it was for a monitor the last time that it could not be suspended. */
  private boolean heldMonitor;

  private ContinuationFiber(Object owner, Runnable body, ContinuationScope scope) {
    super(scope, body);
    this.owner = owner;
  }

  static ContinuationFiber greenlet(Object owner, Runnable body) {
    return new ContinuationFiber(owner, body, GREENLETS);
  }

  static ContinuationFiber generator(Object owner, Runnable body) {
    return new OfGenerator(owner, body);
  }

  @Override
  public void resume() {
    run();
  }

  @Override
  public void suspend() {
    if (!Continuation.yield(getScope())) {
      throw heldMonitor ? Refusal.pinnedByMonitor(owner) : Refusal.pinned(owner);
    }
  }

  @Override
  public void checkInside() {
    if (getCurrentContinuation(getScope()) != this) {
      throw Refusal.outside(owner);
    }
  }

  /**
   * One reader at a time: the JDK marks the fibers inside of this one as its own while it reads.
   * The others spin, because one that parks lets its loop go on, and its host with the fiber.
   */
  @Override
  public StackTraceElement[] stackTrace() {
    while (!READING.compareAndSet(0, 1)) {
      Thread.onSpinWait();
    }
    try {
      return getStackTrace();
    } finally {
      reading = 0;
    }
  }

  /**
   * Throws nothing: {@code yield} then returns false. It also runs when the host thread tries to
   * park through us, and the JDK must see that as a plain refusal to park on its carrier instead.
   */
  @Override
  protected void onPinned(Pinned reason) {
    heldMonitor = reason == Pinned.MONITOR;
  }

  final Object owner() {
    return owner;
  }

  @Override
  public String toString() {
    return "Fiber of " + owner;
  }

  /**
   * What a generator has more: there are a million greenlets, and each of them pays for a field.
   */
  private static final class OfGenerator extends ContinuationFiber {
    /** The greenlet below while it runs: it has to be the innermost when we suspend. */
    private @Nullable Continuation base;

    OfGenerator(Object owner, Runnable body) {
      super(owner, body, new ContinuationScope("generator"));
    }

    @Override
    public void resume() {
      base = getCurrentContinuation(GREENLETS);
      run();
    }

    @Override
    public void checkInside() {
      super.checkInside();
      if (getCurrentContinuation(GREENLETS) != base) {
        throw Refusal.acrossGreenlet(owner());
      }
    }
  }
}
