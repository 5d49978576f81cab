package io.greenloop.reactor.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The descriptor that ends a wait: an eventfd. Watched edge-triggered, so nobody ever has to read
 * it.
 *
 * <p>Two wake-ups of one wait cost one system call. The descriptor is closed by whoever is last:
 * {@link #close}, or the thread that still writes to it meanwhile.
 */
public final class Waker {
  private static final int PENDING = 1;
  private static final int CLOSED = 2;
  private static final int ONE_WRITER = 4;

  private final AtomicInteger state = new AtomicInteger();

  // Shared by all who wake, and never read: a wake-up fails only when it is not needed.
  private final MemorySegment captured = CLibrary.newCapture(Arena.ofAuto());
  private final int descriptor;

  /**
   * A new descriptor, to be watched by the engine.
   *
   * @throws IOException if there are no more to be had
   */
  public Waker() throws IOException {
    descriptor = CLibrary.newEventDescriptor();
  }

  /** Carrier: what is readable once somebody woke. */
  public int descriptor() {
    return descriptor;
  }

  /** Ends the running wait, or else the next one. Any thread. */
  public void wake() {
    int seen;
    do {
      seen = state.get();
      if ((seen & (PENDING | CLOSED)) != 0) {
        return;
      }
    } while (!state.compareAndSet(seen, (seen | PENDING) + ONE_WRITER));
    CLibrary.signal(descriptor, captured);
    int left = state.addAndGet(-ONE_WRITER);
    if ((left & CLOSED) != 0 && left < ONE_WRITER) {
      CLibrary.close(descriptor);
    }
  }

  /** Carrier: the wait has ended, the next one may be woken. */
  public void heard() {
    int seen;
    do {
      seen = state.get();
    } while (!state.compareAndSet(seen, seen & ~PENDING));
  }

  /** Carrier, once. */
  public void close() {
    int seen;
    do {
      seen = state.get();
    } while (!state.compareAndSet(seen, seen | CLOSED));
    if (seen < ONE_WRITER) {
      CLibrary.close(descriptor);
    }
  }
}
