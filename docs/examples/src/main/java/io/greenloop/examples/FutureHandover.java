package io.greenloop.examples;

import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static java.lang.IO.println;

import io.greenloop.Aio;
import io.greenloop.LoopFuture;
import io.greenloop.Promise;
import io.greenloop.RunOptions;
import java.time.Duration;

/** A future made in one place, completed in another, awaited in a third. */
public final class FutureHandover {
  private FutureHandover() {}

  private static void complete(Promise<String> promise, boolean failing) {
    sleep(Duration.ofSeconds(1));
    if (failing) {
      promise.completeExceptionally(new IllegalStateException("no result today"));
    } else {
      promise.complete("Future is done!");
    }
  }

  private static void await(LoopFuture<String> future) {
    try {
      println(future.join());
    } catch (IllegalStateException e) {
      println(e);
    }
  }

  static void run(RunOptions options, boolean failing) {
    Aio.run(
        options,
        () -> {
          Promise<String> promise = newPromise();
          spawn(() -> complete(promise, failing));
          spawn(() -> await(promise)).join();
        });
  }

  /** Runs both variants in real time. */
  public static void main(String[] args) {
    run(RunOptions.DEFAULT, false);
    run(RunOptions.DEFAULT, true);
  }
}
