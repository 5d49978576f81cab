package io.greenloop.internal.loop;

import org.jspecify.annotations.Nullable;

/** What the loop asks of the layer above it. All run on the hub, but for what is marked. */
public interface LoopHooks {
  /**
   * An entry threw.
   *
   * @return true if the throwable is fatal: it leaves the run
   */
  boolean failed(Throwable thrown, Object action, @Nullable Object owner);

  /** An entry, or one step of it, ran for {@code nanos}: longer than asked to be reported. */
  void slow(long nanos, Object action, @Nullable Object owner);

  /**
   * Carrier or hub: a step of {@code owner} ran for {@code nanos}; asked only while {@link
   * LoopCore#countTime} says so.
   *
   * @return true to ask for {@link #overBudget}
   */
  boolean ran(long nanos, Object owner);

  /** The steps of {@code owner} have run for longer than they may. */
  void overBudget(Object owner);

  /** Nothing is ready, no timer is set, and nothing outside is known to wake this loop. */
  void nothingCanWakeUs();

  /** Carrier: a strand of this owner parked in foreign code; true asks for {@link #interrupt}. */
  boolean wantsInterrupt(Object owner);

  /** The owner's strand shall be interrupted. */
  void interrupt(Object owner);
}
