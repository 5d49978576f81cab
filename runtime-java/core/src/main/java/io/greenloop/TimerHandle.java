package io.greenloop;

import io.greenloop.internal.loop.TimerNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A callback that waits for its time (Python: {@code asyncio.TimerHandle}). A cancelled timer
 * leaves the heap at once.
 */
public final class TimerHandle extends Handle {
  private final EventLoop loop;
  private final Callback callback;
  private final TimerNode node;

  TimerHandle(EventLoop loop, Callback callback, long dueNanos) {
    this.loop = loop;
    this.callback = callback;
    this.node = new TimerNode(callback, null);
    loop.core().schedule(node, dueNanos);
  }

  /** When it is due, on the loop's clock ({@link EventLoop#time()}). */
  public Duration when() {
    return Duration.ofNanos(node.dueNanos());
  }

  @Override
  public void cancel() {
    loop.checkRoom("cancel");
    loop.core().unschedule(node);
    callback.cancel();
  }

  /**
   * Lets this timer keep no run alive: where nothing else can wake the program, that is dead-locked
   * as if the timer was not there, and {@link EventLoop#onIdle} is told (gevent: {@code
   * ref=False}). It fires if the loop is still there.
   *
   * @return this
   */
  public TimerHandle unref() {
    loop.checkRoom("unref");
    loop.core().weaken(node);
    return this;
  }

  @Override
  public boolean isCancelled() {
    return callback.isCancelled();
  }

  @Override
  public @Nullable TaskContext context() {
    return callback.context();
  }

  @Override
  public String toString() {
    return "timer for " + callback;
  }
}
