package io.greenloop.eventlet;

import java.util.ArrayDeque;
import java.util.function.Supplier;

/**
 * Things that are dear to make and used by one at a time (Python: {@code eventlet.pools.Pool}):
 * made when first needed, up to a number; beyond that one waits for one to come back.
 *
 * <pre>{@code
 * try (var held = pool.item()) {
 *   held.value().use();
 * }
 * }</pre>
 *
 * <p><b>Room:</b> loop; what may wait needs a task, or a plain thread.
 *
 * @param <T> the things
 */
public class Pool<T> {
  private final LightQueue<T> handOver = new LightQueue<>(0);
  private final ArrayDeque<T> idle = new ArrayDeque<>();
  private final Supplier<? extends T> create;
  private final boolean newestFirst;
  private int maxSize;
  private int currentSize;

  /** A thing that goes back to its pool when this is closed, once. */
  public interface Held<T> extends AutoCloseable {
    /** The thing. */
    T value();

    @Override
    void close();
  }

  /** At most 4. */
  public Pool(Supplier<? extends T> create) {
    this(PoolOptions.DEFAULT, create);
  }

  /** With options; the least number is made right here. */
  @SuppressWarnings("this-escape") // as in eventlet: create() is called by the constructor
  public Pool(PoolOptions options, Supplier<? extends T> create) {
    this.create = create;
    maxSize = options.maxSize();
    newestFirst = options.orderAsStack();
    for (int made = 0; made < options.minSize(); made++) {
      currentSize++;
      idle.add(create());
    }
  }

  /** Makes one; for a subclass that makes them in another way. */
  protected T create() {
    return create.get();
  }

  /**
   * One for the caller alone: the one that has been idle longest, else a new one, else waits. What
   * making one throws is thrown here, and the place stays free (Python: {@code get}).
   */
  public T acquire() {
    if (!idle.isEmpty()) {
      return idle.poll();
    }
    if (currentSize >= maxSize) {
      return handOver.get();
    }
    currentSize++;
    try {
      return create();
    } catch (Throwable thrown) {
      currentSize--;
      throw thrown;
    }
  }

  /** Gives one back: to who waits first, if somebody does (Python: {@code put}). */
  public void release(T item) {
    if (currentSize > maxSize) {
      currentSize--;
      return;
    }
    if (waiting() > 0 && handOver.tryPut(item, this::release)) {
      return;
    }
    if (newestFirst) {
      idle.addFirst(item);
    } else {
      idle.addLast(item);
    }
  }

  /** {@link #acquire}, for a {@code try} that gives it back. */
  public Held<T> item() {
    T item = acquire();
    return new Held<>() {
      private boolean held = true;

      @Override
      public T value() {
        return item;
      }

      @Override
      public void close() {
        if (held) {
          held = false;
          release(item);
        }
      }
    };
  }

  /** How many could be acquired without waiting, those included that would have to be made. */
  public int free() {
    return idle.size() + maxSize - currentSize;
  }

  /** How many wait for one. */
  public int waiting() {
    return Math.max(0, handOver.getting() - handOver.putting());
  }

  /** Changes how many there may be; too many are dropped as they come back. */
  public void resize(int maxSize) {
    this.maxSize = maxSize;
  }

  /** How many there may be. */
  public int maxSize() {
    return maxSize;
  }

  /** How many there are, in use and idle. */
  public int currentSize() {
    return currentSize;
  }

  /** Drops one that is in use. */
  void forget() {
    currentSize--;
  }

  /** The idle ones, next one first. */
  ArrayDeque<T> idle() {
    return idle;
  }
}
