package io.greenloop.eventlet;

/**
 * A {@link LightQueue} that knows when all that was put has been worked on (Python: {@code
 * eventlet.Queue}).
 *
 * @param <T> the items, never null
 */
@SuppressWarnings("this-escape") // into what its waiters are reported to wait for
public class Queue<T> extends LightQueue<T> {
  private int unfinished;
  private Event<Boolean> finished = new Event<>(this);

  /**
   * A queue for at most {@code maxSize} items.
   *
   * @param maxSize 0 for a channel, negative for no limit
   */
  public Queue(int maxSize) {
    super(maxSize);
  }

  /** A queue without a limit. */
  public Queue() {
    super();
  }

  /** A queue without a limit. */
  public static <T> Queue<T> unbounded() {
    return new Queue<>();
  }

  /** A queue without room: an item passes when somebody gets it. */
  public static <T> Queue<T> channel() {
    return new Queue<>(0);
  }

  @Override
  void add(T item) {
    addItem(item);
    unfinished++;
    if (finished.isReady()) {
      finished = new Event<>(this);
    }
  }

  /**
   * One item has been worked on.
   *
   * @throws IllegalArgumentException if that was said of all that were put already
   */
  public void taskDone() {
    if (unfinished == 0) {
      throw new IllegalArgumentException(
          "taskDone: called more often than items were put into " + this);
    }
    unfinished--;
    if (unfinished == 0) {
      finished.send(true);
    }
  }

  /** Waits until {@link #taskDone} was called for all items; returns at once if there are none. */
  public void join() {
    if (unfinished > 0) {
      finished.await();
    }
  }
}
