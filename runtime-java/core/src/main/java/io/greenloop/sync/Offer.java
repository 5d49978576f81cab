package io.greenloop.sync;

import io.greenloop.CancelledError;
import io.greenloop.Task;

/** What a waiting putter brings to a queue. */
final class Offer<T> {
  final T item;

  /** Whether somebody had it already when it should have been withdrawn: the put has happened. */
  boolean taken;

  Offer(T item) {
    this.item = item;
  }

  /**
   * The end of a cancelled wait with this offer: throws the cancel; but if the item is with
   * somebody, this returns, and the same request hits the next wait.
   */
  void endCancelled(CancelledError cancel) {
    Task<?> task = Task.currentOrNull();
    if (!taken || task == null) {
      throw cancel;
    }
    task.uncancel();
    task.cancel(cancel.reason());
  }
}
