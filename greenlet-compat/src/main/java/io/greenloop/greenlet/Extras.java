package io.greenloop.greenlet;

import io.greenloop.EventLoop;
import io.greenloop.LoopFuture;
import io.greenloop.Promise;
import io.greenloop.TaskContext;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What most greenlets do without. The host uses it; the context is open to other threads. */
final class Extras {
  volatile @Nullable TaskContext context;
  @Nullable Throwable createdAt;

  /** Who is in {@link Greenlet#close} of it; not its parent, which may be below this one. */
  @Nullable Greenlet closer;

  private @Nullable Promise<@Nullable Object> future;
  private @Nullable Map<GreenletLocal<?>, Object> locals;

  /** A future of the current loop, the same at each call. */
  LoopFuture<@Nullable Object> future() {
    Promise<@Nullable Object> present = future;
    if (present == null) {
      present = EventLoop.current().newPromise();
      future = present;
    }
    return present;
  }

  /** The greenlet has ended; the future may have been cancelled. */
  void settle(@Nullable Object result, @Nullable Throwable failure) {
    Promise<@Nullable Object> present = future;
    if (present == null) {
      return;
    }
    if (failure == null) {
      present.tryComplete(result);
    } else {
      present.tryCompleteExceptionally(failure);
    }
  }

  Map<GreenletLocal<?>, Object> locals() {
    Map<GreenletLocal<?>, Object> present = locals;
    if (present == null) {
      present = new IdentityHashMap<>();
      locals = present;
    }
    return present;
  }
}
