package io.greenloop.net;

import io.greenloop.WaitQueue;
import io.greenloop.Waiter;
import io.greenloop.internal.loop.LoopCore;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Whether a stream or an end of a pipe is over, what it was lost by, and who waits for that. */
final class Ending {
  private final LoopCore loop;
  private final String name;
  private final WaitQueue<@Nullable Void, @Nullable Void> waiters;
  private boolean over;
  private @Nullable IOException lostBy;

  Ending(LoopCore loop, String name) {
    this.loop = loop;
    this.name = name;
    waiters = new WaitQueue<>(new Awaited("the end of ", name), (nothing, none) -> {});
  }

  boolean isOver() {
    return over;
  }

  /** Parks the calling task until it is over; throws what it was lost by. */
  void await() throws IOException {
    Sockets.checkRoom(loop, "awaitClosed", name);
    if (!over) {
      waiters.park("awaitClosed", null);
    }
    if (lostBy != null) {
      throw lostBy;
    }
  }

  /** Serves {@code waiter} when it is over, however that came. */
  void await(Waiter<@Nullable Void> waiter) {
    Sockets.checkRoom(loop, "awaitClosed", name);
    waiters.add(waiter, null);
    if (over) {
      waiters.serveAll(null);
    }
  }

  /**
   * It is over: serves who waits. Once.
   *
   * @param cause what it was lost by, if it was
   */
  void come(@Nullable IOException cause) {
    over = true;
    lostBy = cause;
    waiters.serveAll(null);
  }
}
