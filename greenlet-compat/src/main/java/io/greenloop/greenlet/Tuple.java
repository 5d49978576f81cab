package io.greenloop.greenlet;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Several values passed at once: an immutable list that may hold nulls (Python: {@code tuple}). It
 * equals any list with the same elements.
 */
public final class Tuple extends AbstractList<@Nullable Object> implements RandomAccess {
  /** No values: what a switch without arguments gives. */
  public static final Tuple EMPTY = new Tuple(new Object[0]);

  private final @Nullable Object[] elements;

  private Tuple(@Nullable Object[] elements) {
    this.elements = elements;
  }

  /** The given values; a copy. */
  public static Tuple of(@Nullable Object... elements) {
    return elements.length == 0 ? EMPTY : new Tuple(elements.clone());
  }

  /** The elements of {@code list}; a copy. */
  public static Tuple copyOf(List<? extends @Nullable Object> list) {
    return list instanceof Tuple tuple ? tuple : of(list.toArray());
  }

  @Override
  public @Nullable Object get(int index) {
    return elements[index];
  }

  @Override
  public int size() {
    return elements.length;
  }

  /** A copy of the elements. */
  @Nullable Object[] spread() {
    return elements.clone();
  }

  /** As Python writes it: {@code (1, 2)}, {@code (1,)}, {@code ()}. */
  @Override
  public String toString() {
    String inside = Arrays.stream(elements).map(String::valueOf).collect(Collectors.joining(", "));
    return elements.length == 1 ? "(" + inside + ",)" : "(" + inside + ")";
  }
}
