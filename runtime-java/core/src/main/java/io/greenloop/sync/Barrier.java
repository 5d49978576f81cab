package io.greenloop.sync;

import io.greenloop.WaitQueue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A place where a fixed number of tasks meet (Python: {@code asyncio.Barrier}).
 *
 * <table>
 *   <caption>States</caption>
 *   <tr><td>filling</td><td>tasks arrive and wait</td></tr>
 *   <tr><td>draining</td><td>the last one has come; those who waited leave</td></tr>
 *   <tr><td>resetting</td><td>reset while some waited; they leave with an error</td></tr>
 *   <tr><td>broken</td><td>aborted; everybody fails until a reset</td></tr>
 * </table>
 *
 * <p>Draining and resetting end, in filling, when the last one has left; who arrives meanwhile
 * waits for that.
 */
public final class Barrier extends LoopBound {
  private enum State {
    FILLING,
    DRAINING,
    RESETTING,
    BROKEN
  }

  private static final String WAIT = "Barrier.waitFor";

  private final int parties;
  private final WaitQueue<Integer, @Nullable Void> inside =
      new WaitQueue<>(this, (index, nothing) -> {});
  private final WaitQueue<Barrier, @Nullable Void> outside =
      new WaitQueue<>(this, (barrier, nothing) -> {});
  private State state = State.FILLING;
  private int count; // those who arrived and have not left

  /**
   * A barrier for {@code parties} tasks.
   *
   * @throws IllegalArgumentException if {@code parties} is less than 1
   */
  public Barrier(int parties) {
    if (parties < 1) {
      throw new IllegalArgumentException("Barrier: parties = " + parties + " (expected >= 1)");
    }
    this.parties = parties;
  }

  /**
   * Arrives, and parks the calling task until all parties have. The last one does not park. A
   * waiter that is cancelled just leaves: the barrier is not broken by that.
   *
   * @return who one is: 0 for the first to arrive, up to parties - 1
   * @throws BrokenBarrierException if the barrier is broken, or reset or aborted meanwhile
   */
  public int waitFor() {
    enter(WAIT);
    while (state == State.DRAINING || state == State.RESETTING) {
      bind();
      outside.park(WAIT, null);
    }
    checkNotBroken();
    count++;
    try {
      if (count == parties) {
        state = State.DRAINING;
        wakeAll();
        return parties - 1;
      }
      bind();
      int index = inside.park(WAIT, null);
      checkNotBroken();
      return index;
    } finally {
      leave();
    }
  }

  /** Tells those who wait who they are: only now, since some who came may have left. */
  private void wakeAll() {
    for (int index = 0; inside.serveFirst(index); index++) {}
  }

  private void leave() {
    count--;
    if (count == 0 && (state == State.DRAINING || state == State.RESETTING)) {
      state = State.FILLING;
      outside.serveAll(this);
    }
  }

  private void checkNotBroken() {
    if (state == State.BROKEN) {
      throw new BrokenBarrierException(
          WAIT + ": " + identity() + " was aborted; reset() makes it usable again");
    }
    if (state == State.RESETTING) {
      throw new BrokenBarrierException(WAIT + ": " + identity() + " was reset meanwhile");
    }
  }

  /** Makes it empty and usable again; those who wait get a {@link BrokenBarrierException}. */
  public void reset() {
    enter("Barrier.reset");
    state = count > 0 ? State.RESETTING : State.FILLING;
    wakeAll();
    if (state == State.FILLING) {
      outside.serveAll(this);
    }
  }

  /** Breaks it: those who wait, and those who come before a {@link #reset}, get an error. */
  public void abort() {
    enter("Barrier.abort");
    state = State.BROKEN;
    wakeAll();
    outside.serveAll(this);
  }

  /** How many it takes. */
  public int parties() {
    return parties;
  }

  /** How many have arrived and wait; 0 unless it is filling. */
  public int waiting() {
    return state == State.FILLING ? count : 0;
  }

  /** Whether it was aborted. */
  public boolean isBroken() {
    return state == State.BROKEN;
  }

  @Override
  public String toString() {
    return identity()
        + " ("
        + state.name().toLowerCase(Locale.ROOT)
        + ", "
        + waiting()
        + " of "
        + parties
        + ")";
  }
}
