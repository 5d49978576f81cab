package io.greenloop.internal.vm;

import org.jspecify.annotations.Nullable;

/**
 * On whose behalf a thread runs, in portable mode only.
 *
 * <p>In full mode the carrier tells which loop runs a line. In portable mode the carrier belongs to
 * the JDK, so each thread that holds a loop's baton carries the identity of its strand here. A twin
 * of a coroutine takes over the identity of whoever resumes it.
 */
public final class HostIdentity {
  private static final ThreadLocal<@Nullable Object> CURRENT = new ThreadLocal<>();

  private HostIdentity() {}

  /** The identity of the calling thread, or null. */
  public static @Nullable Object get() {
    return CURRENT.get();
  }

  /** Sets the identity of the calling thread; null removes it. */
  public static void set(@Nullable Object identity) {
    if (identity == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(identity);
    }
  }
}
