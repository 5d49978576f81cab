package io.greenloop;

import java.util.Collection;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A future that only code of its loop completes: the wait of one of our own primitives. */
final class Signal extends LoopFuture<@Nullable Void> {
  private final Supplier<String> what;
  private final Collection<? extends Awaitable<?>> sources;

  /**
   * @param what what its waiter waits for, in reports; read whenever somebody asks
   * @param sources what has to be done first: all, or one of them; read whenever somebody asks
   */
  Signal(EventLoop loop, Supplier<String> what, Collection<? extends Awaitable<?>> sources) {
    super(loop);
    this.what = what;
    this.sources = sources;
  }

  @Override
  Collection<? extends Awaitable<?>> sources() {
    return sources;
  }

  @Override
  boolean isLoopOnly() {
    return sources.stream().allMatch(s -> s.asFuture().isLoopOnly());
  }

  @Override
  String describe() {
    return what.get();
  }
}
