package io.greenloop.eventlet;

/** Throws anything where the compiler knows of nothing: errors keep their own type. */
final class Sneaky {
  private Sneaky() {}

  static RuntimeException raise(Throwable thrown) {
    return Sneaky.<RuntimeException>cast(thrown);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> X cast(Throwable thrown) throws X {
    throw (X) thrown;
  }
}
