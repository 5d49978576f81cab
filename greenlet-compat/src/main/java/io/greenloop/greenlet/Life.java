package io.greenloop.greenlet;

import io.greenloop.TaskContext;
import io.greenloop.internal.fiber.Fiber;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The life of a greenlet below its public face: what it consists of, how it begins and ends.
 *
 * <table>
 *   <caption>States</caption>
 *   <tr><td>new</td><td>no stack; {@link #begin} makes one, {@link #dieUnstarted} ends it</td></tr>
 *   <tr><td>active</td><td>runs, or has switched away; a main greenlet always</td></tr>
 *   <tr><td>dead</td><td>for good</td></tr>
 * </table>
 *
 * <p>A superclass and no part of it, because one more object for each greenlet costs. The host
 * changes it; state and extras are open to other threads.
 */
@SuppressWarnings("ReferenceEquality") // identity is meant
abstract sealed class Life permits Greenlet {
  static final int NEW = 0;
  static final int ACTIVE = 1;
  static final int DEAD = 2;

  private static final Object EXTRAS = new Object(); // whose monitor guards that they are made once

  final Tree tree;
  volatile @Nullable Greenlet parent;

  volatile int state;
  @Nullable Object body; // a Body or NamedBody
  @Nullable Fiber fiber;
  private Suspended.@Nullable Entry listed;
  volatile @Nullable Extras extras; // any thread may be the first that needs them

  Life(Tree tree) {
    this.tree = tree;
    if (Safety.DEBUG) {
      extras().createdAt = new Throwable("created here");
    }
  }

  /** Runs its body and forgets it. */
  abstract @Nullable Object runBody(SwitchArgs args) throws Exception;

  // ---- state -------------------------------------------------------------------------------

  final Tree tree() {
    return tree;
  }

  final boolean isMain() {
    return tree.main == this;
  }

  final boolean isNew() {
    return state == NEW;
  }

  final boolean isSuspendedOrCurrent() {
    return state == ACTIVE;
  }

  final Fiber fiber() {
    return Objects.requireNonNull(fiber);
  }

  /** Who goes on when it ends: who closes it, else its parent. */
  final @Nullable Greenlet heir() {
    Extras present = extras;
    Greenlet closing = present == null ? null : present.closer();
    return closing != null ? closing : parent;
  }

  // ---- beginning and end -------------------------------------------------------------------

  /** Makes its stack; what its body starts with comes as what is sent to others does. */
  final void begin() {
    Root root = new Root();
    fiber = Fiber.greenlet(root, root);
    state = ACTIVE;
  }

  /** Takes {@link #begin} back, when the switch there was refused; no-op if it has run before. */
  final void unbegin() {
    if (state == ACTIVE && listed == null && tree.main != this) { // no call: the stack may be full
      fiber = null;
      state = NEW;
    }
  }

  /** It never runs: {@code failure} passes through it. */
  final void dieUnstarted(Throwable failure) {
    state = DEAD;
    body = null;
    boolean exits = failure instanceof GreenletExit;
    Throwable untold = settle(exits ? failure : null, exits ? null : failure);
    if (untold != null) {
      failure.addSuppressed(untold);
    }
  }

  /** Gives why its future could not be told, as if its loop was closed and its host runs on. */
  private @Nullable Throwable settle(@Nullable Object result, @Nullable Throwable failure) {
    Extras present = extras;
    try {
      if (present != null) {
        present.settle(result, failure);
      }
      return null;
    } catch (Throwable untold) { // whoever ends has to go on to its parent
      return untold;
    }
  }

  /** The bottom of its stack. */
  private final class Root implements Runnable {
    @Override
    public void run() {
      Greenlet self = (Greenlet) Life.this;
      Object result = null;
      boolean begun = false;
      boolean exited = false;
      Throwable failure = null;
      try {
        SwitchArgs args = (SwitchArgs) Objects.requireNonNull(tree.arrive());
        begun = true;
        result = runBody(args);
      } catch (GreenletExit exit) {
        result = exit;
        exited = true;
      } catch (Throwable uncaught) {
        failure = uncaught;
      }
      body = null;
      state = DEAD;
      if (!begun) {
        fiber = null; // as one that dies without a stack
      }
      Throwable untold = settle(result, failure);
      if (failure == null) {
        failure = untold;
      } else if (untold != null) {
        failure.addSuppressed(untold);
      }
      tree.finish(self, result, failure, exited ? Tree.NOTHING : null);
    }

    @Override
    public String toString() {
      return Texts.inWords((Greenlet) Life.this);
    }
  }

  // ---- what most do without ----------------------------------------------------------------

  final Extras extras() {
    Extras present = extras;
    if (present == null) {
      synchronized (EXTRAS) {
        present = extras;
        if (present == null) {
          present = new Extras();
          extras = present;
        }
      }
    }
    return present;
  }

  final @Nullable TaskContext ownContext() {
    Extras present = extras;
    return present == null ? null : present.context;
  }

  final @Nullable Throwable createdAt() {
    Extras present = extras;
    return present == null ? null : present.createdAt;
  }

  final Map<GreenletLocal<?>, Object> locals() {
    return extras().locals();
  }

  // ---- the list of those that have switched away -------------------------------------------

  final boolean isListed() {
    return listed != null;
  }

  final void setListed(Suspended.Entry entry) {
    listed = entry;
  }

  /** It has ended. */
  final void unlist() {
    Suspended.Entry entry = listed;
    if (entry != null) {
      entry.remove();
      listed = null;
    }
  }
}
