package io.greenloop;

import io.greenloop.internal.loop.TimerNode;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The wait for some of many (Python: {@code asyncio.wait}). */
final class WaitUntil<F extends Awaitable<?>> {
  private final EventLoop loop;
  private final WaitMode mode;
  private final Set<F> items;
  private final Signal enough;
  private int missing;

  WaitUntil(EventLoop loop, WaitMode mode, Collection<F> given) {
    this.loop = loop;
    this.mode = java.util.Objects.requireNonNull(mode, "mode");
    this.items = new LinkedHashSet<>(given);
    if (items.isEmpty()) {
      throw new IllegalArgumentException("waitUntil: nothing to wait for; give at least one");
    }
    for (Object item : items) {
      if (!(item instanceof Awaitable<?> awaitable)) {
        throw new IllegalArgumentException(
            "waitUntil: " + Names.ofBody(item) + " is a body, not a task; spawn it first");
      }
      loop.ensureFuture(awaitable);
    }
    enough = new Signal(loop, () -> "any of " + items.size() + " (waitUntil)", items);
    missing = items.size();
  }

  WaitResult<F> run(@Nullable Duration limit) {
    var seen = new java.util.ArrayList<Runnable>(items.size());
    TimerNode timer = limit == null ? null : new TimerNode((Runnable) this::wake, null);
    if (timer != null && limit != null) {
      loop.core().schedule(timer, Times.after(loop.core().nanos(), limit));
    }
    for (F item : items) {
      LoopFuture<?> future = item.asFuture();
      Runnable callback = () -> onDone(future);
      seen.add(callback);
      future.addWaiter(callback, null);
    }
    try {
      enough.join();
    } finally {
      if (timer != null) {
        loop.core().unschedule(timer);
      }
      int i = 0;
      for (F item : items) {
        item.asFuture().removeWaiter(seen.get(i++));
      }
    }
    return split();
  }

  private void onDone(LoopFuture<?> future) {
    missing--;
    Failure failure = future.failure();
    boolean failed = failure != null && !future.isCancelled();
    if (missing == 0
        || mode == WaitMode.FIRST_COMPLETED
        || (mode == WaitMode.FIRST_EXCEPTION && failed)) {
      wake();
    }
  }

  private void wake() {
    enough.trySucceed(null);
  }

  private WaitResult<F> split() {
    var done = new LinkedHashSet<F>();
    var pending = new LinkedHashSet<F>();
    for (F item : items) {
      (item.asFuture().isDone() ? done : pending).add(item);
    }
    return new WaitResult<>(
        Collections.unmodifiableSet(done), Collections.unmodifiableSet(pending));
  }
}
