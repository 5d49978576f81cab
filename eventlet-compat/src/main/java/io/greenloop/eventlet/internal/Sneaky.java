package io.greenloop.eventlet.internal;

/** Throws anything where the compiler knows of nothing: errors keep their own type. */
public final class Sneaky {
  private Sneaky() {}

  /** Throws {@code thrown} itself; the declared result is for {@code throw raise(…)}. */
  public static RuntimeException raise(Throwable thrown) {
    return Sneaky.<RuntimeException>cast(thrown);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> X cast(Throwable thrown) throws X {
    throw (X) thrown;
  }
}
