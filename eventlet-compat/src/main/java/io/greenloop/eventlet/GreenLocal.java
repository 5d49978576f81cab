package io.greenloop.eventlet;

import io.greenloop.Task;
import io.greenloop.greenlet.Greenlet;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value of its own in each green thread, and in each greenlet (Python: {@code
 * eventlet.corolocal.local}). A value ends with its green thread, or when its greenlet is
 * collected. Any thread.
 *
 * @param <T> the value
 */
public final class GreenLocal<T extends @Nullable Object> {
  private final Map<Greenlet, Slot<T>> slots = Collections.synchronizedMap(new WeakHashMap<>());
  private final Supplier<? extends T> initial;

  private record Slot<T extends @Nullable Object>(T value) {}

  private GreenLocal(Supplier<? extends T> initial) {
    this.initial = initial;
  }

  /** One that is made in each green thread, when that first asks for it. */
  public static <T extends @Nullable Object> GreenLocal<T> withInitial(
      Supplier<? extends T> initial) {
    return new GreenLocal<>(initial);
  }

  /** One that is null at first. */
  public static <T> GreenLocal<@Nullable T> empty() {
    return new GreenLocal<>(() -> null);
  }

  /** The value of the calling green thread. */
  public T get() {
    Slot<T> slot = slots.get(Greenlet.current());
    if (slot != null) {
      return slot.value();
    }
    T value = initial.get();
    set(value);
    return value;
  }

  /** Sets the value of the calling green thread. */
  public void set(T value) {
    Greenlet here = Greenlet.current();
    Task<?> task = Task.currentOrNull();
    if (slots.put(here, new Slot<>(value)) == null && task != null) {
      task.whenDone(ended -> slots.remove(here));
    }
  }

  /** Forgets the value of the calling green thread. */
  public void remove() {
    slots.remove(Greenlet.current());
  }

  /** How many green threads have a value. */
  int size() {
    return slots.size();
  }
}
