package io.greenloop.greenlet;

import org.jspecify.annotations.Nullable;

/**
 * A lock that a greenlet owns, not the thread it shares with others. Its owner may take it again,
 * and may switch away with it. Nobody waits for it: who could release it does not run meanwhile.
 *
 * <p><b>Room:</b> the greenlets of one host. For tasks there is {@code io.greenloop.sync.Lock}.
 */
@SuppressWarnings("ReferenceEquality") // identity is meant
public final class GreenLock {
  private @Nullable Greenlet owner;
  private int holds;

  /** A lock that nobody owns. */
  public GreenLock() {}

  /** Takes it for the current greenlet, unless another one owns it; returns whether it did. */
  public boolean tryLock() {
    Greenlet me = Greenlet.current();
    Greenlet present = owner;
    if (present != null && present != me && !present.isDead()) {
      return false;
    }
    holds = present == me ? holds + 1 : 1;
    owner = me;
    return true;
  }

  /**
   * Takes it for the current greenlet.
   *
   * @throws IllegalStateException if another one owns it: a wait would never end
   */
  public void lock() {
    if (!tryLock()) {
      throw new IllegalStateException(
          "lock: " + owner + " owns this lock; switch to it until it unlocks, or ask tryLock");
    }
  }

  /**
   * Lets go of it, once for each time it was taken.
   *
   * @throws IllegalStateException if the current greenlet does not own it
   */
  public void unlock() {
    Greenlet me = Greenlet.current();
    if (owner != me) {
      throw new IllegalStateException(
          "unlock: "
              + me
              + " does not own this lock; "
              + (owner == null ? "nobody" : owner)
              + " does");
    }
    if (--holds == 0) {
      owner = null;
    }
  }

  /** Who owns it, or null. One that has ended without letting go owns nothing. */
  public @Nullable Greenlet owner() {
    Greenlet present = owner;
    return present == null || present.isDead() ? null : present;
  }
}
