package io.greenloop.net;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One read of a stream, tried until enough has arrived. Loop room.
 *
 * @param <T> what it takes out of the stream
 */
interface Reading<T> {
  /**
   * Takes what it wants if that is there; tries to receive what is missing.
   *
   * @return null if it must wait for more
   */
  @Nullable T attempt() throws IOException;

  /** Puts back what its reader could not use any more. */
  void giveBack(T taken);

  /** Puts back what the failure took that its reader could not be told of any more. */
  default void giveBackFailed() {}
}
