package io.greenloop.reactor;

import java.io.IOException;
import java.io.UncheckedIOException;

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

  /**
   * One channel cannot be watched any more: the operating system has refused what {@link
   * Reactor#update} was asked for and left to this poll. The engine has forgotten the channel.
   *
   * <p>A sink that does not know this makes the poll fail.
   *
   * @param attachment as above
   * @param cause what the system said
   */
  default void refused(Object attachment, IOException cause) {
    throw new UncheckedIOException(cause);
  }
}
