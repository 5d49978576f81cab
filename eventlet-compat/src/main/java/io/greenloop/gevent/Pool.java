package io.greenloop.gevent;

import io.greenloop.LoopExit;
import java.time.Duration;
import java.util.Optional;

/**
 * A {@link Group} of limited size (Python: {@code gevent.pool.Pool}). When it is full, a spawn
 * waits until a member ends.
 *
 * <p>A member that spawns into its own full pool waits for itself. That is refused where all
 * members do so, and none can end: with an error that says so, instead of a hang.
 */
public final class Pool extends Group {
  private static final int UNLIMITED = -1;

  private final int size;
  private final Semaphore slots;
  private int membersThatWait;

  /** A pool without a limit. */
  public Pool() {
    size = UNLIMITED;
    slots = Semaphore.unlimited();
  }

  /**
   * A pool of at most {@code size} members; zero: always full.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public Pool(int size) {
    if (size < 0) {
      throw new IllegalArgumentException("Pool: size = " + size + " (expected >= 0)");
    }
    this.size = size;
    slots = new Semaphore(size);
  }

  /**
   * Takes {@code greenlet} in; waits for room.
   *
   * @throws LoopExit if all members wait for room in this very pool
   */
  @Override
  public void add(Greenlet<?> greenlet) {
    boolean member = appliesInline();
    if (member && slots.isLocked() && size > 0 && membersThatWait + 1 >= size) {
      throw new LoopExit(
          "spawn: all "
              + size
              + " members of "
              + this
              + " wait for room in it, and none can end; spawn elsewhere, or make it larger");
    }
    membersThatWait += member ? 1 : 0;
    try {
      slots.acquire();
    } finally {
      membersThatWait -= member ? 1 : 0;
    }
    enterOrRelease(greenlet);
  }

  /**
   * {@link #add(Greenlet)}, at most {@code limit}; zero: without waiting.
   *
   * @throws PoolFullException when that is over
   */
  public void add(Greenlet<?> greenlet, Duration limit) {
    boolean got = limit.isZero() ? slots.tryAcquire() : slots.acquire(limit);
    if (!got) {
      throw new PoolFullException("add: no room in " + this + " within " + limit);
    }
    enterOrRelease(greenlet);
  }

  private void enterOrRelease(Greenlet<?> greenlet) {
    try {
      enter(greenlet);
    } catch (Throwable refused) {
      slots.release();
      throw refused;
    }
  }

  /**
   * {@link #add(Greenlet, Duration)}, and then starts it.
   *
   * @throws PoolFullException when the time is over
   */
  public void start(Greenlet<?> greenlet, Duration limit) {
    add(greenlet, limit);
    startMember(greenlet);
  }

  @Override
  void left(Greenlet<?> greenlet) {
    super.left(greenlet);
    slots.release();
  }

  /** Waits for room; returns how many can be spawned without waiting. */
  @Override
  public int awaitAvailable() {
    return size == UNLIMITED ? 1 : slots.awaitAvailable();
  }

  /** {@link #awaitAvailable()}, at most {@code limit}; zero when that is over. */
  public int awaitAvailable(Duration limit) {
    return size == UNLIMITED ? 1 : slots.awaitAvailable(limit);
  }

  /** How many more members there may be; one for a pool without a limit. */
  public int freeCount() {
    return size == UNLIMITED ? 1 : Math.max(0, size - size());
  }

  @Override
  public boolean isFull() {
    return freeCount() <= 0;
  }

  /** The limit; empty if there is none. */
  public Optional<Integer> limit() {
    return size == UNLIMITED ? Optional.empty() : Optional.of(size);
  }

  @Override
  public String toString() {
    return "Pool of " + size() + (size == UNLIMITED ? "" : " of " + size) + " greenlets";
  }
}
