package io.greenloop.reactor;

/**
 * The time of a loop: monotonic nanoseconds from an arbitrary origin. A test clock stands still
 * until the loop has nothing else to do and then jumps to the next timer.
 *
 * <p><b>Room:</b> {@link #nanos} from any thread; the rest on the loop's carrier.
 */
public interface LoopClock {
  /** The monotonic clock of this machine. */
  LoopClock SYSTEM = () -> System.nanoTime(); // an AOT archive has no references to JDK methods

  /** The time now, in nanoseconds; never goes back. */
  long nanos();

  /** Whether an idle loop jumps to its next timer instead of sleeping. */
  default boolean isVirtual() {
    return false;
  }

  /**
   * Moves a virtual clock forward, to the next timer's due time.
   *
   * @param dueNanos the time that {@link #nanos} gives from now on; never before the present one
   * @throws UnsupportedOperationException if the clock is not virtual
   */
  default void advanceTo(long dueNanos) {
    throw new UnsupportedOperationException("advanceTo: this clock follows real time");
  }

  /**
   * Tells a virtual clock that its jump waits in real time, because something outside the loop may
   * act meanwhile: such a run cannot be replayed.
   *
   * @param reason what is outside, for a report
   */
  default void heldBack(String reason) {}
}
