package io.greenloop.internal.watch;

import io.greenloop.internal.loop.LoopCore;
import org.jspecify.annotations.Nullable;

/** What the layer above tells of a loop that runs. Called by the watchdog's thread. */
public interface Watched {
  /** The loop. */
  LoopCore core();

  /** Whose code runs, in words: {@code task 'a'}, {@code a callback}. */
  String describe(@Nullable Object owner);

  /** Whether the run waits for something, and nothing is known that will wake the loop. */
  boolean isIdleWithoutReason();

  /** The text for a loop that has been idle without reason for {@code seconds}. */
  String suspicion(long seconds);
}
