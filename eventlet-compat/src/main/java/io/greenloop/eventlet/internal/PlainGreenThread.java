package io.greenloop.eventlet.internal;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.TaskBody;
import io.greenloop.TaskOptions;
import io.greenloop.ThrowingRunnable;
import io.greenloop.greenlet.Greenlet;
import io.greenloop.greenlet.GreenletError;
import io.greenloop.greenlet.GreenletExit;
import io.greenloop.greenlet.SwitchArgs;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What {@code spawn_n} and {@code spawn_raw} give: a task with the face of a greenlet. It can be
 * killed, and asked.
 */
public final class PlainGreenThread extends Greenlet {
  private final EventLoop loop;
  private final ThrowingRunnable function;
  private final BooleanSupplier reports;
  private final Consumer<? super Task<?>> ended;
  private final Task<@Nullable Void> task;
  private boolean started;
  private boolean killed;

  /**
   * Queues it.
   *
   * @param options name and context of its task
   * @param reports asked when it has thrown: whether that is reported
   */
  public PlainGreenThread(
      EventLoop loop, TaskOptions options, ThrowingRunnable function, BooleanSupplier reports) {
    this(loop, options, function, reports, task -> {});
  }

  /** As above, and {@code ended} is called at its end, also if it has never started. */
  public PlainGreenThread(
      EventLoop loop,
      TaskOptions options,
      ThrowingRunnable function,
      BooleanSupplier reports,
      Consumer<? super Task<?>> ended) {
    this.loop = loop;
    this.ended = ended;
    this.function = function;
    this.reports = reports;
    this.task = loop.spawn(options, new Carried());
  }

  /** The body of the task. */
  private final class Carried implements TaskBody<@Nullable Void> {
    @Override
    public @Nullable Void call() {
      return runFunction();
    }

    @Override
    public void neverRun(Throwable reason) {
      if (!killed) {
        ended.accept(task);
        Hubs.threw(loop, PlainGreenThread.this, task, reason, reports.getAsBoolean());
      }
    }
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
      Hubs.threw(loop, this, task, thrown, reports.getAsBoolean());
    } finally {
      ended.accept(task);
    }
    return null;
  }

  /** Runs {@code function} in the caller, with the same care for what it throws. */
  public static void runInline(EventLoop loop, ThrowingRunnable function, BooleanSupplier reports) {
    try {
      function.run();
    } catch (CancelledError | GreenletExit ends) {
      throw ends;
    } catch (Throwable thrown) {
      Hubs.threw(loop, "inline work", Task.currentOrNull(), thrown, reports.getAsBoolean());
    }
  }

  /** The task that carries it. */
  public Task<?> task() {
    return task;
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
    ended.accept(task);
    Hubs.threw(loop, this, task, error, reports.getAsBoolean());
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
