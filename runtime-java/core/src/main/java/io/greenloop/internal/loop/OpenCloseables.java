package io.greenloop.internal.loop;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What was started on a loop and shall be closed at its shutdown, held weakly: a suspended
 * generator that nobody refers to is a leak, and must be found as one. Room: loop.
 */
public final class OpenCloseables {
  private static final int FIRST_SWEEP = 16;

  private final List<WeakReference<AutoCloseable>> open = new ArrayList<>();
  private int sweepAt = FIRST_SWEEP;

  /**
   * Adds one; clear the reference when it has ended (any thread). Ended ones are swept out each
   * time the list has doubled, so an add costs a constant on average.
   */
  public WeakReference<AutoCloseable> add(AutoCloseable closeable) {
    if (open.size() >= sweepAt) {
      open.removeIf(reference -> reference.get() == null);
      sweepAt = Math.max(FIRST_SWEEP, 2 * open.size());
    }
    var reference = new WeakReference<>(closeable);
    open.add(reference);
    return reference;
  }

  /** Closes all that are still there, newest first; what a close throws goes to {@code failed}. */
  public void closeAll(Consumer<Throwable> failed) {
    while (!open.isEmpty()) {
      AutoCloseable closeable = open.removeLast().get();
      if (closeable != null) {
        try {
          closeable.close();
        } catch (Throwable error) {
          failed.accept(error);
        }
      }
    }
  }
}
