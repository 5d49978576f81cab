package io.greenloop;

import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A variable with a value per context (Python: {@code contextvars.ContextVar}). A task starts with
 * a copy of its creator's context, so what it sets is invisible outside; a callback runs in a copy
 * of the context that registered it. Off the loop each thread has a context of its own. A greenlet
 * has one of its own, which is empty at its start.
 *
 * @param <T> the value
 */
public final class ContextVar<T> {
  private final String name;
  private final @Nullable T defaultValue;

  private ContextVar(String name, @Nullable T defaultValue) {
    this.name = name;
    this.defaultValue = defaultValue;
  }

  /** A variable without a default: {@link #get} fails where nobody has set it. */
  public static <T> ContextVar<T> create(String name) {
    return new ContextVar<>(name, null);
  }

  /** A variable with a default. */
  public static <T> ContextVar<T> create(String name, T defaultValue) {
    return new ContextVar<>(name, defaultValue);
  }

  /** The name given at creation; for reports only. */
  public String name() {
    return name;
  }

  /**
   * The value in the current context, else the default.
   *
   * @throws NoSuchElementException if there is neither
   */
  public T get() {
    T value = getOrNull();
    if (value == null) {
      throw new NoSuchElementException(
          "ContextVar '" + name + "' has no value here and no default; set it first");
    }
    return value;
  }

  /** The value in the current context, else the default, else null. */
  @SuppressWarnings("unchecked")
  public @Nullable T getOrNull() {
    T value = (T) TaskContext.currentValues().get(this);
    return value != null ? value : defaultValue;
  }

  /**
   * Sets the value in the current context.
   *
   * @return what was set before in this context; give it to {@link #set} to restore it, or null
   */
  @SuppressWarnings("unchecked")
  public @Nullable T set(@Nullable T value) {
    return (T) TaskContext.current().put(this, value);
  }

  @Override
  public String toString() {
    return "ContextVar '" + name + "'";
  }
}
