package io.greenloop.coroutine;

import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;

/**
 * Reports a generator or coroutine that was started, not finished, and can no longer be reached.
 *
 * <p>CPython closes such a generator; here its {@code finally} blocks never run, because no thread
 * could run them where they belong. It must not reach the handle, nor the suspended stack, which
 * may reach the handle.
 */
final class Leak implements Runnable {
  private static final boolean DEBUG = Boolean.getBoolean("greenloop.debug");

  private final String what;
  private final @Nullable Throwable createdAt;
  private volatile boolean finished;
  private Cleaner.@Nullable Cleanable watch;

  private Leak(String what, @Nullable Throwable createdAt) {
    this.what = what;
    this.createdAt = createdAt;
  }

  private static final class Lazy {
    static final Cleaner CLEANER = Cleaner.create();
  }

  /** Starts to watch {@code handle}; what drives it must be held by it alone. */
  static Leak watch(Object handle, Drive drive) {
    Leak leak = new Leak(drive.toString(), drive.createdAt);
    leak.watch = Lazy.CLEANER.register(handle, leak);
    return leak;
  }

  /** Where the caller creates something, in debug mode. */
  static @Nullable Throwable creationSite() {
    return DEBUG ? new Throwable("created here") : null;
  }

  /** The body ended: nothing to report. */
  void finished() {
    finished = true;
    Cleaner.Cleanable cleanable = watch;
    if (cleanable != null) {
      cleanable.clean();
    }
  }

  @Override
  public void run() {
    if (!finished) {
      System.getLogger("io.greenloop").log(System.Logger.Level.WARNING, text(), createdAt);
    }
  }

  private String text() {
    return what
        + " was dropped while suspended, its finally blocks never run;"
        + " close it, best by try-with-resources"
        + (createdAt == null
            ? " (run with -Dgreenloop.debug=true to see where it was created)"
            : "");
  }
}
