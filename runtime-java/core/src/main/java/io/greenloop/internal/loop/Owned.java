package io.greenloop.internal.loop;

import org.jspecify.annotations.Nullable;

/** An action that knows its owner, so that the ready queue need not store it. */
public interface Owned {
  /** The task whose code this action runs, or null. */
  @Nullable Object owner();
}
