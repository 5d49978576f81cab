package io.greenloop.net;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.Task;
import io.greenloop.internal.loop.ReadyListener;
import io.greenloop.internal.loop.Watch;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One task that has a direction of a channel, and waits until that is ready. Loop room. */
final class ReadyWait implements ReadyListener {
  private final Watch watch;
  private final Direction direction;
  private final Task<?> waiter;
  private @Nullable Promise<Boolean> end;
  private @Nullable IOException failure;

  private ReadyWait(Watch watch, Direction direction, Task<?> waiter) {
    this.watch = watch;
    this.direction = direction;
    this.waiter = waiter;
  }

  /**
   * Parks the calling task until {@code watch} is ready, or seems so.
   *
   * @param verb the user's call, for errors
   * @throws IOException if the channel was closed meanwhile or cannot be watched
   */
  static void await(Watch watch, Direction direction, String verb, Object channel)
      throws IOException {
    refuseSecond(watch, direction, verb, channel);
    var wait = new ReadyWait(watch, direction, currentTask(verb, channel));
    try {
      wait.await();
    } finally {
      wait.release();
    }
  }

  /**
   * Keeps {@code direction} for the calling task until {@link #release}, between its waits, too.
   *
   * @param verb the user's call, for errors
   */
  static ReadyWait hold(Watch watch, Direction direction, String verb, Object channel) {
    refuseSecond(watch, direction, verb, channel);
    var held = new ReadyWait(watch, direction, currentTask(verb, channel));
    watch.occupy(direction, held);
    return held;
  }

  /**
   * Parks the task until the channel is ready, or seems so.
   *
   * @throws IOException if the channel was closed, or cannot be watched
   */
  void await() throws IOException {
    if (failure == null) {
      Promise<Boolean> told = EventLoop.current().newPromise();
      end = told;
      watch.listen(direction, this);
      told.join();
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Lets others have the direction. */
  void release() {
    if (watch.listener(direction) == this) {
      watch.mute(direction);
    }
  }

  /**
   * Refuses a call in a direction for which a task waits already: it would take data from under it,
   * or write into the middle of its bytes.
   */
  static void refuseSecond(Watch watch, Direction direction, String verb, Object channel) {
    ReadyListener first = watch.listener(direction);
    if (first == null) {
      return;
    }
    String holder =
        first instanceof ReadyWait wait ? "task '" + wait.waiter.name() + "'" : "a callback";
    throw new IllegalStateException(
        verb
            + " on "
            + channel
            + ": "
            + holder
            + " already waits "
            + (direction == Direction.IN ? "for data" : "for room to send")
            + ", task '"
            + currentTask(verb, channel).name()
            + "' may not; give each "
            + (direction == Direction.IN ? "reader" : "writer")
            + " its own channel");
  }

  /** Refuses a call that no task makes. */
  static void checkTask(String verb, Object channel) {
    currentTask(verb, channel);
  }

  private static Task<?> currentTask(String verb, Object channel) {
    return Aio.currentTask()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    verb
                        + " on "
                        + channel
                        + " in a callback: there is no task to park; spawn one for code that"
                        + " waits"));
  }

  @Override
  public void ready() {
    watch.occupy(direction, this); // told once
    tell(true);
  }

  @Override
  public void failed(IOException cause) {
    failure = cause;
    tell(false);
  }

  private void tell(boolean ready) {
    Promise<Boolean> told = end;
    if (told != null) {
      told.tryComplete(ready);
    }
  }
}
