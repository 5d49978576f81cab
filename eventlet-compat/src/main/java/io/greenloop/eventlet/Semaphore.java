package io.greenloop.eventlet;

import io.greenloop.EventLoop;
import io.greenloop.WaitQueue;
import io.greenloop.eventlet.internal.Hubs;
import io.greenloop.eventlet.internal.Limits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A number of permits (Python: {@code eventlet.semaphore.Semaphore}).
 *
 * <p>Waiters are served first come, first served, in a turn of the hub; who waits joins the line
 * behind them. But between a release and that turn a {@link #tryAcquire} finds the permit free and
 * takes it, as in eventlet: then the waiter waits on.
 *
 * <p><b>Room:</b> loop; {@link #release} from any thread, where it is posted to the loop of those
 * who wait.
 */
public sealed class Semaphore permits BoundedSemaphore, Lock {
  /** A permit that is given back by closing it, once. */
  public interface Hold extends AutoCloseable {
    @Override
    void close();
  }

  private final WaitQueue<@Nullable Void, @Nullable Void> waiters =
      new WaitQueue<>(this, (nothing, none) -> serveNext());
  private volatile @Nullable EventLoop loop; // of those who wait
  private int counter;

  /** One permit. */
  public Semaphore() {
    this(1);
  }

  /**
   * Some permits.
   *
   * @throws IllegalArgumentException if {@code permits} is negative
   */
  public Semaphore(int permits) {
    if (permits < 0) {
      throw new IllegalArgumentException("Semaphore: permits = " + permits + " (expected >= 0)");
    }
    counter = permits;
  }

  // ---- acquiring ---------------------------------------------------------------------------

  /** Takes a permit; waits while there is none, or others wait. */
  public void acquire() {
    if (counter > 0 && waiters.isEmpty()) {
      counter--;
      return;
    }
    Eventlet.waiting(this::awaitPermit);
  }

  private void awaitPermit() {
    loop = EventLoop.current();
    while (counter <= 0 || !waiters.isEmpty()) { // on a plain thread others have run meanwhile
      waiters.park("Semaphore.acquire", null);
      if (counter > 0) {
        break;
      }
    }
    counter--;
  }

  /** Takes a permit if one is free, also if others wait (Python: {@code acquire(False)}). */
  public boolean tryAcquire() {
    if (counter <= 0) {
      return false;
    }
    counter--;
    return true;
  }

  /**
   * Takes a permit; waits for it at most {@code limit}.
   *
   * @return whether it got one
   * @throws IllegalArgumentException if {@code limit} is negative
   */
  public boolean tryAcquire(Duration limit) {
    if (limit.isNegative()) {
      throw new IllegalArgumentException("tryAcquire: limit = " + limit + " (expected >= 0)");
    }
    if (tryAcquire()) {
      return true;
    }
    boolean[] got = new boolean[1];
    Eventlet.waiting(() -> got[0] = Limits.within("Semaphore.acquire", limit, this::awaitPermit));
    return got[0];
  }

  /** {@link #acquire}, for a {@code try} that gives it back (Python: {@code with}). */
  public Hold hold() {
    acquire();
    boolean[] held = {true};
    return () -> {
      if (held[0]) {
        held[0] = false;
        release();
      }
    };
  }

  // ---- releasing ---------------------------------------------------------------------------

  /** Gives a permit back; never yields. */
  public void release() {
    EventLoop of = loop;
    if (of != null && of.isRunning() && EventLoop.currentOrNull() != of) {
      of.callSoonThreadsafe(this::releaseHere);
    } else {
      releaseHere();
    }
  }

  void releaseHere() {
    counter++;
    serveNext();
  }

  private void serveNext() {
    EventLoop of = Hubs.loopOf(waiters);
    if (of != null) {
      of.callSoon(this::serveOne);
    }
  }

  private void serveOne() {
    if (counter > 0 && !waiters.isEmpty()) {
      waiters.runFirst(null);
    }
  }

  /** Changes the number of permits without serving anybody; it may become negative. */
  void addPermits(int more) {
    counter += more;
  }

  /** {@link #addPermits}, and serves those who wait. */
  void grow(int more) {
    counter += more;
    EventLoop of = Hubs.loopOf(waiters);
    for (int left = Math.min(Math.max(counter, 0), waiters.size());
        of != null && left > 0;
        left--) {
      of.callSoon(this::serveOne);
    }
  }

  // ---- looking -----------------------------------------------------------------------------

  /** How many permits are free. */
  public int counter() {
    return counter;
  }

  /** {@link #counter} less those who wait; may be negative. */
  public int balance() {
    return counter - waiters.size();
  }

  /** Whether no permit is free. */
  public boolean isLocked() {
    return counter <= 0;
  }

  /** Whether a release would be refused, or would wait: never, here. */
  public boolean isBounded() {
    return false;
  }

  @Override
  public String toString() {
    return getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT)
        + "@"
        + Integer.toHexString(System.identityHashCode(this))
        + " ("
        + counter
        + " free, "
        + waiters.size()
        + " waiting)";
  }
}
