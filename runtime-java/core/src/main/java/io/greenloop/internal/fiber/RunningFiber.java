package io.greenloop.internal.fiber;

import io.greenloop.internal.vm.Mode;
import io.greenloop.internal.vm.VirtualThreads;
import org.jspecify.annotations.Nullable;

/**
 * The greenlet, generator or coroutine whose code a host runs at this moment, seen from outside:
 * may be out of date at once.
 *
 * @param owner what the fiber belongs to; null if the host's own code runs
 * @param thread the thread whose stack shows it
 */
public record RunningFiber(@Nullable Object owner, Thread thread) {
  /**
   * What runs on {@code host}.
   *
   * @param host the thread of a task or hub
   * @param carrier of the loop that has mounted it
   */
  public static RunningFiber on(Thread host, @Nullable Thread carrier) {
    if (Mode.isFull()) {
      Object innermost = carrier == null ? null : VirtualThreads.continuationOn(carrier);
      return new RunningFiber(
          innermost instanceof ContinuationFiber fiber ? fiber.owner() : null, host);
    }
    Object owner = null;
    Thread running = host;
    for (TwinFiber in = TwinFiber.RESUMED.get(running);
        in != null && in.thread() != null;
        in = TwinFiber.RESUMED.get(running)) {
      owner = in.owner();
      running = java.util.Objects.requireNonNull(in.thread());
    }
    return new RunningFiber(owner, running);
  }
}
