package io.greenloop.examples;

import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.waitUntil;
import static java.lang.IO.println;

import io.greenloop.Aio;
import io.greenloop.RunOptions;
import java.time.Duration;
import java.util.List;

/** Two tasks of one body, waited for together: {@code One One Two Two}. */
public final class OneTwo {
  private OneTwo() {}

  private static void oneTwo() {
    println("One");
    sleep(Duration.ofSeconds(1));
    println("Two");
  }

  static void run(RunOptions options) {
    Aio.run(
        options,
        () -> {
          var first = spawn(OneTwo::oneTwo);
          var second = spawn(OneTwo::oneTwo);
          waitUntil(List.of(first, second));
        });
  }

  /** Runs it in real time. */
  public static void main(String[] args) {
    run(RunOptions.DEFAULT);
  }
}
