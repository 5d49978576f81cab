package io.greenloop.testing;

import io.greenloop.reactor.LoopClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until its loop has nothing else to do, and then jumps to the next
 * timer. Starts at zero unless told otherwise.
 *
 * <p>While something outside the loop is under way (a task parked in foreign code, an executor job,
 * real I/O) the loop waits in real time before it jumps, and {@link #heldBack()} tells why: such a
 * run cannot be replayed.
 *
 * <p><b>Room:</b> any thread reads; the loop moves it.
 */
public final class VirtualClock implements LoopClock {
  private static final long NEAR_NANOS = 1_000_000;
  private static final long FAR_NANOS = 20_000_000;

  private final List<String> heldBack = new ArrayList<>();
  private final long origin;
  private final @Nullable SplittableRandom lateness;
  private volatile long now;

  /** A clock that shows zero. */
  public VirtualClock() {
    this(0);
  }

  /**
   * A clock that shows {@code originNanos}.
   *
   * @param originNanos any value: a loop promises nothing about the origin of its clock
   */
  public VirtualClock(long originNanos) {
    this(originNanos, null);
  }

  private VirtualClock(long originNanos, @Nullable SplittableRandom lateness) {
    origin = originNanos;
    this.lateness = lateness;
    now = originNanos;
  }

  /**
   * A clock whose jumps land late, by {@code seed}: now and then a little, seldom so much that
   * several timers are due at once. A loop promises that a timer does not fire early; how late it
   * fires depends on what else the machine does.
   */
  public static VirtualClock late(long seed) {
    return new VirtualClock(0, new SplittableRandom(seed));
  }

  @Override
  public long nanos() {
    return now;
  }

  /** The time that has passed on this clock. */
  public Duration elapsed() {
    return Duration.ofNanos(now - origin);
  }

  @Override
  public boolean isVirtual() {
    return true;
  }

  /**
   * Moves the clock.
   *
   * @throws IllegalArgumentException if that were back in time
   */
  @Override
  public void advanceTo(long dueNanos) {
    if (dueNanos - now < 0) {
      throw new IllegalArgumentException(
          "advanceTo: dueNanos = " + dueNanos + " (expected >= " + now + ", the time now)");
    }
    now = dueNanos + (lateness == null ? 0 : lateNanos(lateness));
  }

  private static long lateNanos(SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextLong(FAR_NANOS);
      case 1, 2 -> random.nextLong(NEAR_NANOS);
      default -> 0;
    };
  }

  @Override
  public void heldBack(String reason) {
    synchronized (heldBack) {
      String entry = reason + " at " + elapsed();
      if (heldBack.isEmpty() || !heldBack.getLast().equals(entry)) {
        heldBack.add(entry);
      }
    }
  }

  /** Why jumps had to wait in real time; empty for a run that can be replayed. */
  public List<String> heldBack() {
    synchronized (heldBack) {
      return List.copyOf(heldBack);
    }
  }
}
