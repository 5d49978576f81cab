package io.greenloop.internal.loop;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Whose code an action is, where the ready queue does not say. Asked for only when somebody wants
 * to know, which most steps of coroutines never do.
 */
public final class Owners {
  private static volatile Function<Object, @Nullable Object> lookup = action -> null;

  private Owners() {}

  /** Says how the owner of a foreign kind of action is found; null from it means "unknown". */
  public static void setLookup(Function<Object, @Nullable Object> ownerOfAction) {
    lookup = ownerOfAction;
  }

  /** The owner of {@code action}, or itself. */
  static Object of(Object action) {
    Object owner = action instanceof Owned owned ? owned.owner() : lookup.apply(action);
    return owner != null ? owner : action;
  }
}
