package io.greenloop.eventlet.internal;

import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.WaitQueue;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for one thing and are resumed by a callback, each right there, before anything
 * else that is ready: what eventlet does by {@code waiter.switch(value)} in its hub. First in,
 * first out. Loop room.
 *
 * @param <T> what a waiter is resumed with
 * @param <B> what it brings
 */
public final class DirectWaiters<T extends @Nullable Object, B extends @Nullable Object> {
  private final WaitQueue<@Nullable Void, Place<T, B>> places;

  private static final class Place<T extends @Nullable Object, B extends @Nullable Object> {
    final Resume resume = new Resume();
    final B brought;
    @Nullable T value;

    Place(B brought) {
      this.brought = brought;
    }
  }

  /** Is thrown into a waiter: that runs it at once, where serving would queue it. */
  private static final class Resume extends Error {
    private static final long serialVersionUID = 1L;

    Resume() {
      super("resumed", null, false, false);
    }
  }

  /**
   * A line of waiters.
   *
   * @param subject what is waited for; its {@code toString} stands in reports
   */
  public DirectWaiters(Object subject) {
    places = new WaitQueue<>(subject, (nothing, place) -> {});
  }

  /** Parks the calling task until it is resumed; gives what it is resumed with. */
  public @Nullable T park(String operation, B brought) {
    var place = new Place<T, B>(brought);
    try {
      places.park(operation, place);
    } catch (Resume resume) {
      if (resume != place.resume) {
        throw resume;
      }
    }
    return place.value;
  }

  /** Whether nobody waits. */
  public boolean isEmpty() {
    return places.isEmpty();
  }

  /** How many wait. */
  public int size() {
    return places.size();
  }

  /** The loop of the first waiter; null if nobody waits. */
  public @Nullable EventLoop loop() {
    Task<?> first = places.firstTask();
    return first == null ? null : first.loop();
  }

  /** What the first waiter has brought; somebody waits. */
  public B firstBrought() {
    return places.firstBrought().brought;
  }

  /**
   * Runs the first waiter, which has left the line then, until it waits again or ends. In a
   * callback; somebody waits.
   */
  public void resumeFirst(T value) {
    Place<T, B> place = places.firstBrought();
    Task<?> task = places.firstTask();
    place.value = value;
    if (task == null || !task.isStackful() || !task.throwInto(place.resume)) {
      places.serveFirst(null);
    }
  }
}
