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
 *   <tr><td>undelivered</td><td>the next wait takes it, or the end of the body</td></tr>
 *   <tr><td>at the wait</td><td>given to the present wait, which is about to end by it</td></tr>
 *   <tr><td>gone</td><td>thrown, or withdrawn by who asked</td></tr>
 * </table>
 *
 * <p>Undelivered cancels go together: one error for all, with the reason of the last.
 *
 * <p>Loop room.
 */
final class PendingRequests {
  private record Cancel(@Nullable Object owner, @Nullable String reason) {}

  private final List<Cancel> undelivered = new ArrayList<>(1);
  private final List<Cancel> atWait = new ArrayList<>(1);
  private final ArrayDeque<Throwable> injected = new ArrayDeque<>(1);
  private boolean waitLeft; // for a cancel: the wait has no outcome of its own

  /** Whether there is nothing left to remember. */
  boolean isEmpty() {
    return undelivered.isEmpty() && atWait.isEmpty() && injected.isEmpty();
  }

  // ---- cancels -----------------------------------------------------------------------------

  /**
   * @param owner who takes the request back when it leaves, if it is undelivered then; or null
   */
  void addCancel(@Nullable Object owner, @Nullable String reason) {
    undelivered.add(new Cancel(owner, reason));
  }

  /** How many cancels have reached no wait. */
  int undelivered() {
    return undelivered.size();
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
    undelivered.removeIf(cancel -> cancel.owner == owner);
  }

  void withdrawAll() {
    undelivered.clear();
  }

  // ---- throwables --------------------------------------------------------------------------

  void inject(Throwable failure) {
    injected.add(failure);
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
      }
    } else if (!cancelled && (waitLeft || !undelivered.isEmpty())) {
      failure = new CancelledError(reasonOf(undelivered.isEmpty() ? atWait : undelivered));
      undelivered.clear();
    } else if (cancelled) {
      undelivered.clear();
    }
    atWait.clear();
    waitLeft = false;
    return failure;
  }

  private static @Nullable String reasonOf(List<Cancel> cancels) {
    return cancels.isEmpty() ? null : cancels.getLast().reason;
  }
}
