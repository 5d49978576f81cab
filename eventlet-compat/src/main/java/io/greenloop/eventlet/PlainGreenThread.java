package io.greenloop.eventlet;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.ThrowingRunnable;
import io.greenloop.greenlet.Greenlet;
import io.greenloop.greenlet.GreenletError;
import io.greenloop.greenlet.SwitchArgs;
import org.jspecify.annotations.Nullable;

/** What {@code spawnN} gives: a task with the face of a greenlet. It can be killed, and asked. */
final class PlainGreenThread extends Greenlet {
  private static final TaskOptions OPTIONS = TaskOptions.DEFAULT.namePrefix("GreenThread");

  private final EventLoop loop;
  private final ThrowingRunnable function;
  private final Task<@Nullable Void> task;
  private boolean started;
  private boolean killed;

  PlainGreenThread(EventLoop loop, ThrowingRunnable function) {
    this.loop = loop;
    this.function = function;
    this.task = loop.spawn(OPTIONS, this::runFunction);
  }

  private @Nullable Void runFunction() {
    if (killed) {
      return null; // before its start
    }
    started = true;
    try {
      function.run();
    } catch (CancelledError cancelled) {
      throw cancelled;
    } catch (Throwable thrown) {
      Hub.threw(loop, this, task, thrown);
    }
    return null;
  }

  /** Throws {@code error} where it waits; the caller goes on in the next turn. */
  @Override
  public @Nullable Object throwInto(Throwable error) {
    if (isDead()) {
      return null;
    }
    if (started) {
      task.throwInto(error);
      return null;
    }
    killed = true;
    Hub.threw(loop, this, task, error);
    if (Task.currentOrNull() != null) {
      Aio.yieldNow();
    }
    return null;
  }

  @Override
  public @Nullable Object switchTo() {
    throw refuseSwitch();
  }

  @Override
  public @Nullable Object switchTo(@Nullable Object value) {
    throw refuseSwitch();
  }

  @Override
  public @Nullable Object switchTo(@Nullable Object... values) {
    throw refuseSwitch();
  }

  @Override
  public @Nullable Object switchTo(SwitchArgs args) {
    throw refuseSwitch();
  }

  private GreenletError refuseSwitch() {
    return new GreenletError(
        "switchTo: "
            + this
            + " is run by the hub, not by switches; wake it with an event or queue");
  }

  @Override
  public void close() {
    throwInto();
  }

  @Override
  public boolean isDead() {
    return killed || task.isDone();
  }

  @Override
  public boolean isActive() {
    return started && !task.isDone();
  }

  @Override
  public boolean isStarted() {
    return started;
  }

  @Override
  public String toString() {
    return "plain green thread '" + task.name() + "'";
  }
}
