package io.greenloop.internal.loop;

import java.io.IOException;

/**
 * Who is told that a channel is ready. Called on the bare carrier: code of ours that queues
 * something, never user code (L5), and must not throw.
 */
public interface ReadyListener {
  /**
   * The channel is ready, or may be. Called again by every poll that finds it so, until the
   * listener is taken back.
   */
  void ready();

  /** The channel was closed or cannot be watched; the listener has been taken back. */
  void failed(IOException cause);
}
