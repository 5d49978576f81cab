package io.greenloop.internal.loop;

import static io.greenloop.internal.check.Known.present;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How a sister module gets from the public face of a loop to its core. */
public final class LoopCores {
  private static volatile @Nullable Function<Object, LoopCore> lookup;

  private LoopCores() {}

  /** The face's class says, when it is initialised, how its cores are found. */
  public static void setLookup(Function<Object, LoopCore> coreOfFace) {
    lookup = coreOfFace;
  }

  /** The core of {@code face}. Any thread. */
  public static LoopCore of(Object face) {
    return present(lookup).apply(face);
  }
}
