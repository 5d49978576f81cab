package io.greenloop.reactor;

import java.io.IOException;
import java.util.Optional;

/**
 * One kind of engine, found by {@link java.util.ServiceLoader}.
 *
 * <p><b>Room:</b> any thread.
 */
public interface ReactorProvider {
  /** The name to select it by, as in {@code -Dgreenloop.engine=nio}. */
  String name();

  /**
   * The available engine with the highest priority runs when none is named; the portable one has 0,
   * so that one with less runs only where it is named.
   */
  int priority();

  /**
   * Why this engine cannot run here, in a few words; empty if it can. Asked once per loop, so it is
   * to be cheap.
   */
  Optional<String> unavailableBecause();

  /** A new engine for one loop. */
  Reactor open() throws IOException;
}
