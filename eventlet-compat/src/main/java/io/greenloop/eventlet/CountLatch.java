package io.greenloop.eventlet;

/**
 * A count that one can wait to become 0, any number of times (Python: {@code
 * eventlet.coros.metaphore}). Room: loop.
 */
public final class CountLatch {
  private int count;
  private Event<Boolean> zero = new Event<>(this);

  /** At 0. */
  public CountLatch() {
    zero.send(true);
  }

  /** Adds one. */
  public void inc() {
    inc(1);
  }

  /** Adds {@code by}, positive. */
  public void inc(int by) {
    check("inc", by);
    if (count == 0) {
      zero = new Event<>(this);
    }
    count += by;
  }

  /** Takes one off. */
  public void dec() {
    dec(1);
  }

  /** Takes {@code by}, positive, off; never below 0. */
  public void dec(int by) {
    check("dec", by);
    if (count == 0) {
      throw new IllegalStateException("dec: " + this + " is 0 already");
    }
    count = Math.max(0, count - by);
    if (count == 0) {
      zero.send(true);
    }
  }

  private static void check(String operation, int by) {
    if (by <= 0) {
      throw new IllegalArgumentException(operation + ": by = " + by + " (expected > 0)");
    }
  }

  /** Waits until the count is 0; returns at once if it is. */
  public void await() {
    zero.await();
  }

  /** The count. */
  public int count() {
    return count;
  }

  @Override
  public String toString() {
    return "latch@" + Integer.toHexString(System.identityHashCode(this)) + " (at " + count + ")";
  }
}
