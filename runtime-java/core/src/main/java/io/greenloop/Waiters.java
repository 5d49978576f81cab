package io.greenloop;

import io.greenloop.internal.loop.LoopCore;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a future, in the order of arrival: pairs of action and owner. The first one costs
 * no allocation, and most futures never have a second.
 */
final class Waiters {
  private @Nullable Object firstAction;
  private @Nullable Object firstOwner;
  private @Nullable ArrayList<@Nullable Object> others; // action, owner, action, owner

  void add(Object action, @Nullable Object owner) {
    if (firstAction == null && others == null) {
      firstAction = action;
      firstOwner = owner;
      return;
    }
    if (others == null) {
      others = new ArrayList<>(4);
    }
    others.add(action);
    others.add(owner);
  }

  boolean remove(Object action) {
    if (firstAction == action) {
      firstAction = null;
      firstOwner = null;
      return true;
    }
    for (int i = 0; others != null && i < others.size(); i += 2) {
      if (others.get(i) == action) {
        others.subList(i, i + 2).clear();
        return true;
      }
    }
    return false;
  }

  /** Takes back the first one of class {@code kind}, or gives null. */
  <A> @Nullable A take(Class<A> kind) {
    Object found = kind.isInstance(firstAction) ? firstAction : null;
    for (int i = 0; found == null && others != null && i < others.size(); i += 2) {
      found = kind.isInstance(others.get(i)) ? others.get(i) : null;
    }
    if (found == null) {
      return null;
    }
    remove(found);
    return kind.cast(found);
  }

  /** Queues everybody and forgets them. */
  void queueAll(LoopCore core) {
    if (firstAction != null) {
      core.ready(firstAction, firstOwner);
      firstAction = null;
      firstOwner = null;
    }
    if (others != null) {
      for (int i = 0; i < others.size(); i += 2) {
        core.ready(others.get(i), others.get(i + 1));
      }
      others = null;
    }
  }
}
