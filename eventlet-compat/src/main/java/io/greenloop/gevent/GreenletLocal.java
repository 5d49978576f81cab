package io.greenloop.gevent;

import io.greenloop.Task;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A variable that each greenlet has for itself (Python: {@code gevent.local.local}). Any task
 * counts as a greenlet. A value goes with its greenlet, or with the variable.
 *
 * <p><b>Room:</b> a greenlet; elsewhere the calling thread has a value of its own.
 *
 * @param <T> the value
 */
public final class GreenletLocal<T extends @Nullable Object> {
  private static final Map<GreenletLocal<?>, Boolean> ALL = new WeakHashMap<>();

  private final Supplier<? extends T> initial;
  private final String name;
  private final Map<Object, Value<T>> values = new WeakHashMap<>();

  /** A value, which may be null. */
  private record Value<T extends @Nullable Object>(T value) {}

  private GreenletLocal(String name, Supplier<? extends T> initial) {
    this.name = name;
    this.initial = initial;
    synchronized (ALL) {
      ALL.put(this, true);
    }
  }

  /** A variable that is null at first. */
  public GreenletLocal() {
    this("local", GreenletLocal::none);
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // asked for by whom allows it
  private static <V extends @Nullable Object> V none() {
    return null;
  }

  /** A variable whose first value {@code initial} makes, in each greenlet that asks for it. */
  public static <T extends @Nullable Object> GreenletLocal<T> withInitial(
      Supplier<? extends T> initial) {
    return new GreenletLocal<>("local", initial);
  }

  /** {@link #withInitial(Supplier)} with a name, for {@link GreenletLocals#dump}. */
  public static <T extends @Nullable Object> GreenletLocal<T> named(
      String name, Supplier<? extends T> initial) {
    return new GreenletLocal<>(name, initial);
  }

  private static Object here() {
    Task<?> task = Task.currentOrNull();
    return task != null ? task : Thread.currentThread();
  }

  /** Its value in the calling greenlet. */
  public T get() {
    Object here = here();
    Value<T> present;
    synchronized (values) {
      present = values.get(here);
    }
    if (present != null) {
      return present.value();
    }
    T made = initial.get();
    set(made);
    return made;
  }

  /** Changes it, for the calling greenlet. */
  public void set(T value) {
    Object here = here();
    synchronized (values) {
      values.put(here, new Value<>(value));
    }
  }

  /** Forgets the value of the calling greenlet; the next {@link #get} is as the first. */
  public void remove() {
    Object here = here();
    synchronized (values) {
      values.remove(here);
    }
  }

  /** How many greenlets have a value: for tests and reports. */
  public int size() {
    synchronized (values) {
      return values.size();
    }
  }

  /** A variable with the same first value, and a copy of the caller's present one. */
  public GreenletLocal<T> copy() {
    var copy = new GreenletLocal<T>(name, initial);
    copy.set(get());
    return copy;
  }

  static Map<GreenletLocal<?>, @Nullable Object> allOf(Object owner) {
    Map<GreenletLocal<?>, @Nullable Object> found = new IdentityHashMap<>();
    synchronized (ALL) {
      for (GreenletLocal<?> local : ALL.keySet()) {
        synchronized (local.values) {
          Value<?> value = local.values.get(owner);
          if (value != null) {
            found.put(local, value.value());
          }
        }
      }
    }
    return found;
  }

  @Override
  public String toString() {
    return name;
  }
}
