package io.greenloop.testing.network;

/** What the engine asks a channel. */
interface SimulatedChannel {
  /** The operations that can be done now, as the sum of the constants of {@code Reactor}. */
  int readyOps();
}
