package io.greenloop;

import org.jspecify.annotations.Nullable;

/**
 * A queued callback (Python: {@code asyncio.Handle}). Cancelling is idempotent, legal at any time,
 * and lets go of the callback at once.
 *
 * <p><b>Room:</b> loop; {@link #cancel} of a handle from {@link EventLoop#callSoonThreadsafe} from
 * any thread.
 */
public abstract sealed class Handle permits TimerHandle, Callback {
  Handle() {}

  /** Makes sure the callback does not run any more; what runs already is not stopped. */
  public abstract void cancel();

  /** Whether {@link #cancel} was called. */
  public abstract boolean isCancelled();

  /** The context the callback runs in. */
  public abstract @Nullable TaskContext context();
}
