package io.greenloop.examples;

import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static java.lang.IO.println;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.RunOptions;
import io.greenloop.Task;
import java.time.Duration;

/** A task that counts, and what its state says: once to the end, once cancelled. */
public final class CountToDone {
  private CountToDone() {}

  private static void count() {
    try {
      for (int i = 0; i < 3; i++) {
        println(i);
        sleep(Duration.ofSeconds(1));
      }
      println("Done");
    } catch (CancelledError e) {
      println("Coroutine cancelled.");
      throw e;
    }
  }

  static void run(RunOptions options, boolean cancelled) {
    Aio.run(
        options,
        () -> {
          Task<?> counter = spawn(CountToDone::count);
          if (cancelled) {
            sleep(Duration.ofMillis(1500));
            counter.cancel();
          }
          try {
            counter.join();
          } catch (CancelledError expected) {
            // its state tells
          }
          println(counter.state());
        });
  }

  /** Runs both variants in real time. */
  public static void main(String[] args) {
    run(RunOptions.DEFAULT, false);
    run(RunOptions.DEFAULT, true);
  }
}
