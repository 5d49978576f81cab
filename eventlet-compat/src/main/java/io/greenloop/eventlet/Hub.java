package io.greenloop.eventlet;

import io.greenloop.CancelledError;
import io.greenloop.ErrorContext;
import io.greenloop.EventLoop;
import io.greenloop.ExitRequest;
import io.greenloop.InterruptedByUserException;
import io.greenloop.Task;
import io.greenloop.greenlet.GreenletExit;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** What eventlet knows of a loop: who its main green thread is, and where errors go. */
final class Hub {
  private static final Map<EventLoop, Task<?>> MAINS =
      Collections.synchronizedMap(new WeakHashMap<>());

  static volatile boolean reportsExceptions = true;

  private Hub() {}

  /** From now on {@code main} gets what must leave the loop. */
  static void setMain(Task<?> main) {
    MAINS.put(main.loop(), main);
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
    if (main == null || main.isDone()) {
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
