package io.greenloop.net;

import io.greenloop.Aio;
import io.greenloop.internal.loop.LoopCore;
import java.io.IOException;
import java.net.BindException;

/** Takes an address that a socket of this loop may just have let go of. */
@FunctionalInterface
interface Binding {
  /** Binds, or throws. */
  void bind() throws IOException;

  /**
   * Binds; if the address is taken, and a closed socket of this loop is on its way out, a task
   * waits for that and tries again.
   */
  static void to(LoopCore core, Binding binding) throws IOException {
    try {
      binding.bind();
    } catch (BindException taken) {
      if (!core.poller().isReleasing() || Aio.currentTask().isEmpty()) {
        throw taken;
      }
      do {
        Aio.yieldNow();
      } while (core.poller().isReleasing());
      binding.bind();
    }
  }
}
