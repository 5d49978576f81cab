package io.greenloop.internal.fiber;

import io.greenloop.internal.vm.Mode;

/**
 * A body with its own stack, suspended and resumed by hand.
 *
 * <p>It carries no values and checks no states: that is the business of who uses it. The body must
 * not throw. {@link #resume} is called by one thread at a time; the next may be another one.
 */
public interface Fiber {
  /** Starts or continues the body on the caller's stack; returns when it suspends or ends. */
  void resume();

  /**
   * Suspends: the pending {@link #resume} returns, the next one continues here.
   *
   * @throws IllegalStateException if a frame on the stack is pinned; nothing has happened then
   */
  void suspend();

  /**
   * Refuses when the caller's code does not run inside this fiber, so that {@link #suspend} is
   * safe.
   *
   * @throws IllegalStateException naming the owner
   */
  void checkInside();

  /** Whether the body has ended. */
  boolean isDone();

  /** Lets go of the body of a fiber that was never resumed. */
  default void abandon() {}

  /** The frames of the suspended body, innermost first, without those of its host. */
  StackTraceElement[] stackTrace();

  /** A fiber with a scope of its own: it may suspend through fibers nested in it. */
  static Fiber generator(Object owner, Runnable body) {
    return Mode.current() == Mode.FULL
        ? ContinuationFiber.generator(owner, body)
        : new TwinFiber(owner, body, false);
  }

  /** A fiber of the scope that all greenlets share; its host resumes it directly, never another. */
  static Fiber greenlet(Object owner, Runnable body) {
    return Mode.current() == Mode.FULL
        ? ContinuationFiber.greenlet(owner, body)
        : new TwinFiber(owner, body, true);
  }
}
