package io.greenloop;

/** Throws anything where the compiler knows of nothing: outcomes keep their own type. */
final class Unchecked {
  private Unchecked() {}

  /** Throws {@code thrown}; declared to return so that callers can write {@code throw raise(t)}. */
  static RuntimeException raise(Throwable thrown) {
    return Unchecked.<RuntimeException>sneaky(thrown);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> X sneaky(Throwable thrown) throws X {
    throw (X) thrown;
  }
}
