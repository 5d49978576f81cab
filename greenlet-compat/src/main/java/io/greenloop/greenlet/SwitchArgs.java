package io.greenloop.greenlet;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Positional and named values of one switch (Python: {@code *args, **kwargs}).
 *
 * @param positional the values without a name
 * @param named the values with a name, in the order they were given; read only
 */
public record SwitchArgs(Tuple positional, Map<String, @Nullable Object> named) {
  /** Copies the map. */
  public SwitchArgs {
    named = named.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(named));
  }

  /** Positional values only; add named ones with {@link #and}. */
  public static SwitchArgs of(@Nullable Object... positional) {
    return new SwitchArgs(Tuple.of(positional), Map.of());
  }

  /** Named values only. */
  public static SwitchArgs named(Map<String, ? extends @Nullable Object> named) {
    return new SwitchArgs(Tuple.EMPTY, new LinkedHashMap<>(named));
  }

  /** These and one more named value. */
  public SwitchArgs and(String name, @Nullable Object value) {
    Map<String, @Nullable Object> more = new LinkedHashMap<>(named);
    more.put(name, value);
    return new SwitchArgs(positional, more);
  }

  /** What a switch with these gives to the other side: see the table of {@link Greenlet}. */
  @Nullable Object pack() {
    if (named.isEmpty()) {
      return positional.size() == 1 ? positional.get(0) : positional;
    }
    return positional.isEmpty() ? named : this;
  }
}
