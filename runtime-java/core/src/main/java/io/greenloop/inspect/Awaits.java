package io.greenloop.inspect;

import io.greenloop.LoopFuture;
import io.greenloop.Task;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;

/**
 * Edges of the await graph that the waits of Greenloop do not show by themselves: for authors of
 * primitives in which one task waits for a future in a way of their own (Python: {@code
 * future_add_to_awaited_by}). Joins, gathers, groups, shields and locks need none of this.
 */
public final class Awaits {
  private static final Map<LoopFuture<?>, List<Link>> LINKS = new WeakHashMap<>();

  private Awaits() {}

  /** An edge that {@link #close} removes; any thread, idempotent. */
  public static final class Link implements AutoCloseable {
    private final LoopFuture<?> future;
    private final WeakReference<Task<?>> waiter;

    private Link(LoopFuture<?> future, Task<?> waiter) {
      this.future = future;
      this.waiter = new WeakReference<>(waiter);
    }

    @Override
    public void close() {
      synchronized (LINKS) {
        List<Link> links = LINKS.get(future);
        if (links != null && links.remove(this) && links.isEmpty()) {
          LINKS.remove(future);
        }
      }
    }
  }

  /**
   * Says that {@code waiter} awaits {@code future}, until the link is closed or one of the two is
   * done. The two may be of different loops. Does not keep the task alive.
   */
  public static Link link(LoopFuture<?> future, Task<?> waiter) {
    var link = new Link(Objects.requireNonNull(future), Objects.requireNonNull(waiter));
    synchronized (LINKS) {
      LINKS.computeIfAbsent(future, f -> new ArrayList<>(1)).add(link);
    }
    return link;
  }

  /** The unfinished tasks that were linked to {@code future}. */
  static List<Task<?>> linkedTo(LoopFuture<?> future) {
    if (future.isDone()) {
      return List.of();
    }
    var waiters = new ArrayList<Task<?>>();
    synchronized (LINKS) {
      for (Link link : LINKS.getOrDefault(future, List.of())) {
        Task<?> waiter = link.waiter.get();
        if (waiter != null && !waiter.isDone()) {
          waiters.add(waiter);
        }
      }
    }
    return waiters;
  }

  /** The unfinished futures that {@code waiter} was linked to. */
  static List<LoopFuture<?>> linkedFrom(Task<?> waiter) {
    var futures = new ArrayList<LoopFuture<?>>();
    synchronized (LINKS) {
      LINKS.forEach(
          (future, links) -> {
            if (!future.isDone() && links.stream().anyMatch(l -> l.waiter.get() == waiter)) {
              futures.add(future);
            }
          });
    }
    return futures;
  }
}
