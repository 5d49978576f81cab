package io.greenloop.internal.loop;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where the carrier waits: in the reactor once there is I/O, in a plain park before. Carrier room,
 * but for {@link #wakeup}.
 */
public final class Poller {
  private final LoopCore loop;

  Poller(LoopCore loop) {
    this.loop = loop;
  }

  /** How many readiness interests are registered. */
  int interests() {
    return 0;
  }

  /** Any thread. */
  void wakeup(@Nullable Thread carrier) {
    LockSupport.unpark(carrier);
  }

  /**
   * Waits at most {@code nanos}.
   *
   * @return whether something happened, or may have
   */
  boolean poll(long nanos) {
    if (nanos <= 0) {
      return false;
    }
    long start = System.nanoTime();
    LockSupport.parkNanos(loop, nanos);
    return System.nanoTime() - start < nanos;
  }

  void close() {}
}
