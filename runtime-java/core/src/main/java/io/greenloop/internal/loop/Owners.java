package io.greenloop.internal.loop;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Whose code an action is, where the ready queue does not say. Asked for only when somebody wants
 * to know, which most steps of coroutines never do.
 */
public final class Owners {
  private static volatile Function<Object, @Nullable Object> lookup = action -> null;
  private static volatile Rejecting dropped = action -> {};

  private Owners() {}

  /**
   * Says how the owner of a foreign kind of action is found; null from it means "unknown".
   *
   * @param onClose gets what a closed loop drops and its owner does not want back; its own kinds of
   *     action end there, all others are nothing to it
   */
  public static void setLookup(
      Function<Object, @Nullable Object> ownerOfAction, Rejecting onClose) {
    lookup = ownerOfAction;
    dropped = onClose;
  }

  /** A closed loop will not run {@code action}: some owners want it back. */
  static void dropped(Runnable action, @Nullable Object owner) {
    (owner instanceof Rejecting wantsIt ? wantsIt : dropped).rejected(action);
  }

  /** The owner of {@code action}, or itself. */
  static Object of(Object action) {
    Object owner = action instanceof Owned owned ? owned.owner() : lookup.apply(action);
    return owner != null ? owner : action;
  }
}
