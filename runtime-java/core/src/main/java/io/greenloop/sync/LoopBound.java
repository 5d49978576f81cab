package io.greenloop.sync;

import io.greenloop.EventLoop;
import org.jspecify.annotations.Nullable;

/** Made anywhere, used on the loop of the first use that waits. */
abstract class LoopBound {
  private @Nullable EventLoop loop;

  LoopBound() {}

  /** The room check of every operation; free as long as nobody has waited. */
  final void enter(String operation) {
    EventLoop bound = loop;
    if (bound != null) {
      bound.checkRoom(operation);
    }
  }

  /** Before a wait. */
  final void bind() {
    if (loop == null) {
      loop = EventLoop.current();
    }
  }

  /** {@code lock@1f2e3d}: which one, in errors and reports. */
  final String identity() {
    String kind = getClass().getSimpleName();
    return Character.toLowerCase(kind.charAt(0))
        + kind.substring(1)
        + "@"
        + Integer.toHexString(System.identityHashCode(this));
  }
}
