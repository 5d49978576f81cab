package io.greenloop;

import org.jspecify.annotations.Nullable;

/**
 * A future that code outside of the loop completes. As long as it is pending the loop knows that it
 * may be woken: a virtual clock does not jump, and there is no proof of a dead-lock. Once it is
 * settled, also by a cancel, nobody waits for the outside any more.
 *
 * <p>Loop room, or setup.
 */
abstract class OutsideFuture<T extends @Nullable Object> extends LoopFuture<T> {
  OutsideFuture(EventLoop loop) {
    super(loop);
    loop.core().outsideJobs(+1);
  }

  @Override
  final void onSettled() {
    loop().core().outsideJobs(-1);
  }

  /** The outside has refused it: nobody has got this future yet, and nobody will. */
  final void giveUp() {
    tryCancel(new Failure("refused"));
  }
}
