package io.greenloop.examples;

import static java.lang.IO.println;

import io.greenloop.RunOptions;
import io.greenloop.eventlet.Eventlet;
import java.time.Duration;

/**
 * Two green threads of eventlet that take turns because each of them sleeps; or one that computes
 * for ever and lets nobody else run: the watchdog names it and its line.
 */
public final class EventletHello {
  private EventletHello() {}

  private static void say(String word) {
    for (int i = 0; i < 3; i++) {
      println(word);
      Eventlet.sleep(Duration.ofSeconds(1));
    }
  }

  @SuppressWarnings("InfiniteLoopStatement") // the point of it
  private static void sayForEver(String word) {
    println(word);
    for (double n = 1; ; n++) {
      n = Math.sqrt(n);
    }
  }

  static void run(RunOptions options) {
    Eventlet.run(
        options,
        () -> {
          var hello = Eventlet.spawn(() -> say("hello"));
          var world = Eventlet.spawn(() -> say("world"));
          hello.await();
          return world.await();
        });
  }

  static void runEndless(RunOptions options) {
    Eventlet.run(options, () -> Eventlet.spawn(() -> sayForEver("hello")).await());
  }

  /** Ctrl-C cannot cancel a task that never waits: say who holds the loop, and end. */
  private static void halt(String report) {
    System.err.println(report);
    Runtime.getRuntime().halt(130);
  }

  /** Runs it in real time; with the word {@code endless} the second version. */
  public static void main(String[] args) {
    if (args.length > 0) {
      runEndless(RunOptions.DEFAULT.whenStuck(EventletHello::halt));
    } else {
      run(RunOptions.DEFAULT);
    }
  }
}
