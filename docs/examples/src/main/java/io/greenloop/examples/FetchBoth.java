package io.greenloop.examples;

import static io.greenloop.Aio.run;
import static io.greenloop.Aio.spawn;
import static java.lang.IO.println;

import io.greenloop.RunOptions;

/** Two blocking jobs at once, in as many lines as it takes. */
public final class FetchBoth {
  private FetchBoth() {}

  /** Any blocking code: a socket, a driver, an HTTP client. */
  private static String fetch(String page) throws InterruptedException {
    Thread.sleep(20);
    return "<" + page + ">";
  }

  static void start(RunOptions options) {
    String pages =
        run(
            options,
            () -> {
              var left = spawn(() -> fetch("a")); // starts next turn
              var right = spawn(() -> fetch("b"));
              return left.join() + right.join(); // parks this task, not the loop
            });
    println(pages);
  }

  /** Runs it. */
  public static void main(String[] args) {
    start(RunOptions.DEFAULT);
  }
}
