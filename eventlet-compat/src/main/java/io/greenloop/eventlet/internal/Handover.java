package io.greenloop.eventlet.internal;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * What a thread makes for a caller who may give up meanwhile: then nobody else would close it.
 *
 * @param <T> what is made
 */
public final class Handover<T extends AutoCloseable> {
  private @Nullable T made;
  private boolean givenUp;

  private Handover() {}

  /**
   * What {@code maker} makes on one of {@code threads}; closed if the caller was thrown out of its
   * wait.
   */
  public static <T extends AutoCloseable> T from(
      GreenBytes.Threads threads, Callable<? extends T> maker) {
    var handover = new Handover<T>();
    try {
      return threads.<T>call(() -> handover.arrived(maker.call()));
    } catch (Throwable thrown) {
      handover.giveUp(thrown);
      throw Sneaky.raise(thrown);
    }
  }

  private T arrived(T value) throws Exception {
    boolean late;
    synchronized (this) {
      made = value;
      late = givenUp;
    }
    if (late) {
      value.close();
    }
    return value;
  }

  private void giveUp(Throwable reason) {
    T present;
    synchronized (this) {
      givenUp = true;
      present = made;
    }
    if (present != null) {
      try {
        present.close();
      } catch (Exception failed) {
        reason.addSuppressed(failed);
      }
    }
  }
}
