package io.greenloop.greenlet;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A variable with a value per greenlet. (A {@link ThreadLocal} is shared by the greenlets of a
 * host.) A value goes with its greenlet; the variable keeps none alive.
 *
 * <p><b>Room:</b> any host; each call is about {@link Greenlet#current}.
 *
 * @param <T> the value
 */
public final class GreenletLocal<T extends @Nullable Object> {
  private static final Object NULL = new Object();

  private final Supplier<? extends T> initial;

  private GreenletLocal(Supplier<? extends T> initial) {
    this.initial = initial;
  }

  /** A variable that is null until it is set. */
  public static <T> GreenletLocal<@Nullable T> create() {
    return new GreenletLocal<>(() -> null);
  }

  /** A variable whose first reading in a greenlet calls {@code initial}. */
  public static <T extends @Nullable Object> GreenletLocal<T> withInitial(
      Supplier<? extends T> initial) {
    return new GreenletLocal<>(initial);
  }

  /** The value of the current greenlet. */
  @SuppressWarnings({"unchecked", "NullAway", "ReferenceEquality"}) // what was set is a T
  public T get() {
    Object value = Greenlet.current().locals().get(this);
    if (value == null) {
      T first = initial.get();
      set(first);
      return first;
    }
    return value == NULL ? null : (T) value;
  }

  /** Changes the value of the current greenlet. */
  public void set(T value) {
    Greenlet.current().locals().put(this, value == null ? NULL : value);
  }

  /** Lets go of the value of the current greenlet. */
  public void remove() {
    Greenlet.current().locals().remove(this);
  }
}
