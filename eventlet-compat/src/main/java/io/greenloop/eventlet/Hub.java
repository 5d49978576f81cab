package io.greenloop.eventlet;

import io.greenloop.CancelledError;
import io.greenloop.ErrorContext;
import io.greenloop.EventLoop;
import io.greenloop.ExitRequest;
import io.greenloop.InterruptedByUserException;
import io.greenloop.Task;
import io.greenloop.greenlet.GreenletExit;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What eventlet knows of a loop: who its main green thread is, and where errors go. */
final class Hub {
  private static final Map<EventLoop, Task<?>> MAINS = new ConcurrentHashMap<>();

  static volatile boolean reportsExceptions = true;

  private Hub() {}

  /** Calls {@code body} in {@code main}, which gets what must leave the loop meanwhile. */
  static <T extends @Nullable Object> T asMain(Task<?> main, Callable<? extends T> body)
      throws Exception {
    MAINS.put(main.loop(), main);
    try {
      return body.call();
    } finally {
      MAINS.remove(main.loop());
    }
  }

  /** Somebody threw: an error is reported, and what must end the program goes to main. */
  static void threw(EventLoop loop, Object who, @Nullable Task<?> task, Throwable thrown) {
    if (isFatal(thrown)) {
      raiseInMain(loop, thrown);
    } else if (reportsExceptions
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

  private static boolean isFatal(Throwable thrown) {
    return thrown instanceof ExitRequest
        || thrown instanceof InterruptedByUserException
        || (thrown instanceof VirtualMachineError && !(thrown instanceof StackOverflowError));
  }
}
