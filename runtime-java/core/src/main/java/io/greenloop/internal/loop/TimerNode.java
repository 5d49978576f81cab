package io.greenloop.internal.loop;

import org.jspecify.annotations.Nullable;

/** One timer: what becomes ready at its due time. Loop room. */
public class TimerNode {
  static final int NOT_QUEUED = -1;
  static final int LISTED = -2;

  // For Timers.
  long dueNanos;
  long sequence;
  int index = NOT_QUEUED; // in the heap
  @Nullable TimerNode previous;
  @Nullable TimerNode next;

  /** Whether it keeps no run alive. */
  boolean weak;

  final Object action;
  final @Nullable Object owner;

  /**
   * @param action a {@link Strand} or a {@link Runnable}
   * @param owner the task the action belongs to, or null
   */
  public TimerNode(Object action, @Nullable Object owner) {
    this.action = action;
    this.owner = owner;
  }

  /**
   * For a subclass that is its own action.
   *
   * @param owner the task the action belongs to, or null
   */
  protected TimerNode(@Nullable Object owner) {
    this.action = this;
    this.owner = owner;
  }

  /** When it is due, on the loop's clock. */
  public final long dueNanos() {
    return dueNanos;
  }

  /** Whether it still waits for its time. */
  public final boolean isPending() {
    return index != NOT_QUEUED;
  }
}
