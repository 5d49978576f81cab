package io.greenloop;

import java.util.List;

/** Waiting for something without touching it: neither its outcome nor a cancel goes through. */
final class Quietly {
  private Quietly() {}

  /** Parks until {@code future} is done; a cancel of the waiter ends the wait, not the future. */
  static void untilDone(LoopFuture<?> future) {
    if (future.isDone()) {
      return;
    }
    var done = new Signal(future.loop(), future::describe, List.of(future));
    Runnable wake = () -> done.trySucceed(null);
    future.addWaiter(wake, null);
    try {
      done.join();
    } finally {
      future.removeWaiter(wake);
    }
  }

  /** Cancels {@code future} and parks until it is done. */
  static void cancelAndWait(LoopFuture<?> future) {
    future.cancel();
    untilDone(future);
  }
}
