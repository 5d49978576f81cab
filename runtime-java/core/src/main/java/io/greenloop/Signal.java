package io.greenloop;

import org.jspecify.annotations.Nullable;

/** A future that only code of its loop completes: the wait of one of our own primitives. */
final class Signal extends LoopFuture<@Nullable Void> {
  private final String what;

  /**
   * @param what what its waiter waits for, in reports
   */
  Signal(EventLoop loop, String what) {
    super(loop);
    this.what = what;
  }

  @Override
  boolean isLoopOnly() {
    return true;
  }

  @Override
  String describe() {
    return what;
  }
}
