package io.greenloop.internal.check;

import org.jspecify.annotations.Nullable;

/** Tells the null checker what the surrounding code knows and it cannot see. */
public final class Known {
  private Known() {}

  /** {@code value}, which is not null by an invariant of the caller. Costs nothing at run time. */
  @SuppressWarnings("NullAway")
  public static <T> T present(@Nullable T value) {
    return value;
  }
}
