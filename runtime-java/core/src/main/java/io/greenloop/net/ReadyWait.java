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

/** One task that waits until a channel is ready. Loop room. */
final class ReadyWait implements ReadyListener {
  private final Promise<Boolean> end;
  private final Task<?> waiter;
  private @Nullable IOException failure;

  private ReadyWait(Promise<Boolean> end, Task<?> waiter) {
    this.end = end;
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
    Task<?> waiter = currentTask(verb, channel);
    var wait = new ReadyWait(EventLoop.current().newPromise(), waiter);
    watch.listen(direction, wait);
    try {
      wait.end.join();
    } finally {
      if (watch.listener(direction) == wait) {
        watch.mute(direction);
      }
    }
    if (wait.failure != null) {
      throw wait.failure;
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
    end.tryComplete(true);
  }

  @Override
  public void failed(IOException cause) {
    failure = cause;
    end.tryComplete(false);
  }
}
