package io.greenloop.eventlet;

import io.greenloop.ThrowingRunnable;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/**
 * Spawns green threads, and gives their results in the order of spawning (Python: {@code
 * eventlet.GreenPile}). To be spawned on and iterated in one green thread; iterated once.
 *
 * <p><b>Room:</b> loop, in a task, or a plain thread.
 *
 * @param <T> the results
 */
public final class GreenPile<T extends @Nullable Object> implements Iterator<T> {
  private final GreenPool pool;
  private final LightQueue<GreenThread<? extends T>> threads = new LightQueue<>();
  private int open; // spawned and not given yet

  /** On a pool of its own. */
  public GreenPile(int size) {
    this(new GreenPool(size));
  }

  /** On {@code pool}, which others may use as well. */
  public GreenPile(GreenPool pool) {
    this.pool = pool;
  }

  /** Adds a green thread; waits while the pool is full. */
  public void spawn(Callable<? extends T> function) {
    open++;
    try {
      threads.put(pool.<T>spawn(function));
    } catch (Throwable thrown) {
      open--;
      throw thrown;
    }
  }

  /** {@link #spawn(Callable)} for a function whose result is null. */
  @LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  @SuppressWarnings("NullAway") // null where T allows it
  public void spawn(ThrowingRunnable function) {
    spawn(
        (Callable<T>)
            () -> {
              function.run();
              return null;
            });
  }

  /** Whether there is a result that was not given yet. */
  @Override
  public boolean hasNext() {
    return open > 0;
  }

  /** The next result; waits for it. What the function threw is thrown; the rest can go on. */
  @Override
  public T next() {
    if (open == 0) {
      throw new NoSuchElementException("next: nothing was spawned that was not given");
    }
    try {
      return threads.get().await();
    } finally {
      open--;
    }
  }

  /** The pool it spawns on. */
  public GreenPool pool() {
    return pool;
  }
}
