package io.greenloop.greenlet;

import io.greenloop.Awaitable;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.TaskContext;
import io.greenloop.TaskOptions;
import java.util.ArrayList;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Synchronous code over an asynchronous driver, as ORMs do it with {@code greenlet_spawn} and
 * {@code await_only}: the code of {@link #run} is written without futures, and the driver below it
 * says {@link #await} where it has one.
 *
 * <pre>{@code
 * Task<List<Row>> rows = Bridge.run(() -> session.query("…"));   // plain calls
 *
 * List<Row> query(String text) {                                 // the driver's side
 *   return Bridge.await(connection.send(text));
 * }
 * }</pre>
 *
 * <p>The reverse, asynchronous code that waits for a greenlet, is {@link Greenlet#toFuture}.
 */
public final class Bridge {
  private static final TaskOptions OPTIONS = TaskOptions.DEFAULT.namePrefix("bridge");

  private Bridge() {}

  /** The greenlet in which the code of one run stands. */
  private static final class Bridged extends Greenlet {
    Bridged(Body body) {
      super(body);
    }
  }

  /**
   * Runs {@code code} as a Task of the current loop, in a greenlet. It may block, wait, and switch
   * between greenlets of its own; only its Task waits. Cancelling the Task throws into the wait.
   * Its context variables are those of the Task, a copy of the caller's.
   *
   * @return the Task: suspend code and callbacks take it as a future
   * @throws IllegalStateException if the caller is not on a loop
   */
  public static <T extends @Nullable Object> Task<T> run(Callable<? extends T> code) {
    Objects.requireNonNull(code, "code");
    return EventLoop.current().spawn(OPTIONS, () -> Bridge.<T>drive(code));
  }

  private static <T extends @Nullable Object> T drive(Callable<? extends T> code) {
    var results = new ArrayList<T>(1);
    var bridged = new Bridged(args -> results.add(code.call()));
    bridged.setContext(TaskContext.ofHost());
    Object left = enter(bridged);
    if (!bridged.isDead()) {
      bridged.close();
      throw new IllegalStateException(
          "Bridge.run: the code has switched to the greenlet of its task, which only waits for its"
              + " end; start a greenlet of its own for what it switches to");
    }
    if (results.isEmpty()) {
      throw left instanceof GreenletExit exit ? exit : new GreenletExit();
    }
    return results.getFirst();
  }

  /** An error that reaches the task from elsewhere leaves no code suspended. */
  private static @Nullable Object enter(Greenlet bridged) {
    try {
      return bridged.switchTo();
    } catch (Throwable failure) {
      try {
        bridged.close();
      } catch (Throwable another) {
        if (another != failure) {
          failure.addSuppressed(another);
        }
      }
      throw failure;
    }
  }

  /**
   * Waits for {@code future}; other tasks go on.
   *
   * @return its value; its error is thrown, the same object
   * @throws IllegalStateException if the caller is not inside {@link #run}
   */
  public static <T extends @Nullable Object> T await(Awaitable<T> future) {
    checkInside();
    return future.asFuture().join();
  }

  /** As {@link #await(Awaitable)}, for a stage, which may end on any thread. */
  public static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
    checkInside();
    return EventLoop.current().wrap(stage).join();
  }

  private static void checkInside() {
    for (Greenlet g = Greenlet.current(); g != null; g = g.getParent()) {
      if (g instanceof Bridged) {
        return;
      }
    }
    throw new IllegalStateException(
        "await: the caller is not inside Bridge.run, so there is nothing that could wait for it;"
            + " call the code through Bridge.run, or join the future in a task");
  }
}
