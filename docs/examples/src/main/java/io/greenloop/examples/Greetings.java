package io.greenloop.examples;

import static io.greenloop.Aio.gather;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static java.lang.IO.println;

import io.greenloop.Aio;
import io.greenloop.LoopFuture;
import io.greenloop.RunOptions;
import java.time.Duration;
import java.util.List;

/** Two greetings at once; a callback gets the results of both. */
public final class Greetings {
  private Greetings() {}

  private static String greetWorld() {
    println("Hello World!");
    sleep(Duration.ofSeconds(2));
    println("Bye World!");
    return "Hello World";
  }

  private static String greet(String name) {
    println("Hello " + name + "!");
    sleep(Duration.ofSeconds(1));
    println("Bye " + name + "!");
    return name;
  }

  static void run(RunOptions options) {
    Aio.run(
        options,
        () -> {
          LoopFuture<List<String>> both =
              gather(spawn(Greetings::greetWorld), spawn(() -> greet("lfzyx")));
          both.whenDone(done -> println("Callback: " + done.getNow()));
          both.join();
        });
  }

  /** Runs it in real time. */
  public static void main(String[] args) {
    run(RunOptions.DEFAULT);
  }
}
