package io.greenloop.eventlet.internal;

import io.greenloop.CancelledError;
import io.greenloop.ErrorContext;
import io.greenloop.EventLoop;
import io.greenloop.ExitRequest;
import io.greenloop.InterruptedByUserException;
import io.greenloop.RunOptions;
import io.greenloop.Runner;
import io.greenloop.Task;
import io.greenloop.WaitQueue;
import io.greenloop.greenlet.GreenletExit;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The hub of a line of code: the loop that runs it, or, on a thread without one, a loop that is
 * made on demand and runs while that thread waits. Who its main green thread is, and where errors
 * go.
 */
public final class Hubs {
  private static final Map<EventLoop, Task<?>> MAINS = new ConcurrentHashMap<>();
  private static final ThreadLocal<@Nullable Runner> OF_THREAD = new ThreadLocal<>();
  private static final List<Owned> OWNED = new ArrayList<>();

  /** A thread does not say when it ends: the next one that needs a hub closes what it left. */
  private record Owned(Thread thread, EventLoop loop) {}

  private Hubs() {}

  // ---- finding -----------------------------------------------------------------------------

  /**
   * The loop of the calling line, made if its thread has none.
   *
   * @param operation the name of the call, for errors
   * @param options how a new one treats a dead-lock: the dialects differ in that
   */
  public static EventLoop loop(String operation, RunOptions options) {
    EventLoop loop = EventLoop.currentOrNull();
    if (loop == null) {
      return runner(options).loop();
    }
    loop.checkRoom(operation);
    return loop;
  }

  private static Runner runner(RunOptions options) {
    Runner present = OF_THREAD.get();
    EventLoop ours = present == null ? null : present.loop();
    if (present != null && ours != null && !ours.isClosed()) {
      return present;
    }
    closeOrphans();
    Runner made = new Runner(options);
    OF_THREAD.set(made);
    synchronized (OWNED) {
      OWNED.add(new Owned(Thread.currentThread(), made.loop()));
    }
    return made;
  }

  /** Closes the hubs of threads that have ended. */
  public static void closeOrphans() {
    List<EventLoop> orphans = new ArrayList<>();
    synchronized (OWNED) {
      for (Iterator<Owned> each = OWNED.iterator(); each.hasNext(); ) {
        Owned owned = each.next();
        if (!owned.thread.isAlive()) {
          orphans.add(owned.loop);
          each.remove();
        }
      }
    }
    orphans.forEach(EventLoop::close);
  }

  /** Ends the hub that this thread was given on demand: what is left on it is cancelled. */
  public static void closeOwn() {
    Runner own = OF_THREAD.get();
    if (own != null) {
      OF_THREAD.remove();
      synchronized (OWNED) {
        OWNED.removeIf(owned -> owned.thread == Thread.currentThread());
      }
      own.close();
    }
  }

  /** The loop of the first waiter; null if nobody waits. */
  public static @Nullable EventLoop loopOf(WaitQueue<?, ?> waiters) {
    Task<?> first = waiters.firstTask();
    return first == null ? null : first.loop();
  }

  // ---- waiting -----------------------------------------------------------------------------

  /**
   * Calls {@code body}, which waits. On a plain thread its hub runs until {@code body} has ended,
   * as part of a main green thread: so a program needs no wrapper to spawn and wait.
   */
  public static <T extends @Nullable Object> T waiting(
      RunOptions options, Callable<? extends T> body) {
    EventLoop loop = Task.currentOrNull() == null ? EventLoop.currentOrNull() : null;
    Runner own = OF_THREAD.get();
    try {
      if (Task.currentOrNull() != null || (loop != null && loop.isRunning())) {
        return body.call(); // in a callback the wait itself says why not
      }
      if (loop == null || (own != null && own.loop() == loop)) {
        return runner(options).<T>run(() -> asMain(body));
      }
      return loop.<T>runUntilComplete(() -> asMain(body));
    } catch (Exception thrown) {
      throw Sneaky.raise(thrown);
    }
  }

  // ---- main --------------------------------------------------------------------------------

  /** Calls {@code body} in the calling task, which gets what must leave the loop meanwhile. */
  public static <T extends @Nullable Object> T asMain(Callable<? extends T> body) throws Exception {
    Task<?> main = Task.currentOrNull();
    if (main == null) {
      throw new IllegalStateException("asMain: a main green thread is a task");
    }
    MAINS.put(main.loop(), main);
    try {
      return body.call();
    } finally {
      MAINS.remove(main.loop());
    }
  }

  /** The main green thread of {@code loop}, while there is one. */
  public static @Nullable Task<?> main(EventLoop loop) {
    return MAINS.get(loop);
  }

  // ---- errors ------------------------------------------------------------------------------

  /**
   * Somebody threw, and may not be waited for: what must end the program goes to main, an error is
   * reported.
   *
   * @param reports whether the dialect wants errors reported; the end of a green thread is none
   */
  public static void threw(
      EventLoop loop, Object who, @Nullable Task<?> task, Throwable thrown, boolean reports) {
    if (isFatal(thrown)) {
      raiseInMain(loop, thrown);
    } else if (reports
        && !(thrown instanceof GreenletExit)
        && !(thrown instanceof CancelledError)) {
      loop.report(
          new ErrorContext(
              who + " threw " + thrown.getClass().getName(), thrown, task, null, null));
    }
  }

  private static void raiseInMain(EventLoop loop, Throwable fatal) {
    @Nullable Task<?> main = MAINS.get(loop);
    if (main == null) {
      throw Sneaky.raise(fatal); // leaves the loop
    }
    loop.callSoon(() -> main.throwInto(fatal));
  }

  /** Whether {@code thrown} must end the program, wherever it was thrown. */
  public static boolean isFatal(Throwable thrown) {
    return thrown instanceof ExitRequest
        || thrown instanceof InterruptedByUserException
        || (thrown instanceof VirtualMachineError && !(thrown instanceof StackOverflowError));
  }
}
