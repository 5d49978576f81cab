package io.greenloop.net;

import io.greenloop.internal.loop.Entries;

/** Throws anything where the compiler knows of nothing: what user code threw keeps its type. */
final class Thrown {
  private Thrown() {}

  /** Throws {@code thrown}; declared to return so that callers can write {@code throw again(t)}. */
  static RuntimeException again(Throwable thrown) {
    return Thrown.<RuntimeException>sneaky(thrown);
  }

  /** Throws {@code thrown} if it ends the run. */
  static void ifFatal(Throwable thrown) {
    if (Entries.isFatal(thrown)) {
      throw again(thrown);
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> X sneaky(Throwable thrown) throws X {
    throw (X) thrown;
  }
}
