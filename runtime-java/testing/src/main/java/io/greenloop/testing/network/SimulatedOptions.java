package io.greenloop.testing.network;

import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The options of a channel: kept, and but for the linger time without an effect. */
final class SimulatedOptions {
  private final Map<SocketOption<?>, Object> values = new HashMap<>();

  <T> void set(SocketOption<T> name, T value) {
    values.put(name, name.type().cast(value));
  }

  <T> @Nullable T get(SocketOption<T> name) {
    return name.type().cast(values.get(name));
  }

  /** Whether a close ends the connection at once. */
  boolean lingersNot() {
    return Integer.valueOf(0).equals(values.get(StandardSocketOptions.SO_LINGER));
  }
}
