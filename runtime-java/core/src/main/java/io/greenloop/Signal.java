package io.greenloop;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A future that only code of its loop completes: the wait of one of our own primitives. */
final class Signal extends LoopFuture<@Nullable Void> {
  private final String what;
  private final Collection<? extends Awaitable<?>> sources;

  /**
   * @param what what its waiter waits for, in reports
   */
  Signal(EventLoop loop, String what) {
    this(loop, what, List.of());
  }

  /** A signal that comes when one of {@code sources} is done. */
  Signal(EventLoop loop, String what, Collection<? extends Awaitable<?>> sources) {
    super(loop);
    this.what = what;
    this.sources = sources;
  }

  @Override
  boolean isLoopOnly() {
    return sources.stream().allMatch(s -> s.asFuture().isLoopOnly());
  }

  @Override
  String describe() {
    return what;
  }
}
