package io.greenloop.netty;

import io.greenloop.EventLoop;
import io.greenloop.internal.loop.OpenLoops;

/** Looks at a loop from another thread. */
final class LoopAsleep {
  private LoopAsleep() {}

  static boolean is(EventLoop loop) {
    return OpenLoops.snapshot().stream().anyMatch(core -> core.face() == loop && core.isAsleep());
  }
}
