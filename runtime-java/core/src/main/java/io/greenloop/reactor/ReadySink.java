package io.greenloop.reactor;

/** Receives what a {@link Reactor#poll} found. */
@FunctionalInterface
public interface ReadySink {
  /**
   * One channel is ready.
   *
   * @param attachment what {@link Reactor#update} was given for the channel
   * @param readyOps the operations that are ready, of those it was registered for; all of them
   *     after an error, so that each waiter tries its call and learns of it
   */
  void ready(Object attachment, int readyOps);
}
