package io.greenloop;

import io.greenloop.internal.loop.Strand;
import org.jspecify.annotations.Nullable;

/** A task that parks in a {@link WaitQueue}. */
final class ParkedTask<T extends @Nullable Object> extends Waiter<T> {
  private final EventLoop loop;
  private final Strand strand;

  ParkedTask(EventLoop loop, Strand strand) {
    this.loop = loop;
    this.strand = strand;
  }

  @Override
  protected void onServed(T value) {
    loop.core().ready(strand, null);
  }

  @Override
  protected void onFailed(Throwable failure) {
    loop.core().ready(strand, null);
  }
}
