package io.greenloop.flow;

import io.greenloop.EventLoop;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;

/** Between tasks and {@link Flow}: a publisher as a loop over items, and the other way round. */
public final class Flows {
  private Flows() {}

  /**
   * Subscribes to {@code publisher}: its items for a {@code for} loop of one task of the running
   * loop. At most {@code buffer} items are asked for ahead of what the task has taken.
   *
   * @throws IllegalArgumentException if {@code buffer} is less than 1
   * @throws IllegalStateException if no loop runs here
   */
  public static <T> ReceivedItems<T> subscribe(Flow.Publisher<? extends T> publisher, int buffer) {
    if (buffer < 1) {
      throw new IllegalArgumentException("subscribe: buffer = " + buffer + " (expected >= 1)");
    }
    var received = new ReceivedItems<T>(EventLoop.current(), buffer);
    publisher.subscribe(received.subscriber());
    return received;
  }

  /**
   * A publisher of what {@code source} gives. Each subscriber has a task of {@code loop}, which
   * calls {@code source} and takes an item only when the subscriber has asked for one; taking may
   * park, as that from a queue does. What is thrown there is the subscriber's {@code onError}.
   *
   * <p>Any thread may subscribe. The signals come on the loop: a subscriber that blocks outside of
   * Greenloop's waits parks its task.
   */
  public static <T> Flow.Publisher<T> publisher(
      EventLoop loop, Callable<? extends Iterable<? extends T>> source) {
    return new TaskPublisher<>(loop, source);
  }
}
