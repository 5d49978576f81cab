package io.greenloop.sync;

import io.greenloop.WaitQueue;
import io.greenloop.Waiter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A place where a fixed number of tasks meet (Python: {@code asyncio.Barrier}).
 *
 * <table>
 *   <caption>States</caption>
 *   <tr><td>filling</td><td>tasks arrive and wait</td></tr>
 *   <tr><td>draining</td><td>the last one has come; the parked ones leave</td></tr>
 *   <tr><td>resetting</td><td>reset meanwhile: those who have not left yet get an error</td></tr>
 *   <tr><td>broken</td><td>aborted; everybody fails until a reset</td></tr>
 * </table>
 *
 * <p>Draining and resetting end, in filling, when the last one has left; a task that arrives
 * meanwhile waits for that. A {@link Waiter} leaves when it is served.
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
  private final WaitQueue<Integer, Boolean> inside = // what one brings: whether it parks
      new WaitQueue<>(
          this,
          (index, parks) -> {
            if (parks) {
              leave();
            }
          });
  private final WaitQueue<Barrier, @Nullable Void> outside =
      new WaitQueue<>(this, (barrier, nothing) -> {});
  private State state = State.FILLING;
  private int leaving; // parked tasks that were told their index and have not run since

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
    if (inside.size() + 1 == parties) {
      meet();
      return parties - 1;
    }
    bind();
    int index = inside.park(WAIT, true);
    try {
      checkNotBroken();
      return index;
    } finally {
      leave();
    }
  }

  /**
   * Arrives for {@code waiter}, and serves it with its index when all parties have: in this call if
   * it is the last one. It fails with a {@link BrokenBarrierException} if the barrier is broken, or
   * reset or aborted meanwhile.
   */
  public void waitFor(Waiter<Integer> waiter) {
    enter(WAIT);
    bind();
    inside.add(waiter, false);
    if (state == State.BROKEN) {
      inside.failAll(this::aborted);
    } else if (inside.size() == parties) {
      meet();
    }
  }

  /** Tells those who wait who they are: only now, since some who came may have left. */
  private void meet() {
    for (int index = 0; !inside.isEmpty(); index++) {
      if (inside.firstBrought()) {
        leaving++;
      }
      inside.serveFirst(index);
    }
    if (state == State.FILLING && leaving > 0) {
      state = State.DRAINING;
    }
  }

  private void leave() {
    leaving--;
    if (leaving == 0 && (state == State.DRAINING || state == State.RESETTING)) {
      state = State.FILLING;
      outside.serveAll(this);
    }
  }

  private void checkNotBroken() {
    if (state == State.BROKEN) {
      throw aborted();
    }
    if (state == State.RESETTING) {
      throw wasReset();
    }
  }

  private BrokenBarrierException aborted() {
    return new BrokenBarrierException(
        WAIT + ": " + identity() + " was aborted; reset() makes it usable again");
  }

  private BrokenBarrierException wasReset() {
    return new BrokenBarrierException(WAIT + ": " + identity() + " was reset meanwhile");
  }

  /** Makes it empty and usable again; those who wait get a {@link BrokenBarrierException}. */
  public void reset() {
    enter("Barrier.reset");
    state = leaving > 0 ? State.RESETTING : State.FILLING;
    inside.failAll(this::wasReset);
    if (state == State.FILLING) {
      outside.serveAll(this);
    }
  }

  /** Breaks it: those who wait, and those who come before a {@link #reset}, get an error. */
  public void abort() {
    enter("Barrier.abort");
    state = State.BROKEN;
    inside.failAll(this::aborted);
    outside.serveAll(this);
  }

  /** How many it takes. */
  public int parties() {
    return parties;
  }

  /** How many have arrived and wait for the others. */
  public int waiting() {
    return inside.size();
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
