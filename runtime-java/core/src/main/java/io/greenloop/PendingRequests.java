package io.greenloop;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was asked of a task and has not been thrown in it yet: cancels, with who asked, and the
 * throwables of {@link Task#throwInto}.
 *
 * <table>
 *   <caption>States of a cancel</caption>
 *   <tr><td>held</td><td>kept off by a shield; undelivered when that ends</td></tr>
 *   <tr><td>undelivered</td><td>the next wait takes it, or the end of the body</td></tr>
 *   <tr><td>at the wait</td><td>given to the present wait, which is about to end by it</td></tr>
 *   <tr><td>resting</td><td>thrown, and one that repeats: undelivered again at once, or when
 *       nobody asks for {@link #pauseRepeats} any more</td></tr>
 *   <tr><td>thrown</td><td>done with, unless a group passes it on; see {@link #throwAgain}</td></tr>
 *   <tr><td>gone</td><td>withdrawn by who asked</td></tr>
 * </table>
 *
 * <p>Undelivered cancels go together: one error for all, with the reason of the last.
 *
 * <p>Loop room.
 */
final class PendingRequests {
  /**
   * @param owner who takes the request back when it leaves, if it is undelivered then; or null
   * @param shields how many shields there were where the owner began: later ones hold it off
   * @param repeats whether each wait throws it, until it is withdrawn
   * @param thrown whether one has thrown it
   */
  private record Cancel(
      @Nullable Object owner,
      @Nullable String reason,
      int shields,
      boolean repeats,
      boolean thrown) {
    Cancel asThrown() {
      return new Cancel(owner, reason, shields, repeats, true);
    }
  }

  private final List<Cancel> held = new ArrayList<>(0);
  private final List<Cancel> undelivered = new ArrayList<>(1);
  private final List<Cancel> atWait = new ArrayList<>(1);
  private final List<Cancel> resting = new ArrayList<>(0);
  private final List<Cancel> thrown = new ArrayList<>(1); // the last of each owner
  private final ArrayDeque<Throwable> injected = new ArrayDeque<>(1);
  private boolean waitLeft; // for a cancel: the wait has no outcome of its own
  private int shields;
  private int pauses;

  /** Whether there is nothing left to remember. */
  boolean isEmpty() {
    return undelivered.isEmpty()
        && atWait.isEmpty()
        && injected.isEmpty()
        && held.isEmpty()
        && resting.isEmpty()
        && thrown.isEmpty()
        && shields == 0
        && pauses == 0;
  }

  // ---- cancels -----------------------------------------------------------------------------

  /**
   * For the parameters see {@link Cancel}.
   *
   * @return false if it is held
   */
  boolean addCancel(
      @Nullable Object owner, @Nullable String reason, int shieldsOfOwner, boolean repeats) {
    return place(new Cancel(owner, reason, shieldsOfOwner, repeats, false));
  }

  private boolean place(Cancel cancel) {
    if (cancel.shields < shields) {
      held.add(cancel);
      return false;
    }
    (cancel.thrown && pauses > 0 ? resting : undelivered).add(cancel);
    return true;
  }

  private void placeAll(List<Cancel> cancels) {
    List<Cancel> moved = List.copyOf(cancels);
    cancels.clear();
    moved.forEach(this::place);
  }

  /** How many cancels have reached no wait, and may. */
  int undelivered() {
    return undelivered.size();
  }

  /** How many cancels a shield keeps off. */
  int held() {
    return held.size();
  }

  /** The reason of the last cancel that has reached no wait. */
  @Nullable String reason() {
    return reasonOf(undelivered);
  }

  /** The present wait takes the cancels: what it waits for is told, or it is left for them. */
  void giveToWait(boolean left) {
    atWait.addAll(undelivered);
    undelivered.clear();
    waitLeft |= left;
  }

  void withdraw(Object owner) {
    for (List<Cancel> cancels : List.of(held, undelivered, resting, thrown)) {
      removeOf(owner, cancels);
    }
  }

  void withdrawAll() {
    held.clear();
    undelivered.clear();
    resting.clear();
    thrown.clear();
  }

  private static void removeOf(@Nullable Object owner, List<Cancel> cancels) {
    cancels.removeIf(cancel -> cancel.owner == owner);
  }

  /** Those that may reach a wait have been thrown some other way. */
  void markDelivered() {
    delivered(undelivered);
    repeat();
  }

  private void delivered(List<Cancel> cancels) {
    for (Cancel cancel : cancels) {
      if (cancel.repeats) {
        resting.add(cancel.asThrown());
      } else {
        removeOf(cancel.owner, thrown);
        thrown.add(cancel);
      }
    }
    cancels.clear();
  }

  /** Something else is thrown in the place of the last one that was: it is for the next wait. */
  void throwAgain() {
    if (!thrown.isEmpty()) {
      place(thrown.removeLast());
    }
  }

  private void repeat() {
    if (pauses == 0 && !resting.isEmpty()) {
      placeAll(resting);
    }
  }

  // ---- shields -----------------------------------------------------------------------------

  int shields() {
    return shields;
  }

  /** From here on only who begins inside of the shield gets through. */
  void raiseShield() {
    shields++;
    placeAll(undelivered);
  }

  void lowerShield() {
    shields--;
    placeAll(held);
  }

  /** From here on a cancel is thrown once, also one that repeats. */
  void pauseRepeats() {
    pauses++;
    placeAll(undelivered);
  }

  void resumeRepeats() {
    pauses--;
    repeat();
  }

  // ---- throwables --------------------------------------------------------------------------

  void inject(Throwable failure) {
    injected.add(failure);
  }

  /**
   * Forgets {@code failure}.
   *
   * @param firstIsUnderWay whether a wait has been left for the first one
   * @return whether it was there, and can be forgotten
   */
  boolean takeBack(Throwable failure, boolean firstIsUnderWay) {
    boolean isUnderWay = firstIsUnderWay && injected.peek() == failure;
    return !isUnderWay && injected.removeIf(one -> one == failure);
  }

  boolean hasInjected() {
    return !injected.isEmpty();
  }

  @Nullable Throwable takeInjected() {
    return injected.poll();
  }

  /** The wait throws nothing of all this: what it took is for the next one. */
  void leaveToNextWait() {
    undelivered.addAll(0, atWait);
    atWait.clear();
    waitLeft = false;
  }

  // ---- after a wait ------------------------------------------------------------------------

  /**
   * What the wait throws instead of its outcome, or null.
   *
   * @param cancelled whether the awaited future throws a CancelledError of its own
   */
  @Nullable Throwable takeAfterWait(boolean cancelled) {
    Throwable failure = injected.poll();
    if (failure != null) {
      if (waitLeft || cancelled) {
        undelivered.addAll(0, atWait); // they came first, but are for the next wait now
        atWait.clear();
      }
    } else if (!cancelled && (waitLeft || !undelivered.isEmpty())) {
      failure = new CancelledError(reasonOf(undelivered.isEmpty() ? atWait : undelivered));
      delivered(undelivered);
    } else if (cancelled) {
      delivered(undelivered);
    }
    delivered(atWait);
    waitLeft = false;
    repeat();
    return failure;
  }

  private static @Nullable String reasonOf(List<Cancel> cancels) {
    return cancels.isEmpty() ? null : cancels.getLast().reason;
  }
}
