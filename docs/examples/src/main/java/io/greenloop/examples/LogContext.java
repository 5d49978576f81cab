package io.greenloop.examples;

import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.toThread;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.RunOptions;
import io.greenloop.Task;
import io.greenloop.TaskFactories;
import io.greenloop.TaskFactory;
import io.greenloop.TaskGroup;
import io.greenloop.TaskOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * SLF4J's MDC follows the tasks: each begins with the values of who spawned it, and changes its
 * own. For every MDC that keeps its values by thread; a Task is a thread to it.
 */
public final class LogContext {
  private static final Logger LOG = LoggerFactory.getLogger(LogContext.class);

  private LogContext() {}

  /** The same body, which begins with the caller's values and leaves none behind. */
  static <T extends @Nullable Object> Callable<T> carrying(Callable<? extends T> body) {
    Map<String, String> values = MDC.getCopyOfContextMap();
    return () -> {
      if (values != null) {
        MDC.setContextMap(values);
      }
      try {
        return body.call();
      } finally {
        MDC.clear();
      }
    };
  }

  /** Makes the tasks of a loop so that they carry the values along. */
  enum CarryingTasks implements TaskFactory {
    INSTANCE;

    @Override
    public <T extends @Nullable Object> Task<T> create(
        EventLoop loop, TaskOptions options, Callable<? extends T> body) {
      return TaskFactories.lazy().create(loop, options, LogContext.<T>carrying(body));
    }
  }

  private static void serve(String user, int millis) {
    MDC.put("user", user);
    LOG.info("begins");
    sleep(Duration.ofMillis(millis)); // the other one runs meanwhile
    spawn(() -> LOG.info("asks the database")).join();
    toThread(
            carrying(
                () -> {
                  LOG.info("writes a report");
                  return null;
                }))
        .join();
    LOG.info("ends");
  }

  static void run(RunOptions options) {
    Aio.run(
        options,
        () -> {
          EventLoop.current().setTaskFactory(CarryingTasks.INSTANCE);
          MDC.put("service", "shop");
          TaskGroup.run(
              group -> {
                group.spawn(() -> serve("ann", 10));
                group.spawn(() -> serve("bob", 20));
              });
          LOG.info("all served");
        });
  }

  /** Runs it in real time. */
  public static void main(String[] args) {
    run(RunOptions.DEFAULT);
  }
}
