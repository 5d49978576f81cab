package io.greenloop.internal.loop;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How reports get from a task to the strand it runs on. */
public final class Strands {
  private static volatile Function<Object, @Nullable Strand> lookup = task -> null;

  private Strands() {}

  /** The class of tasks says, when it is initialised, how their strands are found. */
  public static void setLookup(Function<Object, @Nullable Strand> strandOfTask) {
    lookup = strandOfTask;
  }

  /** The strand of {@code task}; null if it runs on none of its own. Any thread. */
  public static @Nullable Strand of(Object task) {
    return lookup.apply(task);
  }
}
