package io.greenloop.gevent;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A number of permits (Python: {@code gevent.lock.Semaphore}).
 *
 * <p>Those who wait are served in the order in which they came. Between a release and the turn of
 * the one it wakes, a newcomer that does not have to wait can take the permit, as in gevent; who
 * was passed over keeps its place.
 *
 * <p><b>Room:</b> the loop it belongs to: that of the first who waits.
 */
public class Semaphore extends Linkable<Semaphore> implements Waitable<Semaphore> {
  private int counter;

  /** One permit. */
  public Semaphore() {
    this(1);
  }

  /**
   * @throws IllegalArgumentException if {@code permits} is negative
   */
  public Semaphore(int permits) {
    super(true);
    if (permits < 0) {
      throw new IllegalArgumentException("Semaphore: permits = " + permits + " (expected >= 0)");
    }
    counter = permits;
  }

  /** One that never runs out (Python: {@code DummySemaphore}). */
  public static Semaphore unlimited() {
    return new Unlimited();
  }

  @Override
  Semaphore self() {
    return this;
  }

  /** Takes a permit; waits for one. */
  public void acquire() {
    take(null);
  }

  /** {@link #acquire()}, at most {@code limit}; returns whether it got one. */
  public boolean acquire(Duration limit) {
    return take(limit);
  }

  /** Takes a permit if there is one. */
  public boolean tryAcquire() {
    hub("tryAcquire");
    return takeIfFree();
  }

  private boolean take(@Nullable Duration limit) {
    hub("acquire");
    while (!takeIfFree()) { // on a plain thread others may run between its turn and its return
      if (!awaitLink("Semaphore.acquire", limit)) {
        return false;
      }
    }
    return true;
  }

  boolean takeIfFree() {
    if (counter <= 0) {
      return false;
    }
    counter--;
    return true;
  }

  /** Gives a permit back, from any thread; returns how many are free then. */
  public int release() {
    change("release", this::releaseHere);
    return counter;
  }

  private void releaseHere() {
    counter++;
    notifyIfReady();
  }

  /** Changes how many permits there are; taken ones may be too many then, and none is free. */
  void grow(int more) {
    counter += more;
    notifyIfReady();
  }

  /** Takes a permit, and gives it back when that is closed (Python: {@code with}). */
  public Hold hold() {
    acquire();
    return this::release;
  }

  /** A permit that is held; closing it gives it back. */
  @FunctionalInterface
  public interface Hold extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Waits until there is a permit, without taking it (Python: {@code wait}).
   *
   * @return how many are free then; zero if another one was faster
   */
  public int awaitAvailable() {
    return availableWithin(null);
  }

  /** {@link #awaitAvailable()}, at most {@code limit}. */
  public int awaitAvailable(Duration limit) {
    return availableWithin(limit);
  }

  int availableWithin(@Nullable Duration limit) {
    if (counter <= 0) {
      awaitLink("Semaphore.awaitAvailable", limit);
    }
    return counter;
  }

  /** How many permits are free. */
  public int counter() {
    return counter;
  }

  /** Whether no permit is free. */
  public boolean isLocked() {
    return counter <= 0;
  }

  @Override
  public boolean isReady() {
    return counter > 0;
  }

  @Override
  public String toString() {
    return getClass().getSimpleName()
        + "@"
        + Integer.toHexString(System.identityHashCode(this))
        + " ("
        + counter
        + " free)";
  }

  private static final class Unlimited extends Semaphore {
    @Override
    boolean takeIfFree() {
      return true;
    }

    @Override
    public int release() {
      return 1;
    }
  }
}
