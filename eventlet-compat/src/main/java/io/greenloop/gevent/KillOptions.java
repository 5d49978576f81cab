package io.greenloop.gevent;

import io.greenloop.greenlet.GreenletExit;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How to kill (Python: the keywords of {@code kill} and {@code killall}). Immutable. */
public final class KillOptions {
  /** A {@link GreenletExit}, and wait for the end. */
  public static final KillOptions DEFAULT = new KillOptions(GreenletExit::new, true, null);

  private final Supplier<? extends Throwable> failure;
  private final boolean blocking;
  private final @Nullable Duration timeout;

  private KillOptions(
      Supplier<? extends Throwable> failure, boolean blocking, @Nullable Duration timeout) {
    this.failure = failure;
    this.blocking = blocking;
    this.timeout = timeout;
  }

  /** Throws {@code failure} instead of an exit. */
  public KillOptions exception(Throwable failure) {
    return new KillOptions(() -> failure, blocking, timeout);
  }

  /** Returns at once; the victim gets it in a later turn. */
  public KillOptions nonBlocking() {
    return new KillOptions(failure, false, timeout);
  }

  /** Waits for the end at most {@code limit}. */
  public KillOptions timeout(Duration limit) {
    return new KillOptions(failure, blocking, limit);
  }

  Throwable failure() {
    return failure.get();
  }

  boolean isBlocking() {
    return blocking;
  }

  @Nullable Duration timeoutOrNull() {
    return timeout;
  }
}
