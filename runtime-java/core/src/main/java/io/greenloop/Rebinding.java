package io.greenloop;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Scoped values with what they were bound to when they were listed, to be bound again in a task.
 */
final class Rebinding {
  private final ScopedValue.@Nullable Carrier carrier; // null: none of them was bound

  private Rebinding(ScopedValue.@Nullable Carrier carrier) {
    this.carrier = carrier;
  }

  static Rebinding of(List<ScopedValue<?>> values) {
    ScopedValue.Carrier carrier = null;
    for (ScopedValue<?> value : values) {
      if (value.isBound()) {
        carrier = bind(carrier, value);
      }
    }
    return new Rebinding(carrier);
  }

  private static <T> ScopedValue.Carrier bind(
      ScopedValue.@Nullable Carrier carrier, ScopedValue<T> value) {
    T bound = value.get();
    return carrier == null ? ScopedValue.where(value, bound) : carrier.where(value, bound);
  }

  <T extends @Nullable Object> Callable<? extends T> around(Callable<? extends T> body) {
    ScopedValue.Carrier bound = carrier;
    if (bound == null) {
      return body;
    }
    return body instanceof TaskBody<? extends T> wantsToKnow
        ? new BoundBody<T>(bound, wantsToKnow)
        : () -> bound.<T, Exception>call(body::call);
  }

  private record BoundBody<T extends @Nullable Object>(
      ScopedValue.Carrier bound, TaskBody<? extends T> body) implements TaskBody<T> {
    @Override
    public T call() throws Exception {
      return bound.<T, Exception>call(body::call);
    }

    @Override
    public void neverRun(Throwable reason) {
      bound.run(() -> body.neverRun(reason));
    }
  }
}
