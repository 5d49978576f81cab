package io.greenloop.internal.vm;

import org.jspecify.annotations.Nullable;

/**
 * The context variables of a thread for code that runs on no loop.
 *
 * <p>In portable mode they travel with the right to run, as {@link HostIdentity} does: a twin of a
 * coroutine works with those of whoever resumes it.
 */
public final class ThreadContext {
  private static final ThreadLocal<@Nullable Object> CURRENT = new ThreadLocal<>();

  private ThreadContext() {}

  /** That of the calling thread, or null. */
  public static @Nullable Object get() {
    return CURRENT.get();
  }

  /** Sets that of the calling thread; null removes it. */
  public static void set(@Nullable Object context) {
    if (context == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(context);
    }
  }
}
