package io.greenloop;

import io.greenloop.coroutine.Generator;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The body of a task that drives a generator: waits for what it yields, sends the results in,
 * throws the failures in. A cancel of the task is such a failure.
 */
final class GeneratorDriver<R extends @Nullable Object> implements Callable<R> {
  private final EventLoop loop;
  private final Generator<?, Object, R> generator;

  @SuppressWarnings("unchecked") // what it is sent is what it waited for: only its body knows
  GeneratorDriver(EventLoop loop, Generator<?, ?, R> generator) {
    this.loop = loop;
    this.generator = (Generator<?, Object, R>) generator;
  }

  @Override
  public R call() {
    try {
      Object yielded = generator.next();
      for (; ; ) {
        yielded = step(yielded);
      }
    } catch (NoSuchElementException end) {
      return generator.result();
    }
  }

  private @Nullable Object step(@Nullable Object yielded) {
    Object result;
    try {
      result = await(yielded);
    } catch (Throwable failure) {
      return generator.throwInto(failure);
    }
    return result == null ? generator.next() : generator.send(result);
  }

  private @Nullable Object await(@Nullable Object yielded) {
    if (yielded == null) {
      Aio.yieldNow();
      return null;
    }
    if (yielded instanceof Awaitable<?> awaitable) {
      return loop.ensureFuture(awaitable).join();
    }
    if (yielded instanceof CompletionStage<?> stage) {
      return loop.wrap(stage).join();
    }
    String hint =
        yielded instanceof Generator
            ? "; delegate to it with yieldFrom, or spawn it with Aio.coroutine"
            : "";
    throw new IllegalStateException(
        "Aio.coroutine: " + generator + " yielded " + yielded + ", which is no awaitable" + hint);
  }
}
