package io.greenloop.coroutine;

import org.jspecify.annotations.Nullable;

/** Carries the value of {@link Generator#returnValue} up to the root of the generator. */
final class ReturnSignal extends Error {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Object value;

  ReturnSignal(@Nullable Object value) {
    super("returnValue outside of a generator's body", null, false, false);
    this.value = value;
  }

  @Nullable Object value() {
    return value;
  }
}
