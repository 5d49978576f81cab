package io.greenloop.internal.loop;

import static io.greenloop.internal.check.Known.present;

import org.jspecify.annotations.Nullable;

/** What the packages above the loop need of its callbacks. */
public final class Entries {
  /** The layer that knows what a callback is. */
  public interface Layer {
    /**
     * An entry of the loop {@code face}, which is its own owner and may be queued again after it
     * has run.
     *
     * @param context the context that {@code body} runs in
     */
    Runnable reusable(Object face, Object context, Runnable body);

    /** Whether {@code thrown} ends the run instead of being reported. */
    boolean isFatal(Throwable thrown);

    /** See {@link Entries#report}. */
    void report(Object face, String message, Throwable thrown);
  }

  private static volatile @Nullable Layer layer;

  private Entries() {}

  /** Said once, when the class of the loop's face is initialised. */
  public static void setLayer(Layer above) {
    layer = above;
  }

  /** See {@link Layer#reusable}. Loop or setup. */
  public static Runnable reusable(Object face, Object context, Runnable body) {
    return present(layer).reusable(face, context, body);
  }

  /**
   * What user code has thrown where no caller can be told goes to the exception handler of the loop
   * {@code face}; what is fatal is thrown on, so callers leave nothing half done before. Loop.
   */
  public static void report(Object face, String message, Throwable thrown) {
    present(layer).report(face, message, thrown);
  }

  /** See {@link Layer#isFatal}. Any thread. */
  public static boolean isFatal(Throwable thrown) {
    return present(layer).isFatal(thrown);
  }
}
